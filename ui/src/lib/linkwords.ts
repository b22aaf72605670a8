/** Connections and nodes in words. */
import type { LinkStateView } from "../ipc/bindings/LinkStateView";

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

const NODES: Record<string, string> = {
  online: "Online",
  offline: "Offline",
  unknown: "Heard, birth missing",
  "kept-birth": "Birth kept from before the restart",
};

export function nodeWords(state: string): string {
  return NODES[state] ?? state;
}
