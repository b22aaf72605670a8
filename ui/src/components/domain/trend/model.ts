/** What the trend draws: everything in microseconds and in the signals' own units, nothing of the canvas. */
import type { Span } from "../../../lib/columns";
import type { Palette } from "../../../lib/palette";
import type { Clock } from "../../../lib/time";
import type { TrendColumns } from "../../../lib/trend";

export interface Trace {
  key: number;
  columns: TrendColumns;
  colour: string;
  axis: string;
  staleMicros: number;
  step: boolean;
}

/** A value axis, shared by the signals of one unit. */
export interface Axis {
  id: string;
  unit: string;
  low: number;
  high: number;
  colour: string;
}

export interface LimitLine {
  axis: string;
  value: number;
  label: string;
  priority: number;
  /** 1: trouble lies above the line, -1: below it. */
  side: 1 | -1;
}

export interface AlarmSpan {
  t0: number;
  t1: number;
  priority: number;
}

/** A span of doubtful quality. */
export interface BadSpan extends Span {
  /** What is wrong, the most important first: status, then the reason if it is known. */
  words: string[];
  /** The signal it is about; empty where only one is shown. */
  name: string;
}

export interface ChartModel {
  t0: number;
  t1: number;
  now: number;
  traces: Trace[];
  axes: Axis[];
  limits: LimitLine[];
  normal: { axis: string; low: number; high: number } | null;
  bad: BadSpan[];
  score: { columns: TrendColumns; limit: number | null; staleMicros: number } | null;
  alarms: AlarmSpan[];
  clock: Clock;
  palette: Palette;
}

export const EMPTY_COLUMNS: Omit<TrendColumns, "key"> = {
  tFirst: new Float64Array(0),
  tLast: new Float64Array(0),
  min: new Float64Array(0),
  max: new Float64Array(0),
  first: new Float64Array(0),
  last: new Float64Array(0),
  status: new Float64Array(0),
};

const LANES_MAX = 4;

/** Puts spans that overlap on lanes of their own, the most urgent on the first; what finds no lane shares the last. */
export function packLanes(spans: readonly AlarmSpan[]): (AlarmSpan & { lane: number })[] {
  const ends: number[] = [];
  return [...spans]
    .sort((a, b) => a.priority - b.priority || a.t0 - b.t0)
    .map((span) => {
      let lane = ends.findIndex((end) => end <= span.t0);
      if (lane < 0) lane = Math.min(ends.length, LANES_MAX - 1);
      ends[lane] = Math.max(ends[lane] ?? 0, span.t1);
      return { ...span, lane };
    });
}
