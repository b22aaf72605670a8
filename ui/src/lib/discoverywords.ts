/** What discovery found, in words. */
import type { Ground } from "../ipc/bindings/Ground";
import type { ProposedSignalView } from "../ipc/bindings/ProposedSignalView";
import type { Sureness } from "../ipc/bindings/Sureness";
import { formatDuration, formatNumber, formatWithUnit } from "./format";
import { qualityWords } from "./quality";
import { named, type TextId, t } from "./text/text";

/** The surest first. */
export const SURENESSES: readonly Sureness[] = ["sure", "likely", "guess"];
const GROUNDS: readonly Ground[] = ["said", "seen", "guessed"];

export function surenessWord(sureness: Sureness): string {
  return t(`discovery-${sureness}`);
}

/** Why it is as sure as it is. */
export function surenessWhy(sureness: Sureness): string {
  return t(`discovery-${sureness}-why`);
}

export function groundWord(ground: Ground): string {
  return t(`discovery-ground-${ground}`);
}

/** The grounds of some reasons, each once, the best first: "said, seen". */
export function groundsOf(evidence: readonly { ground: Ground }[]): Ground[] {
  return GROUNDS.filter((ground) => evidence.some((reason) => reason.ground === ground));
}

/** By what the program calls them. */
const KINDS: Record<string, TextId> = {
  number: "discovery-kind-number",
  "whole number": "discovery-kind-whole-number",
  "on/off": "discovery-kind-on-off",
  text: "discovery-kind-text",
};

function kindWord(kind: string): string {
  return named(KINDS[kind] ?? "", kind);
}

/** "number", "setpoint, number", "state, on/off": most are measurements, and that is not said. */
export function kindWords({ role, kind }: Pick<ProposedSignalView, "role" | "kind">): string {
  if (role === "measurement") return kind === "" ? t("discovery-kind-unknown") : kindWord(kind);
  const said = t(`types-role-${role}`);
  return kind === "" ? said : `${said}, ${kindWord(kind)}`;
}

const STATES_SHOWN = 4;

type Values = Pick<ProposedSignalView, "range" | "seen" | "states" | "more_states" | "decimals" | "unit">;

/**
 * What values it can have, as its source says, else what came: "range 0.0 to 10.0 bar", "seen 20.9 to 23.4 °C",
 * "seen on, off". Empty when nothing is known.
 */
export function valuesWords(signal: Values): string {
  const { range, seen, states, more_states } = signal;
  if (range) return spanWords("range", range, signal);
  if (seen) return spanWords("seen", seen, signal);
  if (states.length === 0) return "";
  const more = states.length > STATES_SHOWN || more_states;
  return t(more ? "discovery-values-states-more" : "discovery-values-states", {
    states: states.slice(0, STATES_SHOWN).join(", "),
  });
}

function spanWords(
  known: "range" | "seen",
  [low, high]: [number, number],
  { decimals, unit }: Pick<Values, "decimals" | "unit">,
): string {
  const [from, to] = [formatNumber(low, decimals), formatWithUnit(high, decimals, unit)];
  return from === formatNumber(high, decimals)
    ? t(`discovery-values-${known}-only`, { only: to })
    : t(`discovery-values-${known}`, { low: from, high: to });
}

/** The last value as people read it, without its unit; empty when none came. Exact where a number could not be. */
export function valueWords(
  signal: Pick<ProposedSignalView, "value" | "number" | "kind" | "decimals">,
): string {
  const { value, number, kind, decimals } = signal;
  if (value === null) return "";
  if (kind === "on/off" && (value === "true" || value === "false"))
    return t(value === "true" ? "discovery-value-on" : "discovery-value-off");
  const exact = number !== null && Math.abs(number) <= Number.MAX_SAFE_INTEGER;
  return exact && kind.endsWith("number") ? formatNumber(number, decimals) : value;
}

/** Whose convention it is; a broker may say things of none. */
export function conventionWord(name: string): string {
  return name === "" ? t("discovery-no-convention") : name;
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
  const found = t("common-signals", { count: signals });
  return assets === 0
    ? found
    : t("discovery-assets-signals", { assets: t("common-assets", { count: assets }), signals: found });
}

/** What is said when the list was narrowed to a connection that was removed. */
export function removedWords(connection: string): string {
  return t("discovery-connection-gone", { name: connection });
}
