/** How two fillings-in of a connection's form differ. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import { conventionName } from "./conventions";
import { formatBytes, formatCount } from "./format";
import { readingDraft } from "./readingform";
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
  reading,
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
const secondsWords = (seconds: number | null) =>
  seconds === null ? t("meanwhile-none") : t("meanwhile-seconds", { count: seconds });

function limitWords({ packet, topics, addresses, rate, rate_bytes }: LimitsForm): string {
  const words: string[] = [];
  if (packet !== null) words.push(t("meanwhile-limit-packet", { size: formatBytes(packet) }));
  if (topics !== null) words.push(t("meanwhile-limit-topics", { count: topics }));
  if (addresses !== null) words.push(t("meanwhile-limit-addresses", { count: addresses }));
  if (rate !== null) words.push(t("meanwhile-limit-rate", { count: rate }));
  if (rate_bytes !== null) words.push(`${formatBytes(rate_bytes)}/s`);
  return text(words.join(", "));
}

function filterWords({ subscriptions }: ConnectionForm): string {
  const words = subscriptions.map(({ filter, qos, everything, share }) => {
    const plain = t("meanwhile-filter", { filter, qos });
    const marked = everything ? t("meanwhile-filter-everything", { filter: plain }) : plain;
    return share === "" ? marked : t("meanwhile-filter-share", { filter: marked, group: share });
  });
  return text(words.join("; "));
}

function resourceWords({ resources }: ConnectionForm): string {
  const words = resources.map(({ path, observe, every_s }) => {
    const values = { path, seconds: formatCount(every_s) };
    return observe ? t("meanwhile-resource-observed", values) : t("meanwhile-resource", values);
  });
  return text(words.join("; "));
}

/** A rule with all that it says, so that any difference is one in words. */
function ruleWords({ reading }: ConnectionForm): string {
  const rules = readingDraft(reading).rules.map((rule) => {
    const { filter, as, zone, path, encoding, minLength, columns, separator, decimal } = rule;
    const fields = rule.layout.map(({ name, at, form, scale, add, unit, bits }) =>
      [name, at, form, scale && `× ${scale}`, add && `+ ${add}`, unit, bits && `[${bits}]`]
        .filter(Boolean)
        .join(" "),
    );
    const written = as === "layout" ? encoding : "";
    const parts = [zone, path, written, minLength, columns, separator, decimal, ...fields].filter(Boolean);
    return `${filter}: ${[conventionName(as), ...parts].join(", ")}`;
  });
  return text(rules.join("; "));
}

/** Every field of a form in words, by what it is called there. */
function fieldsOf(form: ConnectionForm): [string, string][] {
  const { transport } = form;
  const isCoap = form.kind === "coap";
  const spoken = form.protocol === "mqtt5" ? "MQTT 5" : "MQTT 3.1.1";
  return [
    [t("meanwhile-name"), form.name],
    [t("meanwhile-protocol"), isCoap ? "CoAP" : spoken],
    [t("meanwhile-host"), form.host],
    [t("meanwhile-port"), String(form.port)],
    [isCoap ? "DTLS" : "TLS", yes(form.tls)],
    [t("meanwhile-ca"), text(form.ca_file)],
    [t("meanwhile-certificate"), text(form.certificate_file)],
    [t("meanwhile-key"), text(form.key_file)],
    [isCoap ? t("meanwhile-identity") : t("meanwhile-user"), text(form.username)],
    [t("meanwhile-filters"), filterWords(form)],
    [t("meanwhile-resources"), resourceWords(form)],
    [t("meanwhile-kept"), yes(form.persistent_session)],
    [t("meanwhile-rebirth"), yes(form.allow_rebirth)],
    [t("meanwhile-websocket"), transport.websocket ? text(transport.path) : t("meanwhile-no")],
    [t("meanwhile-alpn"), text(transport.alpn.join(", "))],
    [t("meanwhile-revocation"), text(transport.crl_file)],
    [t("meanwhile-server-name"), text(transport.server_name)],
    [t("meanwhile-client-id"), text(form.client_id)],
    [t("meanwhile-keep-alive"), secondsWords(form.keep_alive_s)],
    [t("meanwhile-session-expiry"), secondsWords(form.session_expiry_s)],
    [t("meanwhile-limits"), limitWords(form.limits)],
    [t("reading-primary-host"), text(form.reading.primary_host)],
    [t("meanwhile-reorder"), secondsWords(form.reading.reorder_timeout_s)],
    [t("reading-shadows"), text(form.reading.shadows.join(", "))],
    [t("reading-rules"), ruleWords(form)],
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
