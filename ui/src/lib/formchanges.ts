/** How two fillings-in of a connection's form differ. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import { formatBytes, formatCount } from "./format";

/** A field that says something else, both in words. */
export interface FormChange {
  field: string;
  was: string;
  is: string;
}

/** How the other side is reached, whatever is to be heard of it. */
function reachOf({
  name,
  subscriptions,
  resources,
  limits,
  persistent_session,
  allow_rebirth,
  ...reach
}: ConnectionForm) {
  return reach;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether what a look found still holds of the form as it is filled in now. */
export function isLookOf(request: LookRequest, now: ConnectionForm): boolean {
  // The name is the person's own affair.
  if (request.kind === "test") return same({ ...request.form, name: "" }, { ...now, name: "" });
  return same(reachOf(request.form), reachOf(now));
}

const yes = (is: boolean) => (is ? "yes" : "no");
const text = (words: string) => (words === "" ? "none" : words);

function limitWords({ packet, topics, rate, rate_bytes }: LimitsForm): string {
  const words: string[] = [];
  if (packet !== null) words.push(`messages of ${formatBytes(packet)}`);
  if (topics !== null) words.push(`${formatCount(topics)} topics`);
  if (rate !== null) words.push(`${formatCount(rate)} messages/s`);
  if (rate_bytes !== null) words.push(`${formatBytes(rate_bytes)}/s`);
  return text(words.join(", "));
}

function filterWords({ subscriptions }: ConnectionForm): string {
  const words = subscriptions.map(({ filter, qos, everything, share }) => {
    const marks = [
      `QoS ${qos}`,
      ...(everything ? ["everything"] : []),
      ...(share === "" ? [] : [`group ${share}`]),
    ];
    return `${filter} (${marks.join(", ")})`;
  });
  return text(words.join(", "));
}

function resourceWords({ resources }: ConnectionForm): string {
  const words = resources.map(
    ({ path, observe, every_s }) => `${path} (${observe ? "observed, " : ""}every ${formatCount(every_s)} s)`,
  );
  return text(words.join(", "));
}

/** Every field of a form in words, by what it is called there. */
function fieldsOf(form: ConnectionForm): [string, string][] {
  const { transport } = form;
  const isCoap = form.kind === "coap";
  const spoken = form.protocol === "mqtt5" ? "MQTT 5" : "MQTT 3.1.1";
  return [
    ["Name", form.name],
    ["Protocol", isCoap ? "CoAP" : spoken],
    ["Host", form.host],
    ["Port", String(form.port)],
    [isCoap ? "DTLS" : "TLS", yes(form.tls)],
    ["CA file", text(form.ca_file)],
    ["Client certificate", text(form.certificate_file)],
    ["Client key", text(form.key_file)],
    [isCoap ? "Identity" : "User", text(form.username)],
    ["Topic filters", filterWords(form)],
    ["Resources", resourceWords(form)],
    ["The broker keeps QoS 1 messages", yes(form.persistent_session)],
    ["Rebirth requests", yes(form.allow_rebirth)],
    ["Over WebSocket", transport.websocket ? text(transport.path) : "no"],
    ["Application protocols (ALPN)", text(transport.alpn.join(", "))],
    ["Revocation list", text(transport.crl_file)],
    ["Name in the broker's certificate", text(transport.server_name)],
    ["Limits", limitWords(form.limits)],
  ];
}

/** Which fields say something else in `is` than in `was`. */
export function changesBetween(was: ConnectionForm, is: ConnectionForm): FormChange[] {
  const before = fieldsOf(was);
  const after = fieldsOf(is);
  return after.flatMap(([field, now], place) => {
    const words = before[place]?.[1] ?? "";
    return words === now ? [] : [{ field, was: words, is: now }];
  });
}
