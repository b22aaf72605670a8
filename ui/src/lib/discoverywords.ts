/** What discovery found, in words. */
import type { Ground } from "../ipc/bindings/Ground";
import type { ProposedSignalView } from "../ipc/bindings/ProposedSignalView";
import type { Sureness } from "../ipc/bindings/Sureness";
import { formatDuration, formatNumber, formatWithUnit, plural } from "./format";
import { qualityWords } from "./quality";

/** The surest first. */
export const SURENESSES: readonly Sureness[] = ["sure", "likely", "guess"];
const GROUNDS: readonly Ground[] = ["said", "seen", "guessed"];

const SURE_WORDS: Record<Sureness, { word: string; why: string }> = {
  sure: { word: "Sure", why: "its source says what it is" },
  likely: { word: "Likely", why: "the convention says which values belong together" },
  guess: { word: "Guess", why: "read into the shape of topics: look closely" },
};

export function surenessWord(sureness: Sureness): string {
  return SURE_WORDS[sureness].word;
}

/** Why it is as sure as it is. */
export function surenessWhy(sureness: Sureness): string {
  return SURE_WORDS[sureness].why;
}

export function groundWord(ground: Ground): string {
  return { said: "Said", seen: "Seen", guessed: "Guessed" }[ground];
}

/** The grounds of some reasons, each once, the best first: "said, seen". */
export function groundsOf(evidence: readonly { ground: Ground }[]): Ground[] {
  return GROUNDS.filter((ground) => evidence.some((reason) => reason.ground === ground));
}

/** "number", "setpoint, number", "state, on/off": most are measurements, and that is not said. */
export function kindWords({ role, kind }: Pick<ProposedSignalView, "role" | "kind">): string {
  if (role === "measurement") return kind === "" ? "not known yet" : kind;
  return kind === "" ? role : `${role}, ${kind}`;
}

const STATES_SHOWN = 4;

type Values = Pick<ProposedSignalView, "range" | "seen" | "states" | "more_states" | "decimals" | "unit">;

/**
 * What values it can have, as its source says, else what came: "range 0.0 to 10.0 bar", "seen 20.9 to 23.4 °C",
 * "seen on, off". Empty when nothing is known.
 */
export function valuesWords(signal: Values): string {
  const { range, seen, states, more_states, decimals, unit } = signal;
  const span = ([low, high]: [number, number]) => {
    const [from, to] = [formatNumber(low, decimals), formatWithUnit(high, decimals, unit)];
    return from === formatNumber(high, decimals) ? `only ${to}` : `${from} to ${to}`;
  };
  if (range) return `range ${span(range)}`;
  if (seen) return `seen ${span(seen)}`;
  if (states.length === 0) return "";
  const rest = states.length - STATES_SHOWN;
  const shown = states.slice(0, STATES_SHOWN).join(", ");
  return `seen ${shown}${rest > 0 || more_states ? " and others" : ""}`;
}

/** The last value as people read it, without its unit; empty when none came. Exact where a number could not be. */
export function valueWords(
  signal: Pick<ProposedSignalView, "value" | "number" | "kind" | "decimals">,
): string {
  const { value, number, kind, decimals } = signal;
  if (value === null) return "";
  if (kind === "on/off" && (value === "true" || value === "false")) return value === "true" ? "on" : "off";
  const exact = number !== null && Math.abs(number) <= Number.MAX_SAFE_INTEGER;
  return exact && kind.endsWith("number") ? formatNumber(number, decimals) : value;
}

/** Whose convention it is; a broker may say things of none. */
export function conventionWord(name: string): string {
  return name === "" ? "No convention" : name;
}

/** "GOOD · 0.4 s", "UNCERTAIN · retained · 3 min 12 s". */
export function freshness(
  signal: Pick<ProposedSignalView, "status" | "reason" | "time" | "received">,
  now: number,
): string {
  const at = signal.time ?? signal.received;
  const quality = qualityWords(signal.status, signal.reason);
  return at === null ? quality : `${quality} · ${formatDuration(now - at)}`;
}

export function countWords(assets: number, signals: number): string {
  const found = plural(signals, "signal", "signals");
  return assets === 0 ? found : `${plural(assets, "asset", "assets")}, ${found}`;
}

/** What is said when the list was narrowed to a connection that was removed. */
export function removedWords(connection: string): string {
  return `The connection “${connection}” is not in the plant any more: what all others hear is shown.`;
}
