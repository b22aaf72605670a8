/** Connections and nodes in words. */
import type { ConnectionRow } from "../ipc/bindings/ConnectionRow";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { LinkStateView } from "../ipc/bindings/LinkStateView";
import { formatBytes, formatCount } from "./format";
import { inEnglish, t } from "./text/text";

export function linkWords(state: LinkStateView): string {
  return t(`links-state-${state}`);
}

/** What is spoken on a connection, and as whom. */
export function spokenWords({ form, client_id }: ConnectionRow): string {
  if (form.kind === "coap") return t("links-spoken-coap", { count: form.resources.length });
  const protocol = form.protocol === "mqtt5" ? "MQTT 5" : "MQTT 3.1.1";
  return t("links-spoken-mqtt", { protocol, id: client_id });
}

/** The rate limit of a connection; empty without one. */
export function rateWords({ rate, rate_bytes }: LimitsForm): string {
  const words: string[] = [];
  if (rate !== null) words.push(t("links-rate-messages", { rate: formatCount(rate) }));
  if (rate_bytes !== null) words.push(t("links-rate-bytes", { size: formatBytes(rate_bytes) }));
  return words.join(", ");
}

const SECURITY = ["plain", "certificate", "system", "own", "shared"] as const;

/** How a link is protected: names of protocols stay, all else is said in the window's language. */
export function securityWords(security: string): string {
  const words = (part: string) => {
    const [, name] = /^checked against the name "(.*)"$/.exec(part) ?? [];
    if (name !== undefined) return t("links-security-name", { name });
    const known = SECURITY.find((one) => inEnglish(`links-security-${one}`) === part);
    return known ? t(`links-security-${known}`) : part;
  };
  return security.split(", ").map(words).join(", ");
}

const NODES = ["online", "offline", "unknown", "kept-birth"] as const;

export function nodeWords(state: string): string {
  const known = NODES.find((node) => node === state);
  return known ? t(`session-state-${known}`) : state;
}
