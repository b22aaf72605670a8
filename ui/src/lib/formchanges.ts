/** How two fillings-in of a connection's form differ. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import { formatBytes, formatCount } from "./format";
import { t } from "./text/text";

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

const yes = (is: boolean) => (is ? t("meanwhile-yes") : t("meanwhile-no"));
const text = (words: string) => (words === "" ? t("meanwhile-none") : words);

function limitWords({ packet, topics, rate, rate_bytes }: LimitsForm): string {
  const words: string[] = [];
  if (packet !== null) words.push(t("meanwhile-packet", { size: formatBytes(packet) }));
  if (topics !== null) words.push(t("meanwhile-topics", { count: topics }));
  if (rate !== null) words.push(t("links-rate-messages", { rate: formatCount(rate) }));
  if (rate_bytes !== null) words.push(t("links-rate-bytes", { size: formatBytes(rate_bytes) }));
  return text(words.join(", "));
}

function filterWords({ subscriptions }: ConnectionForm): string {
  const words = subscriptions.map(({ filter, qos, everything, share }) => {
    const marks = [
      `QoS ${qos}`,
      ...(everything ? [t("meanwhile-everything")] : []),
      ...(share === "" ? [] : [t("meanwhile-group", { name: share })]),
    ];
    return `${filter} (${marks.join(", ")})`;
  });
  return text(words.join(", "));
}

function resourceWords({ resources }: ConnectionForm): string {
  const words = resources.map(({ path, observe, every_s }) =>
    t(observe ? "meanwhile-resource-observed" : "meanwhile-resource", { path, seconds: every_s }),
  );
  return text(words.join(", "));
}

/** Every field of a form in words, by what it is called there. */
function fieldsOf(form: ConnectionForm): [string, string][] {
  const { transport } = form;
  const isCoap = form.kind === "coap";
  const spoken = form.protocol === "mqtt5" ? "MQTT 5" : "MQTT 3.1.1";
  return [
    [t("fields-name"), form.name],
    [t("fields-protocol"), isCoap ? "CoAP" : spoken],
    [t("fields-host"), form.host],
    [t("fields-port"), String(form.port)],
    [isCoap ? "DTLS" : "TLS", yes(form.tls)],
    [t("fields-ca"), text(form.ca_file)],
    [t("fields-certificate"), text(form.certificate_file)],
    [t("fields-key"), text(form.key_file)],
    [isCoap ? t("fields-identity") : t("fields-user"), text(form.username)],
    [t("meanwhile-filters"), filterWords(form)],
    [t("fields-resources"), resourceWords(form)],
    [t("meanwhile-persistent"), yes(form.persistent_session)],
    [t("meanwhile-rebirth"), yes(form.allow_rebirth)],
    [t("fields-websocket"), transport.websocket ? text(transport.path) : t("meanwhile-no")],
    [t("fields-alpn"), text(transport.alpn.join(", "))],
    [t("fields-crl"), text(transport.crl_file)],
    [t("fields-server-name"), text(transport.server_name)],
    [t("fields-limits"), limitWords(form.limits)],
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
