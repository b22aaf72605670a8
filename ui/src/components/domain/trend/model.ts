/** What the trend draws: everything in microseconds and in the signals' own units, nothing of the canvas. */
import type { BandRun } from "../../../lib/bands";
import type { Span } from "../../../lib/columns";
import type { Dash } from "../../../lib/envelope";
import type { Palette } from "../../../lib/palette";
import { type Bounds, valueTicks } from "../../../lib/scale";
import type { AlarmLane } from "../../../lib/spanalarms";
import type { Clock } from "../../../lib/time";
import type { TrendColumns } from "../../../lib/trend";

export interface Trace {
  key: number;
  columns: TrendColumns;
  colour: string;
  axis: string;
  staleMicros: number;
  step: boolean;
  /** Strength, 0 to 1: less for what lies behind. */
  alpha: number;
  /** Dashes that tell it from another trace of its colour; null: a full line. */
  pattern: Dash | null;
  /** What lies behind the trace of its key, for comparison. */
  ghost?: Compared;
}

/** What a trace is compared with. */
export interface Compared {
  /** Key of its signal. */
  key: number;
  /** As it is called. */
  name: string;
  /** Microseconds by which it is drawn later than it was. */
  shift: number;
}

/** A value axis, shared by the signals of one unit. */
export interface Axis extends Bounds {
  id: string;
  unit: string;
  /** Whether a person has fixed its scale. */
  fixed: boolean;
  colour: string;
}

/** The states of a signal, below the plot. */
export interface Band {
  key: number;
  /** As it is called among the others. */
  name: string;
  runs: readonly BandRun[];
  staleMicros: number;
  /** Strength, 0 to 1: less for what lies behind, and while another is pointed at. */
  alpha: number;
  /** Whether it lies behind the band of its key, right above it, for comparison. */
  ghost?: boolean;
  /** The runs it is compared with: the same state has the same grey in both. */
  beside?: readonly BandRun[];
}

export interface LimitLine {
  axis: string;
  value: number;
  /** Its mark and value, without the unit that the axis has. */
  label: string;
  priority: number;
  /** 1: trouble lies above the line, -1: below it. */
  side: 1 | -1;
}

/** A range beyond a limit. */
export interface LimitZone {
  axis: string;
  /** Infinite beyond the last limit. */
  low: number;
  high: number;
  /** Of the most urgent limit that is passed there. */
  priority: number;
  /** Of the most urgent alarm of the signal that stands, where its limit is passed; null: elsewhere. */
  alarm: number | null;
}

/** A limit of a signal that is not looked at. */
export interface LimitMark {
  axis: string;
  value: number;
  side: 1 | -1;
  colour: string;
  /** Strength, 0 to 1. */
  alpha: number;
  /** A line across the plot, and not only a mark at its edge. */
  across: boolean;
}

export interface AlarmSpan {
  /** Occurrence id. */
  id: string;
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
  /** Whether it is of what lies behind, for comparison. */
  ghost: boolean;
}

export interface ChartModel {
  t0: number;
  t1: number;
  now: number;
  traces: Trace[];
  /** At most `BANDS_MAX`; what lies behind one follows it. */
  bands: Band[];
  /** Signals with states that there is no room for. */
  bandsLeftOut: number;
  axes: Axis[];
  limits: LimitLine[];
  zones: LimitZone[];
  marks: LimitMark[];
  normal: { axis: string; low: number; high: number } | null;
  bad: BadSpan[];
  score: { columns: TrendColumns; limit: number | null; staleMicros: number } | null;
  alarms: AlarmSpan[];
  /** How much is known of them. */
  lane: AlarmLane;
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

/** Round values on an axis that is so many CSS pixels high. */
export function axisTicks(axis: Bounds, height: number): number[] {
  return valueTicks(axis.low, axis.high, Math.max(height > 90 ? 4 : 2, Math.floor(height / 44)));
}

/** Most bands of states: more would leave no room for the plot. */
export const BANDS_MAX = 6;
/** The row of words about doubtful spans between the plot and its lanes: always there, so that nothing moves. CSS pixels. */
export const WORDS_ROW = 15;
/** Heights of the lanes under it, CSS pixels. */
export const BANDS_TOP = 4;
export const BAND_HEIGHT = 18;
export const BAND_LANE = 22;
/** A band for comparison is lower, and begins so much nearer to the one above it. */
export const GHOST_HEIGHT = 14;
export const GHOST_NEARER = 3;
export const SCORE_TOP = 16;
export const SCORE_HEIGHT = 36;
export const ALARMS_TOP = 6;
export const ALARM_LANE = 7;
export const ALARMS_HEIGHT = 4 * ALARM_LANE + 2;

/** Where the i-th band lies below the row of words, CSS pixels. */
export function bandPlace({ ghost }: Band, i: number): { top: number; height: number } {
  const top = BANDS_TOP + i * BAND_LANE;
  return ghost ? { top: top - GHOST_NEARER, height: GHOST_HEIGHT } : { top, height: BAND_HEIGHT };
}

/** Height of the bands above the other lanes, CSS pixels. */
export function bandsHeight(bands: number): number {
  return bands > 0 ? BANDS_TOP + bands * BAND_LANE : 0;
}

/** Height of all lanes and of the words above them, CSS pixels. */
export function lanesHeight(withScore: boolean, bands: number): number {
  const score = withScore ? SCORE_TOP + SCORE_HEIGHT : 0;
  return WORDS_ROW + bandsHeight(bands) + score + ALARMS_TOP + ALARMS_HEIGHT;
}

const LANES_MAX = 4;
/** A pointer so near to a mark has hit it, CSS pixels. */
const HIT = 4;

/**
 * The alarm whose mark is `x` pixels right of the plot's left edge and `y` below the upper edge of the first lane; null
 * where there is none. Of marks over each other the most urgent.
 */
export function alarmAt(
  spans: readonly AlarmSpan[],
  range: { t0: number; t1: number; width: number },
  x: number,
  y: number,
): AlarmSpan | null {
  const seen = spans.filter((span) => span.t1 >= range.t0 && span.t0 <= range.t1);
  const perPixel = (range.t1 - range.t0) / Math.max(1, range.width);
  const at = range.t0 + x * perPixel;
  const lane = Math.floor(y / ALARM_LANE);
  const near = packLanes(seen).filter(
    (span) => span.t0 - HIT * perPixel <= at && span.t1 + HIT * perPixel >= at,
  );
  return near.find((span) => span.lane === lane) ?? null;
}

/** Puts spans that overlap on lanes of their own, the most urgent on the first; what finds no lane shares the last. */
export function packLanes<Span extends Pick<AlarmSpan, "t0" | "t1" | "priority">>(
  spans: readonly Span[],
): (Span & { lane: number })[] {
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
