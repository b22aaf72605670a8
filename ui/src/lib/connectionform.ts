/** What a new connection begins with, and what is wrong with one as filled in. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { SubscriptionForm } from "../ipc/bindings/SubscriptionForm";
import type { TransportForm } from "../ipc/bindings/TransportForm";

export const PORT_TLS = 8883;
export const PORT_PLAIN = 1883;
const PORT_WSS = 443;
const PORT_WS = 80;
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
    persistent_session: true,
    allow_rebirth: false,
    transport: newTransport(),
    limits: { packet: null, topics: null, rate: null, rate_bytes: null },
  };
}

/** The usual port of another way to the broker, when the port was a usual one. */
export function portAfter(port: number, tls: boolean, websocket: boolean): number {
  if (![PORT_TLS, PORT_PLAIN, PORT_WSS, PORT_WS].includes(port)) return port;
  if (websocket) return tls ? PORT_WSS : PORT_WS;
  return tls ? PORT_TLS : PORT_PLAIN;
}

/** What AWS IoT Core takes on port 443. The client certificate is the person's to name. */
export function awsIot(form: ConnectionForm): ConnectionForm {
  const transport = { ...form.transport, websocket: false, path: "", alpn: [AWS_ALPN] };
  return { ...form, tls: true, port: PORT_WSS, transport };
}

/** Whether something under "Advanced" is not as a new connection has it. */
export function isAdvanced({ transport, limits, subscriptions }: ConnectionForm): boolean {
  return (
    transport.websocket ||
    transport.alpn.length > 0 ||
    transport.crl_file !== "" ||
    transport.server_name !== "" ||
    Object.values(limits).some((limit) => limit !== null) ||
    subscriptions.some(({ share }) => share !== "")
  );
}

/** Fields that are texts while they are filled in. */
export interface Draft {
  port: string;
  alpn: string;
  packet: string;
  topics: string;
  rate: string;
  rateBytes: string;
}

export function draftOf({ port, transport, limits }: ConnectionForm): Draft {
  const text = (value: number | null, unit = 1) => (value === null ? "" : String(value / unit));
  return {
    port: String(port),
    alpn: transport.alpn.join(", "),
    packet: text(limits.packet, KB),
    topics: text(limits.topics),
    rate: text(limits.rate),
    rateBytes: text(limits.rate_bytes, KB),
  };
}

function protocols(alpn: string): string[] {
  return alpn
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function limitsOf(draft: Draft): LimitsForm {
  const number = (text: string, unit = 1) => (text.trim() === "" ? null : Math.round(Number(text) * unit));
  return {
    packet: number(draft.packet, KB),
    topics: number(draft.topics),
    rate: number(draft.rate),
    rate_bytes: number(draft.rateBytes, KB),
  };
}

/** What is sent: spaces trimmed, and nothing left of what the choices make meaningless. */
export function filledIn(form: ConnectionForm, draft: Draft, password: string): ConnectionForm {
  const files = form.tls ? {} : { ca_file: "", certificate_file: "", key_file: "" };
  const { websocket, path, crl_file, server_name } = form.transport;
  return {
    ...form,
    ...files,
    name: form.name.trim(),
    host: form.host.trim(),
    port: Number(draft.port),
    password: password === "" ? null : password,
    subscriptions: form.subscriptions.map(({ filter, qos, everything, share }) => ({
      filter: filter.trim(),
      qos,
      everything: everything && asksForEverything(filter),
      share: share.trim(),
    })),
    transport: {
      websocket,
      path: websocket ? path.trim() : "",
      alpn: form.tls ? protocols(draft.alpn) : [],
      crl_file: form.tls ? crl_file.trim() : "",
      server_name: form.tls ? server_name.trim() : "",
    },
    limits: limitsOf(draft),
  };
}

/** Whether a filter asks for every message of the broker, alone or shared. */
export function asksForEverything(filter: string): boolean {
  return /^(\$share\/[^/]+\/)?(\+\/)?#$/.test(filter.trim());
}

/** What is wrong with a topic filter, in words; empty when nothing is. */
export function filterProblem(filter: string): string {
  if (filter === "") return "Give a topic filter, such as spBv1.0/#.";
  const levels = filter.split("/");
  const hash = levels.findIndex((level) => level.includes("#"));
  if (hash >= 0 && (levels[hash] !== "#" || hash !== levels.length - 1)) {
    return "# stands alone, as the last level.";
  }
  return levels.some((level) => level.includes("+") && level !== "+") ? "+ stands alone in its level." : "";
}

function subscriptionProblem({ filter, everything }: SubscriptionForm): string {
  const problem = filterProblem(filter.trim());
  if (problem !== "") return problem;
  return asksForEverything(filter) && !everything
    ? "It asks for every message of the broker: tick that you want everything, or name topics."
    : "";
}

function shareProblem({ filter, share }: SubscriptionForm): string {
  if (share.trim() === "") return "";
  if (/[/+#]/.test(share)) return "A group's name has no /, + or #.";
  return filter.trim().startsWith("$share/") ? "The filter names a group already: keep one of both." : "";
}

function pathProblem({ websocket, path }: TransportForm): string {
  const bad = websocket && path.trim() !== "" && !/^\/\S*$/.test(path.trim());
  return bad ? "It begins with / and has no spaces." : "";
}

/** Empty is always right: the program's own limit. */
function numberProblem(text: string, least: number, most: number, whole: boolean): string {
  if (text.trim() === "") return "";
  const number = Number(text);
  const fits = number >= least && number <= most && (!whole || Number.isInteger(number));
  return fits ? "" : `${least} to ${most}.`;
}

export interface FormProblems {
  name: string;
  host: string;
  port: string;
  certificate: string;
  path: string;
  alpn: string;
  serverName: string;
  packet: string;
  topics: string;
  rate: string;
  rateBytes: string;
  filters: string[];
  shares: string[];
}

/** Of these, the ones under "Advanced". */
export function hasAdvancedProblems({ shares, ...rest }: FormProblems): boolean {
  const own = [rest.path, rest.alpn, rest.serverName, rest.packet, rest.topics, rest.rate, rest.rateBytes];
  return [...shares, ...own].some((problem) => problem !== "");
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
    certificate: half ? "A client certificate needs its key, and a key its certificate." : "",
    alpn: fits ? "" : "At most 16 names of 255 bytes.",
    serverName: isName ? "" : "Only a host name: no scheme, no port.",
  };
}

export function formProblems(form: ConnectionForm, draft: Draft): FormProblems {
  const number = Number(draft.port);
  return {
    name: form.name.trim() === "" ? "Give it a name." : "",
    host:
      form.host.trim() === ""
        ? "Give a host name or address."
        : /[\s/]/.test(form.host.trim())
          ? "Only the host: no scheme, no path."
          : "",
    port: Number.isInteger(number) && number >= 1 && number <= 65_535 ? "" : "1 to 65535.",
    ...tlsProblems(form, draft),
    path: pathProblem(form.transport),
    packet: numberProblem(draft.packet, 1, 268_435, false),
    topics: numberProblem(draft.topics, 1, 10_000_000, true),
    rate: numberProblem(draft.rate, 1, 10_000_000, true),
    rateBytes: numberProblem(draft.rateBytes, 1, 10_000_000, false),
    filters: form.subscriptions.map(subscriptionProblem),
    shares: form.subscriptions.map(shareProblem),
  };
}

export function hasProblems(problems: FormProblems): boolean {
  const { filters, shares, ...rest } = problems;
  return (
    filters.length === 0 || [...filters, ...shares, ...Object.values(rest)].some((problem) => problem !== "")
  );
}
