/** Connections and nodes in words. */
import type { ConnectionRow } from "../ipc/bindings/ConnectionRow";
import type { LimitsForm } from "../ipc/bindings/LimitsForm";
import type { LinkStateView } from "../ipc/bindings/LinkStateView";
import { formatBytes, formatCount, plural } from "./format";

export function linkWords(state: LinkStateView): string {
  switch (state) {
    case "up":
      return "Connected";
    case "connecting":
      return "Connecting";
    case "down":
      return "Not connected, trying again";
    case "taken-over":
      return "Stopped: another client uses this client id";
  }
}

/** What is spoken on a connection, and as whom. */
export function spokenWords({ form, client_id }: ConnectionRow): string {
  if (form.kind === "coap") return `CoAP · ${plural(form.resources.length, "resource", "resources")}`;
  return `${form.protocol === "mqtt5" ? "MQTT 5" : "MQTT 3.1.1"} · client id ${client_id}`;
}

/** The rate limit of a connection; empty without one. */
export function rateWords({ rate, rate_bytes }: LimitsForm): string {
  const words: string[] = [];
  if (rate !== null) words.push(`${formatCount(rate)} messages/s`);
  if (rate_bytes !== null) words.push(`${formatBytes(rate_bytes)}/s`);
  return words.join(", ");
}

const NODES: Record<string, string> = {
  online: "Online",
  offline: "Offline",
  unknown: "Heard, birth missing",
  "kept-birth": "Birth kept from before the restart",
};

export function nodeWords(state: string): string {
  return NODES[state] ?? state;
}
