/** The played station's brokers. */
import type { TextId } from "../../lib/text/text";
import type { ConnectionForm } from "../bindings/ConnectionForm";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { ExpiryView } from "../bindings/ExpiryView";
import type { GradeView } from "../bindings/GradeView";
import type { HeardRow } from "../bindings/HeardRow";
import type { NoticeView } from "../bindings/NoticeView";
import type { SaidValueView } from "../bindings/SaidValueView";
import type { SaidView } from "../bindings/SaidView";
import type { TestReportView } from "../bindings/TestReportView";
import { said, sentence } from "./said";

const S = 1_000_000;
const DAY = 86_400 * S;

function form(id: string, name: string, host: string, port: number, tls: boolean): ConnectionForm {
  return {
    username: "",
    password: null,
    protocol: "mqtt5",
    client_id: "",
    keep_alive_s: null,
    persistent_session: true,
    session_expiry_s: null,
    transport: { websocket: false, path: "", alpn: [], crl_file: "", server_name: "" },
    limits: { packet: null, topics: null, addresses: null, rate: null, rate_bytes: null },
    reading: { shadows: [], primary_host: "", reorder_timeout_s: null, rules: [] },
    id,
    kind: "mqtt",
    resources: [],
    name,
    host,
    port,
    tls,
    ca_file: tls ? "certificates/plant-ca.pem" : "",
    certificate_file: tls ? "certificates/twinscope.pem" : "",
    key_file: tls ? "certificates/twinscope.key" : "",
    subscriptions: [
      { filter: "spBv1.0/Riverside/#", qos: 1, everything: false, share: "" },
      { filter: "zigbee2mqtt/#", qos: 1, everything: false, share: "" },
    ],
    allow_rebirth: true,
  };
}

export function fakeConnections(start: number, troubled: boolean): ConnectionRow[] {
  return [
    {
      form: form("station", "Station broker", "broker.riverside.example", 8883, true),
      client_id: "twinscope-4f1c09",
      state: "up",
      since: start - 3 * 3600 * S,
      reason: said(""),
      security: "TLS 1.3, client certificate",
      grade: { letter: "A", words: "certificate identity" },
      messages: 184_202,
      samples: 6_412_880,
      dropped: 0,
      not_stored: 0,
      skipped: 0,
      rejects: troubled
        ? [
            {
              reason: "json-too-deep",
              count: 3,
              last_topic: "lab/analyser/raw",
              last_error: "nested deeper than 32 levels",
              last_excerpt: '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":',
              last_at: start - 41 * S,
            },
          ]
        : [],
      nodes: 4,
      unmapped: 2,
      topics: 1_240,
      topic_shares: 1_240,
      topics_max: 100_000,
      addresses: 486,
      address_shares: 486,
      addresses_max: 500_000,
      throttled: 0,
      properties_left_out: 0,
    },
    {
      form: form("lorawan", "LoRaWAN server", "10.20.0.14", 1883, false),
      client_id: "twinscope-4f1c09-l",
      state: "up",
      since: start - 3 * 3600 * S,
      reason: said(""),
      security: "not encrypted",
      grade: { letter: "D", words: "plaintext" },
      messages: 182,
      samples: 1_092,
      dropped: 0,
      not_stored: 0,
      skipped: 0,
      rejects: [],
      nodes: 0,
      unmapped: 0,
      topics: 12,
      topic_shares: 12,
      topics_max: 100_000,
      addresses: 12,
      address_shares: 12,
      addresses_max: 500_000,
      throttled: 0,
      properties_left_out: 0,
    },
    coapRow(start),
  ];
}

/** A level sensor that speaks CoAP. */
function coapRow(start: number): ConnectionRow {
  return {
    form: {
      ...form("well", "Well sensor", "10.20.0.31", 5684, true),
      kind: "coap",
      ca_file: "",
      certificate_file: "",
      key_file: "",
      username: "twinscope",
      subscriptions: [],
      resources: [
        { path: "/level", observe: true, every_s: 60 },
        { path: "/battery", observe: false, every_s: 900 },
      ],
    },
    client_id: "twinscope-4f1c09-w",
    state: "up",
    since: start - 3 * 3600 * S,
    reason: said(""),
    security: "DTLS 1.2, pre-shared key",
    grade: { letter: "B", words: "shared key" },
    messages: 2_404,
    samples: 2_404,
    dropped: 0,
    not_stored: 0,
    skipped: 0,
    rejects: [],
    nodes: 0,
    unmapped: 0,
    topics: 12,
    topic_shares: 12,
    topics_max: 100_000,
    addresses: 0,
    address_shares: 0,
    addresses_max: 500_000,
    throttled: 0,
    properties_left_out: 0,
  };
}

/** A second of a flood: more came than could be taken. */
export function flooded(row: ConnectionRow): ConnectionRow {
  if (row.form.id !== "station") return row;
  const dropped = row.dropped === 0 ? 18_420 : row.dropped + 640;
  return { ...row, dropped, messages: row.messages + 2_780, skipped: 310, topics: 1_242 };
}

/** What somebody made of a connection in the plant file. */
export function editedByHand(form: ConnectionForm): ConnectionForm {
  const filter = "zigbee2mqtt/workshop/#";
  const [first] = form.subscriptions;
  return {
    ...form,
    host: "10.20.0.12",
    subscriptions: [...(first ? [first] : []), { filter, qos: 0, everything: false, share: "" }],
    limits: { ...form.limits, rate: 2_000 },
  };
}

export function fakeHeard(now: number): HeardRow[] {
  return [
    { address: "zigbee2mqtt/workshop_door#contact", value: "true", at: now - 12 * S, count: 44 },
    {
      address: "spBv1.0/Riverside/edge-1/pump-1#motor_current",
      value: "131.4",
      at: now - 0.4 * S,
      count: 10_803,
    },
  ];
}

type Step = TestReportView["steps"][number];

/** What a step found out, by its text in the catalogue. */
type Facts = Partial<Record<TextId, SaidView | string>>;

function worked(step: string, message: SaidView, facts: Facts = {}): Step {
  const list = Object.entries(facts).map(([id, value]) => ({
    name: sentence(id as TextId),
    value: typeof value === "string" ? said(value) : value,
  }));
  return { step, ok: true, message, advice: said(""), facts: list, notices: [] };
}

function took(amount: string): SaidView {
  return sentence("step-ms", { amount });
}

function fakeGrade(form: ConnectionForm): GradeView {
  if (form.kind === "coap" && form.tls) return { letter: "B", words: "shared key" };
  if (!form.tls) return { letter: "D", words: "plaintext" };
  if (form.certificate_file !== "") return { letter: "A", words: "certificate identity" };
  if (form.username !== "") return { letter: "B", words: "shared key" };
  return { letter: "C", words: "anonymous" };
}

function notice(
  id: TextId,
  values: Record<string, SaidValueView> = {},
  advice = `${id}-advice` as TextId,
): NoticeView {
  return { message: sentence(id, values), advice: sentence(advice) };
}

function fakeRisks(form: ConnectionForm): NoticeView[] {
  if (!form.tls) return [notice("risk-plaintext")];
  const risks: NoticeView[] = [];
  if (form.certificate_file === "" && form.username === "") risks.push(notice("risk-anonymous"));
  const name = form.transport.server_name;
  if (name !== "") risks.push(notice("risk-server-name-override", { name, host: form.host }));
  if (form.transport.crl_file === "") risks.push(notice("risk-no-revocation-list"));
  return risks;
}

function fakeTls(form: ConnectionForm, now: number): { step: Step; expiries: ExpiryView[] } {
  const subject = `CN=${form.host}`;
  const day = new Date((now + 19.5 * DAY) / 1_000).toISOString().slice(0, 10);
  const end = {
    what: sentence("step-broker-certificate", { subject }),
    at: now + 19.5 * DAY,
    days: 19,
    near: true,
  };
  const authority = {
    what: sentence("step-authority-certificate", { subject: "CN=Plant CA" }),
    at: now + 2_900 * DAY,
    days: 2_900,
    near: false,
  };
  const chain = { subject, issuer: "CN=Plant CA", key: "EC P-256", day, days: "19" };
  const step = worked("TLS", sentence("step-tls-until", { security: "TLS 1.3", day }), {
    "step-version": "TLS 1.3",
    "step-cipher": "TLS13_AES_256_GCM_SHA384",
    "step-names": form.host,
    "step-chain": sentence("step-certificate", chain),
    "step-took": took("4.1"),
  });
  step.notices.push(notice("step-ends", { days: 19, what: end.what, day }, "step-renew"));
  return { step, expiries: [end, authority] };
}

function fakeCoapTest(form: ConnectionForm): TestReportView {
  const security = sentence(form.tls ? "step-preshared" : "step-not-encrypted");
  const what = sentence("step-content", { size: 18, format: "application/json" });
  const steps = [
    worked("DNS", sentence("step-dns", { host: form.host, addresses: "10.20.0.31" })),
    ...(form.tls ? [worked("TLS", sentence("step-agreed", { security }))] : []),
    worked("CoAP", sentence("step-coap", { address: `10.20.0.31:${form.port}`, security })),
    ...form.resources.map(({ path, observe }) =>
      worked("Resource", sentence(observe ? "step-gives-changes" : "step-gives", { path, what })),
    ),
    worked("Clock", sentence("step-clock-device-unknown")),
  ];
  const risk = form.tls
    ? notice("risk-coap-key")
    : notice("risk-plaintext", {}, "risk-coap-plaintext-advice");
  return { steps, grade: fakeGrade(form), risks: [risk], expiries: [] };
}

/** The broker's authority is not known to this machine. */
function distrusted(): Step {
  const message = said(
    "The broker's certificate is signed by an authority that this computer does not know.",
    "down-unknown-issuer",
  );
  const advice = said(
    "Give the CA file of the plant, or have the authority installed in the system.",
    "down-unknown-issuer-advice",
  );
  return { ...worked("TLS", message), ok: false, advice };
}

export function fakeTest(form: ConnectionForm, now: number): TestReportView {
  if (form.kind === "coap") return fakeCoapTest(form);
  const report = { grade: fakeGrade(form), risks: fakeRisks(form) };
  const peer = `10.20.0.12:${form.port}`;
  const steps = [
    worked("DNS", sentence("step-dns", { host: form.host, addresses: "10.20.0.12" }), {
      "step-addresses": "10.20.0.12",
      "step-took": took("0.8"),
    }),
    worked("TCP", sentence("step-tcp", { peer }), { "step-address": peer, "step-took": took("2.0") }),
  ];
  if (form.tls && form.ca_file === "") return { ...report, steps: [...steps, distrusted()], expiries: [] };
  let expiries: ExpiryView[] = [];
  if (form.tls) {
    const tls = fakeTls(form, now);
    steps.push(tls.step);
    expiries = tls.expiries;
  }
  if (form.transport.websocket)
    steps.push(worked("WebSocket", sentence("step-web-socket", { path: form.transport.path || "/mqtt" })));
  steps.push(
    worked("MQTT", sentence("step-mqtt", { protocol: "MQTT 5", client: `${form.id || "twinscope"}-test` }), {
      "step-answer": sentence("step-success"),
      "step-qos": "2",
      "step-keep-alive": "30 s",
    }),
  );
  for (const { filter, qos } of form.subscriptions) {
    steps.push(worked("Subscribe", sentence("step-granted", { filter, qos: String(qos) })));
  }
  steps.push(worked("Clock", sentence("step-clock-unknown")));
  steps.push({
    ...worked("Security", said(`grade ${report.grade.letter}, ${report.grade.words}`)),
    notices: report.risks,
  });
  return { ...report, steps, expiries };
}
