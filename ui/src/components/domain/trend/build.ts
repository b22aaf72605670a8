/** Puts together what the trend draws from signals, answers and alarms. */
import type { AlarmRow } from "../../../ipc/bindings/AlarmRow";
import type { AssetView } from "../../../ipc/bindings/AssetView";
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { limitMark } from "../../../lib/alarmwords";
import { badSpans, extent } from "../../../lib/columns";
import { formatWithUnit, MICROS_PER_MS } from "../../../lib/format";
import type { Palette } from "../../../lib/palette";
import { BAD, GOOD, reasonWord, statusWord } from "../../../lib/quality";
import { axisRange, type Bounds, steady } from "../../../lib/scale";
import type { Clock } from "../../../lib/time";
import type { TrendColumns } from "../../../lib/trend";
import { compareAlarms } from "../../../lib/worst";
import type { SampleTable } from "../../../live/table";
import { type Axis, type BadSpan, type ChartModel, EMPTY_COLUMNS, type LimitLine, type Trace } from "./model";

export const PICKS_MAX = 4;

export function traceColour(palette: Palette, place: number): string {
  return (
    [palette["trace-1"], palette["trace-2"], palette["trace-3"], palette["trace-4"]][place] ?? palette.trace
  );
}

/** Signals of one unit share an axis; a signal without a unit has its own. */
export function axisId(signal: SignalView): string {
  return signal.unit === "" ? `signal:${signal.key}` : `unit:${signal.unit}`;
}

/**
 * What a trend shows first, two signals at most: those with alarms, the worst first, where the alarm of an anomaly score
 * stands for the signal with the largest part in the anomaly; then the key values.
 */
export function firstPicks(
  asset: AssetView,
  alarms: readonly AlarmRow[],
  shares: readonly (readonly [number, number])[],
): number[] {
  const drawable = asset.signals.filter(
    (signal) => signal.role === "measurement" || signal.role === "setpoint",
  );
  const may = new Set(drawable.map((signal) => signal.key));
  const scores = new Set(asset.signals.filter((signal) => signal.role === "score").map(({ key }) => key));
  const culprit = shares.find(([key]) => may.has(key))?.[0];
  const alarmed = [...alarms]
    .sort(compareAlarms)
    .map((alarm) => (scores.has(alarm.signal) ? culprit : alarm.signal));
  const keys = drawable.filter((signal) => signal.key_value).map((signal) => signal.key);
  const all = [...alarmed, culprit, ...keys, ...may].filter((key) => key !== undefined && may.has(key));
  return [...new Set(all as number[])].slice(0, 2);
}

export interface Parts {
  t0: number;
  t1: number;
  now: number;
  picks: readonly SignalView[];
  score: SignalView | null;
  columns: (key: number) => TrendColumns | undefined;
  alarms: readonly AlarmRow[];
  clock: Clock;
  palette: Palette;
  /** Bounds of the axes as they are, so that they stand still while they fit. */
  held: ReadonlyMap<string, Bounds>;
  /** What the signals are now: a source that is gone is bad until the present, though it sends nothing. */
  table: SampleTable;
}

function columnsOf(parts: Parts, key: number): TrendColumns {
  return parts.columns(key) ?? { key, ...EMPTY_COLUMNS };
}

export function buildModel(parts: Parts): ChartModel {
  const { palette, picks, t0, t1 } = parts;
  const traces = picks.map((signal, place) => ({
    key: signal.key,
    columns: columnsOf(parts, signal.key),
    colour: traceColour(palette, place),
    axis: axisId(signal),
    staleMicros: signal.stale_after_ms * MICROS_PER_MS,
    step: signal.step,
    alpha: 1,
    pattern: null,
  }));
  const first = picks[0];
  const axes: Axis[] = [];
  for (const trace of traces) {
    if (axes.some((axis) => axis.id === trace.axis)) continue;
    const members = picks.filter((signal) => axisId(signal) === trace.axis);
    const data = traces
      .filter((other) => other.axis === trace.axis)
      .map((other) => extent(other.columns, t0, t1));
    const normals = members.map((signal) => signal.normal);
    const limits = members.flatMap((signal) =>
      signal === first ? signal.limits.map((limit) => limit.value) : [],
    );
    const bounds = steady(parts.held.get(trace.axis), axisRange(data, normals, limits));
    axes.push({ id: trace.axis, unit: members[0]?.unit ?? "", ...bounds, colour: trace.colour });
  }
  const score = parts.score;
  return {
    t0,
    t1,
    now: parts.now,
    traces,
    axes,
    limits: first ? limitLines(first) : [],
    normal: first?.normal ? { axis: axisId(first), low: first.normal[0], high: first.normal[1] } : null,
    bad: badParts(parts, traces),
    score: score
      ? {
          columns: columnsOf(parts, score.key),
          limit: score.limits[0]?.value ?? null,
          staleMicros: score.stale_after_ms * MICROS_PER_MS,
        }
      : null,
    alarms: parts.alarms.map((alarm) => ({
      t0: alarm.raised_at,
      t1: alarm.returned_at ?? parts.now,
      priority: alarm.priority,
    })),
    clock: parts.clock,
    palette,
  };
}

function limitLines(signal: SignalView): LimitLine[] {
  return signal.limits.map((limit) => ({
    axis: axisId(signal),
    value: limit.value,
    label: `${limitMark(limit.kind)} ${formatWithUnit(limit.value, signal.decimals, signal.unit)}`.trim(),
    priority: limit.priority,
    side: limit.kind.startsWith("low") ? (-1 as const) : (1 as const),
  }));
}

/** Spans of doubtful quality in the columns, and from the last sample until now when the signal is bad now. */
function badParts(parts: Parts, traces: readonly Trace[]): BadSpan[] {
  return traces.flatMap((trace, place) => {
    const name = parts.picks.length > 1 ? (parts.picks[place]?.name ?? "") : "";
    const spans = badSpans(trace.columns, trace.staleMicros).map((span) => ({
      ...span,
      words: [span.status === BAD ? "bad quality" : "uncertain"],
      name,
    }));
    const { table } = parts;
    const status = table.status[trace.key] ?? GOOD;
    const since = table.time[trace.key] ?? 0;
    if (status === GOOD || since === 0) return spans;
    const why = reasonWord(table.reason[trace.key] ?? 0);
    const words = [statusWord(status).toLowerCase(), ...(why === "" ? [] : [why])];
    const begin = spans.at(-1);
    // The span that the columns end with goes on until now.
    const joined = begin !== undefined && begin.t1 >= since - trace.staleMicros;
    const rest = joined ? spans.slice(0, -1) : spans;
    return [...rest, { t0: joined ? begin.t0 : since, t1: parts.now, status, words, name }];
  });
}
