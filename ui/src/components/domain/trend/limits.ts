/**
 * What a trend shows of limits: of the signal that is looked at the ranges beyond them, their lines and words; of the
 * others a mark at the side of their axis, in the colour of the trace.
 */
import type { AlarmRow } from "../../../ipc/bindings/AlarmRow";
import type { LimitView } from "../../../ipc/bindings/LimitView";
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { limitMark } from "../../../lib/alarmwords";
import { formatNumber } from "../../../lib/format";
import { axisId } from "../../../lib/trendstate";
import type { LimitLine, LimitMark, LimitZone, Trace } from "./model";

/** 1: trouble lies above the limit, -1: below it. */
function sideOf({ kind }: LimitView): 1 | -1 {
  return kind.startsWith("low") ? -1 : 1;
}

export function limitLines(signal: SignalView): LimitLine[] {
  return signal.limits.map((limit) => ({
    axis: axisId(signal),
    value: limit.value,
    label: `${limitMark(limit.kind)} ${formatNumber(limit.value, signal.decimals)}`.trim(),
    priority: limit.priority,
    side: sideOf(limit),
  }));
}

/**
 * The ranges beyond the limits, one beside the other: each from a limit to the next one further out, as urgent as the most
 * urgent limit that a value there has passed. `alarms`: those in the range of time that is shown.
 */
export function limitZones(signal: SignalView, alarms: readonly AlarmRow[]): LimitZone[] {
  const standing = alarms.filter((alarm) => alarm.signal === signal.key && alarm.returned_at === null);
  const alarmed = (limit: LimitView) => standing.some(({ kind }) => kind === limit.kind);
  const zones: LimitZone[] = [];
  for (const side of [1, -1] as const) {
    const outwards = signal.limits
      .filter((limit) => sideOf(limit) === side)
      .toSorted((a, b) => side * (a.value - b.value));
    let priority = Number.POSITIVE_INFINITY;
    // One colour is enough: that of the most urgent alarm, from its limit on.
    const worst = Math.min(...outwards.filter(alarmed).map((limit) => limit.priority));
    let alarm: number | null = null;
    for (const [i, limit] of outwards.entries()) {
      priority = Math.min(priority, limit.priority);
      if (limit.priority === worst && alarmed(limit)) alarm = worst;
      const next = outwards[i + 1]?.value ?? side * Number.POSITIVE_INFINITY;
      if (next === limit.value) continue;
      const [low, high] = side > 0 ? [limit.value, next] : [next, limit.value];
      zones.push({ axis: axisId(signal), low, high, priority, alarm });
    }
  }
  return zones;
}

/** Of the signals that are not looked at; of the one that is pointed at across the whole plot. */
export function limitMarks(
  signals: readonly SignalView[],
  traces: readonly Trace[],
  focus: SignalView | null,
  pointed: number | null,
): LimitMark[] {
  return signals.flatMap((signal) => {
    const trace = traces.find(({ key, ghost }) => key === signal.key && !ghost);
    if (!trace || signal === focus) return [];
    const { axis, colour, alpha } = trace;
    const across = signal.key === pointed;
    return signal.limits.map((limit) => ({
      axis,
      value: limit.value,
      side: sideOf(limit),
      colour,
      alpha,
      across,
    }));
  });
}
