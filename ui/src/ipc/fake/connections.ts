/** The played station's brokers. */
import type { ConnectionForm } from "../bindings/ConnectionForm";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { ExpiryView } from "../bindings/ExpiryView";
import type { GradeView } from "../bindings/GradeView";
import type { HeardRow } from "../bindings/HeardRow";
import type { NoticeView } from "../bindings/NoticeView";
import type { TestReportView } from "../bindings/TestReportView";
import { said } from "./said";

const S = 1_000_000;
const DAY = 86_400 * S;

function form(id: string, name: string, host: string, port: number, tls: boolean): ConnectionForm {
  return {
    username: "",
    password: null,
    protocol: "mqtt5",
    persistent_session: true,
    transport: { websocket: false, path: "", alpn: [], crl_file: "", server_name: "" },
    limits: { packet: null, topics: null, rate: null, rate_bytes: null },
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
      topics_max: 100_000,
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
      topics_max: 100_000,
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
    topics_max: 100_000,
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

function worked(step: string, message: string, facts: Record<string, string> = {}, id = ""): Step {
  const list = Object.entries(facts).map(([name, value]) => ({ name, value }));
  return { step, ok: true, message: said(message, id), advice: said(""), facts: list, notices: [] };
}

function fakeGrade(form: ConnectionForm): GradeView {
  if (form.kind === "coap" && form.tls) return { letter: "B", words: "shared key" };
  if (!form.tls) return { letter: "D", words: "plaintext" };
  if (form.certificate_file !== "") return { letter: "A", words: "certificate identity" };
  if (form.username !== "") return { letter: "B", words: "shared key" };
  return { letter: "C", words: "anonymous" };
}

function risk(kind: string, message: string, advice: string): NoticeView {
  return { message: said(message, `risk-${kind}`), advice: said(advice, `risk-${kind}-advice`) };
}

function plaintext(advice: string): NoticeView {
  const words = "nothing is encrypted: whoever is on the way can read every value and send false ones";
  return risk("plaintext", words, advice);
}

function fakeRisks(form: ConnectionForm): NoticeView[] {
  if (!form.tls) return [plaintext("Switch TLS on, at the broker first if need be.")];
  const risks: NoticeView[] = [];
  if (form.certificate_file === "" && form.username === "") {
    const words = "the broker does not know who this client is, so it lets anyone in";
    risks.push(risk("anonymous", words, "Use a client certificate, and let the broker demand one."));
  }
  if (form.transport.server_name !== "") {
    const words = `the broker is checked against the name "${form.transport.server_name}", not "${form.host}"`;
    const advice = "Give the broker a certificate for its own name, and remove the other name.";
    risks.push(risk("server-name-override", words, advice));
  }
  if (form.transport.crl_file === "") {
    const words = "a certificate of the broker that its authority has revoked would still be accepted";
    risks.push(
      risk("no-revocation-list", words, "Choose a revocation list, if the authority publishes one."),
    );
  }
  return risks;
}

function fakeTls(form: ConnectionForm, now: number): { step: Step; expiries: ExpiryView[] } {
  const end = {
    what: `the broker's certificate (CN=${form.host})`,
    at: now + 19.5 * DAY,
    days: 19,
    near: true,
  };
  const authority = {
    what: "the authority's certificate (CN=Plant CA)",
    at: now + 2_900 * DAY,
    days: 2_900,
    near: false,
  };
  const step = worked("TLS", "TLS 1.3; the broker's certificate is trusted", {
    version: "TLS 1.3",
    cipher: "TLS13_AES_256_GCM_SHA384",
    "names in the certificate": form.host,
    "broker's chain": `CN=${form.host}, by CN=Plant CA, EC P-256 (19 days)`,
    took: "4.1 ms",
  });
  step.notices.push({
    message: said(`${end.what} ends in ${end.days} days`),
    advice: said("Renew it before that day, or the link ends with it."),
  });
  return { step, expiries: [end, authority] };
}

function fakeCoapTest(form: ConnectionForm): TestReportView {
  const security = form.tls ? "DTLS 1.2, pre-shared key" : "not encrypted";
  const steps = [
    worked("DNS", `${form.host} is 10.20.0.31`),
    ...(form.tls ? [worked("TLS", `${security} agreed on`)] : []),
    worked("CoAP", `10.20.0.31:${form.port} answers to CoAP, ${security}`),
    ...form.resources.map(({ path, observe }) =>
      worked(
        "Resource",
        `"${path}" gives 18 bytes, application/json${observe ? "; it tells of changes by itself" : ""}`,
      ),
    ),
    worked("Clock", "the device's clock is not known: no source times were at hand"),
  ];
  const shared = risk(
    "shared-key",
    "whoever learns the pre-shared key can be this client or the device, and can read what was recorded before",
    "Give every device a key of its own, and change it when somebody may have seen it.",
  );
  const plain = plaintext(
    "Use DTLS with a pre-shared key, if the device can, or keep its network to itself.",
  );
  return { steps, grade: fakeGrade(form), risks: [form.tls ? shared : plain], expiries: [] };
}

export function fakeTest(form: ConnectionForm, now: number): TestReportView {
  if (form.kind === "coap") return fakeCoapTest(form);
  const report = { grade: fakeGrade(form), risks: fakeRisks(form) };
  const steps = [
    worked("DNS", `${form.host} is 10.20.0.12`, { addresses: "10.20.0.12", took: "0.8 ms" }),
    worked("TCP", `10.20.0.12:${form.port} accepts connections`, { took: "2.0 ms" }),
  ];
  if (form.tls && form.ca_file === "") {
    steps.push({
      ...worked(
        "TLS",
        "The broker's certificate is signed by an authority that this computer does not know.",
        {},
        "down-unknown-issuer",
      ),
      ok: false,
      advice: said(
        "Give the CA file of the plant, or have the authority installed in the system.",
        "down-unknown-issuer-advice",
      ),
    });
    return { ...report, steps, expiries: [] };
  }
  let expiries: ExpiryView[] = [];
  if (form.tls) {
    const tls = fakeTls(form, now);
    steps.push(tls.step);
    expiries = tls.expiries;
  }
  if (form.transport.websocket)
    steps.push(worked("WebSocket", `a WebSocket for MQTT at ${form.transport.path || "/mqtt"}`));
  steps.push(
    worked("MQTT", "MQTT 5, accepted", { answer: "success", "highest QoS": "2", "keep-alive": "30 s" }),
  );
  for (const { filter, qos } of form.subscriptions) {
    steps.push(worked("Subscribe", `"${filter}" granted with QoS ${qos}`));
  }
  steps.push(worked("Clock", "not known: nothing said its time"));
  steps.push({
    ...worked("Security", `grade ${report.grade.letter}, ${report.grade.words}`),
    notices: report.risks,
  });
  return { ...report, steps, expiries };
}
