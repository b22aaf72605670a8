/** What a new connection begins with, and what is wrong with one as filled in. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";
import type { KindView } from "../ipc/bindings/KindView";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { SubscriptionForm } from "../ipc/bindings/SubscriptionForm";
import type { TransportForm } from "../ipc/bindings/TransportForm";
import { between, filterProblem, numberProblem } from "./formproblems";
import {
  hasReadingProblems,
  newReading,
  type ReadingDraft,
  type ReadingProblems,
  readingDraft,
  readingOf,
  readingProblems,
} from "./readingform";
import { t } from "./text/text";

export const PORT_TLS = 8883;
export const PORT_PLAIN = 1883;
const PORT_WSS = 443;
const PORT_WS = 80;
const PORT_COAPS = 5684;
const PORT_COAP = 5683;
/** How often a CoAP resource is read when nothing else is said, seconds. */
const EVERY_S = 60;
const DAY_S = 86_400;
/** The application protocol (ALPN) by which AWS IoT Core knows MQTT on port 443. */
const AWS_ALPN = "x-amzn-mqtt-ca";
/** Units of 1,000 bytes, as people fill them in. */
const KB = 1_000;

export function newSubscription(filter = ""): SubscriptionForm {
  return { filter, qos: 1, everything: false, share: "" };
}

export function newTransport(): TransportForm {
  return { websocket: false, path: "", alpn: [], crl_file: "", server_name: "" };
}

export function newConnection(): ConnectionForm {
  return {
    id: "",
    kind: "mqtt",
    name: "",
    host: "",
    port: PORT_TLS,
    protocol: "mqtt5",
    tls: true,
    ca_file: "",
    certificate_file: "",
    key_file: "",
    username: "",
    password: null,
    subscriptions: [newSubscription("spBv1.0/#")],
    resources: [],
    client_id: "",
    keep_alive_s: null,
    persistent_session: true,
    session_expiry_s: null,
    allow_rebirth: false,
    transport: newTransport(),
    limits: { packet: null, topics: null, addresses: null, rate: null, rate_bytes: null },
    reading: newReading(),
  };
}

const USUAL_PORTS = [PORT_TLS, PORT_PLAIN, PORT_WSS, PORT_WS, PORT_COAPS, PORT_COAP];

/** The usual port of another way to the other side, when the port was a usual one. */
export function portAfter(port: number, tls: boolean, websocket: boolean, kind: KindView = "mqtt"): number {
  if (!USUAL_PORTS.includes(port)) return port;
  if (kind === "coap") return tls ? PORT_COAPS : PORT_COAP;
  if (websocket) return tls ? PORT_WSS : PORT_WS;
  return tls ? PORT_TLS : PORT_PLAIN;
}

/** What AWS IoT Core takes on port 443. The client certificate is the person's to name. */
export function awsIot(form: ConnectionForm): ConnectionForm {
  const transport = { ...form.transport, websocket: false, path: "", alpn: [AWS_ALPN] };
  return { ...form, tls: true, port: PORT_WSS, transport };
}

/** Whether something under "Advanced" is not as a new connection has it. */
export function isAdvanced(form: ConnectionForm): boolean {
  const { transport, limits, subscriptions } = form;
  if (form.kind === "coap") return limits.packet !== null;
  return (
    form.client_id !== "" ||
    form.keep_alive_s !== null ||
    form.session_expiry_s !== null ||
    transport.websocket ||
    transport.alpn.length > 0 ||
    transport.crl_file !== "" ||
    transport.server_name !== "" ||
    Object.values(limits).some((limit) => limit !== null) ||
    subscriptions.some(({ share }) => share !== "")
  );
}

/** A resource of a CoAP device while it is filled in. */
export interface ResourceDraft {
  path: string;
  observe: boolean;
  /** Seconds. */
  every: string;
}

export function newResource(path = "", observe = true): ResourceDraft {
  return { path, observe, every: String(EVERY_S) };
}

/** Fields that are texts while they are filled in. */
export interface Draft {
  resources: ResourceDraft[];
  port: string;
  alpn: string;
  keepAlive: string;
  sessionExpiry: string;
  packet: string;
  topics: string;
  addresses: string;
  rate: string;
  rateBytes: string;
  reading: ReadingDraft;
}

export function draftOf(form: ConnectionForm): Draft {
  const { port, transport, limits, resources } = form;
  const text = (value: number | null, unit = 1) => (value === null ? "" : String(value / unit));
  return {
    resources: resources.map(({ path, observe, every_s }) => ({ path, observe, every: String(every_s) })),
    port: String(port),
    alpn: transport.alpn.join(", "),
    keepAlive: text(form.keep_alive_s),
    sessionExpiry: text(form.session_expiry_s),
    packet: text(limits.packet, KB),
    topics: text(limits.topics),
    addresses: text(limits.addresses),
    rate: text(limits.rate),
    rateBytes: text(limits.rate_bytes, KB),
    reading: readingDraft(form.reading),
  };
}

function protocols(alpn: string): string[] {
  return alpn
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

const number = (text: string, unit = 1) => (text.trim() === "" ? null : Math.round(Number(text) * unit));

function limitsOf(draft: Draft): LimitsForm {
  return {
    packet: number(draft.packet, KB),
    topics: number(draft.topics),
    addresses: number(draft.addresses),
    rate: number(draft.rate),
    rate_bytes: number(draft.rateBytes, KB),
  };
}

/** What is sent: spaces trimmed, and nothing left of what the choices make meaningless. */
export function filledIn(form: ConnectionForm, draft: Draft, password: string): ConnectionForm {
  const both = {
    ...form,
    name: form.name.trim(),
    host: form.host.trim(),
    port: Number(draft.port),
    password: password === "" ? null : password,
    limits: limitsOf(draft),
    reading: readingOf(draft.reading),
  };
  return form.kind === "coap" ? filledInCoap(both, draft) : filledInMqtt(both, draft);
}

/** What a form of CoAP carries of MQTT is not meant, and the program leaves that as it is. */
function filledInCoap(form: ConnectionForm, draft: Draft): ConnectionForm {
  const resources = draft.resources.map(({ path, observe, every }) => ({
    path: path.trim(),
    observe,
    every_s: Number(every),
  }));
  const client = { client_id: "", keep_alive_s: null, session_expiry_s: null };
  const reading = { ...newReading(), rules: form.reading.rules };
  return { ...form, ...client, resources, reading, subscriptions: [], transport: newTransport() };
}

function filledInMqtt(form: ConnectionForm, draft: Draft): ConnectionForm {
  const files = form.tls ? {} : { ca_file: "", certificate_file: "", key_file: "" };
  const { websocket, path, crl_file, server_name } = form.transport;
  return {
    ...form,
    ...files,
    client_id: form.client_id.trim(),
    keep_alive_s: number(draft.keepAlive),
    session_expiry_s: number(draft.sessionExpiry),
    subscriptions: form.subscriptions.map(({ filter, qos, everything, share }) => ({
      filter: filter.trim(),
      qos,
      everything: everything && asksForEverything(filter),
      share: share.trim(),
    })),
    resources: [],
    transport: {
      websocket,
      path: websocket ? path.trim() : "",
      alpn: form.tls ? protocols(draft.alpn) : [],
      crl_file: form.tls ? crl_file.trim() : "",
      server_name: form.tls ? server_name.trim() : "",
    },
  };
}

/** Whether a filter asks for every message of the broker, alone or shared. */
export function asksForEverything(filter: string): boolean {
  return /^(\$share\/[^/]+\/)?(\+\/)?#$/.test(filter.trim());
}

function subscriptionProblem({ filter, everything }: SubscriptionForm): string {
  const problem = filterProblem(filter.trim());
  if (problem !== "") return problem;
  return asksForEverything(filter) && !everything ? t("fields-everything-tick") : "";
}

function shareProblem({ filter, share }: SubscriptionForm): string {
  if (share.trim() === "") return "";
  if (/[/+#]/.test(share)) return t("fields-share-marks");
  return filter.trim().startsWith("$share/") ? t("fields-share-twice") : "";
}

function pathProblem({ websocket, path }: TransportForm): string {
  const bad = websocket && path.trim() !== "" && !/^\/\S*$/.test(path.trim());
  return bad ? t("fields-path-form") : "";
}

function clientIdProblem(id: string): string {
  const fits = new TextEncoder().encode(id.trim()).length <= 128 && !/\p{Cc}/u.test(id.trim());
  return fits ? "" : t("fields-client-id-form");
}

export interface FormProblems {
  name: string;
  host: string;
  port: string;
  certificate: string;
  path: string;
  alpn: string;
  serverName: string;
  clientId: string;
  keepAlive: string;
  sessionExpiry: string;
  packet: string;
  topics: string;
  addresses: string;
  rate: string;
  rateBytes: string;
  filters: string[];
  shares: string[];
  /** Of CoAP: the name of the pre-shared key, and the key. */
  identity: string;
  key: string;
  resources: string[];
  intervals: string[];
  /** That nothing at all would be heard. */
  nothing: string;
  reading: ReadingProblems;
}

const RIGHT: FormProblems = {
  name: "",
  host: "",
  port: "",
  certificate: "",
  path: "",
  alpn: "",
  serverName: "",
  clientId: "",
  keepAlive: "",
  sessionExpiry: "",
  packet: "",
  topics: "",
  addresses: "",
  rate: "",
  rateBytes: "",
  filters: [],
  shares: [],
  identity: "",
  key: "",
  resources: [],
  intervals: [],
  nothing: "",
  reading: { shadows: "", primaryHost: "", reorder: "", rules: [] },
};

/** Of these, the ones under "Advanced". */
export function hasAdvancedProblems({ shares, ...rest }: FormProblems): boolean {
  const limits = [rest.packet, rest.topics, rest.addresses, rest.rate, rest.rateBytes];
  const client = [rest.clientId, rest.keepAlive, rest.sessionExpiry];
  return [...shares, rest.path, rest.alpn, rest.serverName, ...client, ...limits].some(
    (problem) => problem !== "",
  );
}

function tlsProblems(
  form: ConnectionForm,
  draft: Draft,
): Pick<FormProblems, "certificate" | "alpn" | "serverName"> {
  if (!form.tls) return { certificate: "", alpn: "", serverName: "" };
  const half = (form.certificate_file === "") !== (form.key_file === "");
  const offered = protocols(draft.alpn);
  const fits = offered.length <= 16 && offered.every((name) => new TextEncoder().encode(name).length <= 255);
  const isName = !/[\s/:]/.test(form.transport.server_name.trim());
  return {
    certificate: half ? t("fields-certificate-half") : "",
    alpn: fits ? "" : t("fields-alpn-most"),
    serverName: isName ? "" : t("fields-server-name-only"),
  };
}

function mqttProblems(form: ConnectionForm, draft: Draft): Partial<FormProblems> {
  return {
    ...tlsProblems(form, draft),
    path: pathProblem(form.transport),
    clientId: clientIdProblem(form.client_id),
    keepAlive: numberProblem(draft.keepAlive, 1, 65_535, true),
    sessionExpiry: numberProblem(draft.sessionExpiry, 1, 4_294_967_295, true),
    topics: numberProblem(draft.topics, 1, 10_000_000, true),
    addresses: numberProblem(draft.addresses, 1, 50_000_000, true),
    rate: numberProblem(draft.rate, 1, 10_000_000, true),
    rateBytes: numberProblem(draft.rateBytes, 1, 10_000_000, false),
    filters: form.subscriptions.map(subscriptionProblem),
    shares: form.subscriptions.map(shareProblem),
    nothing: form.subscriptions.length === 0 ? t("fields-need-one-filter") : "",
  };
}

function resourceProblem({ path }: ResourceDraft, place: number, all: ResourceDraft[]): string {
  const own = path.trim();
  if (!/^\/\S*$/.test(own)) return t("fields-path-form");
  return all.findIndex((other) => other.path.trim() === own) < place ? t("fields-resource-twice") : "";
}

function keyProblem({ id, tls }: ConnectionForm, password: string): string {
  // A connection that is edited has its key already, or the program says that it has none.
  if (!tls || (id !== "" && password === "")) return "";
  if (password === "") return t("fields-need-key");
  const digits = password.startsWith("hex:") ? password.slice(4).trim() : null;
  if (digits !== null && !/^([0-9a-f]{2})+$/i.test(digits)) return t("fields-key-hex");
  const length = digits === null ? new TextEncoder().encode(password).length : digits.length / 2;
  return length > 64 ? t("fields-key-most") : "";
}

function coapProblems(form: ConnectionForm, draft: Draft, password: string): Partial<FormProblems> {
  const unnamed = form.tls && form.username.trim() === "";
  const interval = ({ every }: ResourceDraft) =>
    every.trim() === "" ? between(1, DAY_S) : numberProblem(every, 1, DAY_S, false);
  return {
    identity: unnamed ? t("fields-need-identity") : "",
    key: keyProblem(form, password),
    resources: draft.resources.map(resourceProblem),
    intervals: draft.resources.map(interval),
    nothing: draft.resources.length === 0 ? t("fields-need-resource") : "",
  };
}

/** What is wrong with how the other side is reached, whatever is to be heard of it. */
export function reachProblems(form: ConnectionForm, draft: Draft, password: string): FormProblems {
  const { resources, intervals, nothing, name, filters, shares, reading, ...reach } = formProblems(
    form,
    draft,
    password,
  );
  return { ...RIGHT, ...reach };
}

export function formProblems(form: ConnectionForm, draft: Draft, password = ""): FormProblems {
  const number = Number(draft.port);
  const kind = form.kind === "coap" ? coapProblems(form, draft, password) : mqttProblems(form, draft);
  return {
    ...RIGHT,
    name: form.name.trim() === "" ? t("fields-need-name") : "",
    host:
      form.host.trim() === ""
        ? t("fields-need-host")
        : /[\s/]/.test(form.host.trim())
          ? t("fields-host-only")
          : "",
    port: Number.isInteger(number) && number >= 1 && number <= 65_535 ? "" : between(1, 65_535),
    packet: numberProblem(draft.packet, 1, 268_435, false),
    reading: readingProblems(draft.reading, form.kind === "coap"),
    ...kind,
  };
}

export function hasProblems(problems: FormProblems): boolean {
  const { filters, shares, resources, intervals, reading, ...rest } = problems;
  const all = [...filters, ...shares, ...resources, ...intervals, ...Object.values(rest)];
  return hasReadingProblems(reading) || all.some((problem) => problem !== "");
}
