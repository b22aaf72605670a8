/** What an alarm says, in words. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { SignalView } from "../ipc/bindings/SignalView";
import { formatCount, formatNumber, formatWithUnit, NBSP } from "./format";
import { adviceOn, type SystemTag, systemTag } from "./system";
import { t } from "./text/text";

const KINDS = ["high-high", "high", "low", "low-low", "anomaly"] as const;

export interface AlarmSentence {
  /** What the alarm is about: "Drive-end vibration". */
  subject: string;
  /** The value when it was raised, with unit: "7.9 mm/s". */
  value: string;
  /** The rule it broke: "above high-high 7.1". */
  rule: string;
}

/**
 * The parts, so that a screen can weight them. `count`: of an alarm about Twinscope itself how much there was while it was
 * active, where that is known.
 */
export function alarmSentence(
  alarm: AlarmRow,
  signal: SignalView | undefined,
  count?: number,
): AlarmSentence {
  const tag = systemTag(alarm.id);
  if (tag !== null) return systemSentence(tag, isActive(alarm), count);
  const decimals = decimalsFor(alarm, signal?.decimals ?? 1);
  return {
    subject: signal?.name ?? (alarm.kind === "anomaly" ? t("alarms-about-score") : t("alarms-about-unknown")),
    value: formatWithUnit(alarm.value, decimals, signal?.unit ?? ""),
    rule: ruleWords(alarm.kind, formatNumber(alarm.limit, decimals)),
  };
}

/** What happened, how much of it, and what to do. */
function systemSentence(tag: SystemTag, active: boolean, count: number | undefined): AlarmSentence {
  const [name, advice] = [t(`system-${tag}`), adviceOn(tag)];
  if (tag === "not-written" || count === undefined || !(count > 0)) {
    return { subject: t("system-about", { name }), value: "", rule: advice };
  }
  const rule = active ? t("system-so-far", { advice }) : t("system-in-all", { advice });
  return { subject: name, value: formatCount(count), rule };
}

/** The rule that was broken; broken across lines behind its first word at most. */
function ruleWords(kind: string, limit: string): string {
  const known = KINDS.find((one) => one === kind);
  const [verb, ...rest] = (known ? t(`alarms-rule-${known}`, { limit }) : `${kind} ${limit}`).split(" ");
  return rest.length > 1 ? `${verb} ${rest.join(NBSP)}` : [verb, ...rest].join(NBSP);
}

/** The rule in two parts, "above" and "high-high 7.1": the second is never broken across lines. A whole sentence may be. */
export function ruleParts(rule: string): [verb: string, limit: string] {
  const space = rule.indexOf(" ");
  if (space !== rule.lastIndexOf(" ")) return [rule, ""];
  return [rule.slice(0, Math.max(0, space)), rule.slice(space + 1)];
}

export function alarmText(alarm: AlarmRow, signal: SignalView | undefined): string {
  const { subject, value, rule } = alarmSentence(alarm, signal);
  return [subject, value, rule].filter((part) => part !== "").join(" ");
}

/** The signal's own digits, unless they would make value and limit look equal ("7.1 above 7.1"). */
function decimalsFor(alarm: AlarmRow, decimals: number): number {
  let digits = decimals;
  while (
    digits < decimals + 2 &&
    alarm.value !== alarm.limit &&
    alarm.value.toFixed(digits) === alarm.limit.toFixed(digits)
  ) {
    digits += 1;
  }
  return digits;
}

/** "HH", "H", "L", "LL": the marks of a limit on an instrument. */
export function limitMark(kind: string): string {
  switch (kind) {
    case "high-high":
      return "HH";
    case "high":
      return "H";
    case "low":
      return "L";
    case "low-low":
      return "LL";
    default:
      return "";
  }
}

export function stateWords(alarm: AlarmRow): string {
  return t(`alarms-state-${alarm.state}`);
}

export function isUnacknowledged(alarm: AlarmRow): boolean {
  return alarm.state === "unack-active" || alarm.state === "unack-returned";
}

export function isActive(alarm: AlarmRow): boolean {
  return alarm.state === "unack-active" || alarm.state === "acked-active";
}
