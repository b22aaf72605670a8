/** Quality of a value in words; the numbers are those of the program behind the window. */

export const GOOD = 0;
export const UNCERTAIN = 1;
export const BAD = 2;

const STATUS_WORDS = ["GOOD", "UNCERTAIN", "BAD"] as const;

const REASON_WORDS = [
  "",
  "broker connection lost",
  "node death",
  "sequence gap",
  "payload not readable",
  "frozen",
  "source clock ahead",
  "no data",
  "waiting for birth",
  "redelivered",
  "retained",
  "not a finite number",
  "reported bad by device",
  "from history",
  "abstained",
  "never seen",
  "history not writable",
  "not recorded, program not running",
] as const;

export function statusWord(status: number): string {
  return STATUS_WORDS[status] ?? "BAD";
}

export function reasonWord(reason: number): string {
  return REASON_WORDS[reason] ?? "";
}

/** "GOOD", "BAD · frozen". */
export function qualityWords(status: number, reason: number): string {
  const why = reasonWord(reason);
  return why === "" ? statusWord(status) : `${statusWord(status)} · ${why}`;
}
