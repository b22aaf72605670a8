/** Quality of a value in words; the numbers are those of the program behind the window. */
import { t } from "./text/text";

export const GOOD = 0;
export const UNCERTAIN = 1;
export const BAD = 2;

const STATUSES = ["good", "uncertain", "bad"] as const;

/** By the program's numbers; 0 is none. */
const REASONS = [
  "broker-lost",
  "node-death",
  "sequence-gap",
  "unreadable",
  "frozen",
  "clock-ahead",
  "no-data",
  "no-birth",
  "redelivered",
  "retained",
  "not-finite",
  "device-bad",
  "from-history",
  "abstained",
  "never-seen",
  "history-full",
  "not-running",
] as const;

export function statusWord(status: number): string {
  return t(`quality-${STATUSES[status] ?? "bad"}`);
}

export function reasonWord(reason: number): string {
  const why = REASONS[reason - 1];
  return why === undefined ? "" : t(`quality-${why}`);
}

/** "GOOD", "BAD · frozen". */
export function qualityWords(status: number, reason: number): string {
  const why = reasonWord(reason);
  return why === "" ? statusWord(status) : `${statusWord(status)} · ${why}`;
}
