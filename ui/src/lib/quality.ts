/** Quality of a value in words; the numbers are those of the program behind the window. */
import { inEnglish, t } from "./text/text";

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

/** A reason by the words that the program has for it; what it has no number for stays as it is. */
export function reasonNamed(words: string): string {
  const why = REASONS.find((reason) => inEnglish(`quality-${reason}`) === words);
  return why === undefined ? words : t(`quality-${why}`);
}

/** "GOOD", "BAD · frozen". */
export function qualityWords(status: number, reason: number): string {
  const why = reasonWord(reason);
  return why === "" ? statusWord(status) : `${statusWord(status)} · ${why}`;
}
