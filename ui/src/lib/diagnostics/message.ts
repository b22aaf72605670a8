/** What became of a message, in words. */
import type { TappedMessage } from "../../ipc/bindings/TappedMessage";
import type { TappedRow } from "../../ipc/bindings/TappedRow";
import { t } from "../text/text";
import { rejectWords } from "./dropped";

export function outcomeWords({ outcome, convention, values }: TappedRow): string {
  if (outcome === "held") return t("diagnostics-outcome-held");
  if (outcome === "rejected") return t("diagnostics-outcome-rejected");
  if (convention === "") return t("diagnostics-outcome-nothing");
  return `${t("diagnostics-outcome-read", { convention })} · ${t("diagnostics-values", { count: values })}`;
}

/** The same for a list. */
export function briefWords(row: TappedRow): string {
  if (row.outcome !== "read" || row.convention === "") return outcomeWords(row);
  return t("diagnostics-values", { count: row.values });
}

const EVENTS = [
  "node-birth",
  "node-death",
  "device-birth",
  "device-death",
  "gap",
  "rebirth-wanted",
  "online",
  "offline",
  "sleeping",
  "described",
] as const;

/** What a message said of its sources. */
export function eventWords({ events }: TappedMessage): string[] {
  return events.map(({ kind, source }) => {
    const known = EVENTS.find((event) => event === kind);
    return known ? t(`diagnostics-event-${known}`, { source }) : `${kind} ${source}`;
  });
}

/** Why it could not be read; empty when it was read. */
export function whyWords({ reject }: TappedMessage): string {
  return reject ? `${rejectWords(reject[0])}: ${reject[1]}` : "";
}

/** Whether these name one topic: a wildcard names many (MQTT 5, 4.7.1). */
export function isOneTopic(topic: string): boolean {
  return topic !== "" && !/[+#\0]/.test(topic);
}
