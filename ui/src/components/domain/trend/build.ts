/** Puts together what the trend draws from signals, answers and alarms. */
import type { AlarmRow } from "../../../ipc/bindings/AlarmRow";
import type { AssetView } from "../../../ipc/bindings/AssetView";
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { type BandRun, runsOfColumns } from "../../../lib/bands";
import { badSpans, extent } from "../../../lib/columns";
import type { Dash } from "../../../lib/envelope";
import { formatNumber, MICROS_PER_MS } from "../../../lib/format";
import { locale } from "../../../lib/locale";
import type { Palette } from "../../../lib/palette";
import { BAD, GOOD, reasonWord } from "../../../lib/quality";
import { axisRange, type Bounds, steady } from "../../../lib/scale";
import type { AlarmLane } from "../../../lib/spanalarms";
import { t } from "../../../lib/text/text";
import type { Clock } from "../../../lib/time";
import type { TrendColumns } from "../../../lib/trend";
import { axisId } from "../../../lib/trendstate";
import { compareAlarms } from "../../../lib/worst";
import { KIND_BOOL, KIND_F64, KIND_I64, KIND_TEXT } from "../../../live/frame";
import type { SampleTable } from "../../../live/table";
import { limitLines, limitMarks, limitZones } from "./limits";
import {
  type Axis,
  BANDS_MAX,
  type BadSpan,
  type Band,
  type ChartModel,
  EMPTY_COLUMNS,
  type Trace,
} from "./model";

export const PICKS_MAX = 4;

/** Colours before they come again, with dashes. */
const COLOURS = 8;

export function traceColour(palette: Palette, slot: number): string {
  const names = [
    "trace-1",
    "trace-2",
    "trace-3",
    "trace-4",
    "trace-5",
    "trace-6",
    "trace-7",
    "trace-8",
  ] as const;
  return palette[names[slot % COLOURS] ?? "trace"];
}

/** Whether a trace is the second one of its colour. */
export function isDashed(slot: number): boolean {
  return slot >= COLOURS;
}

/** Dashes that tell a second trace of a colour from the first; null: a full line. Pixels. */
function tracePattern(slot: number): Dash | null {
  return isDashed(slot) ? { on: 9, off: 3 } : null;
}

/** A signal on the trend. */
export interface Picked {
  signal: SignalView;
  /** Place among the colours. */
  slot: number;
  /** As it is called among the others. */
  name: string;
}

/** What lies behind a signal: the same at another time, or that of another asset. */
export interface Ghost {
  /** Key of the signal it is drawn with. */
  of: number;
  signal: SignalView;
  /** As what it is compared with is called. */
  name: string;
  /** Microseconds by which it is drawn later than it was. */
  shift: number;
  /** Where they are drawn; undefined before history has answered. */
  columns: TrendColumns | undefined;
  /** Of a signal whose states are no numbers. */
  runs: readonly BandRun[];
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

/**
 * Whether a signal has states: on and off, texts, and the numbers of one that the plant calls a state. `kind` is that of its
 * newest sample.
 */
export function hasStates(signal: SignalView, kind: number | undefined): boolean {
  return kind === KIND_BOOL || kind === KIND_TEXT || (signal.role === "state" && kind !== KIND_F64);
}

/** Whether its states are numbers, which columns hold. */
export function statesAreNumbers(kind: number | undefined): boolean {
  return kind === KIND_BOOL || kind === KIND_I64;
}

export interface Parts {
  t0: number;
  t1: number;
  now: number;
  picks: readonly Picked[];
  ghosts: readonly Ghost[];
  /** The signal whose limits and normal band are shown. */
  focus: SignalView | null;
  /** Key of the signal that is pointed at; null: none. */
  pointed: number | null;
  score: SignalView | null;
  columns: (key: number) => TrendColumns | undefined;
  /** States of a signal whose states are no numbers. */
  states: (key: number) => readonly BandRun[];
  alarms: readonly AlarmRow[];
  /** How much is known of them. */
  lane: AlarmLane;
  clock: Clock;
  palette: Palette;
  /** Bounds of the axes as they are, so that they stand still while they fit. */
  held: ReadonlyMap<string, Bounds>;
  /** Bounds that a person has fixed. */
  fixed: ReadonlyMap<string, Bounds>;
  /** What the signals are now: a source that is gone is bad until the present, though it sends nothing. */
  table: SampleTable;
}

function columnsOf(parts: Parts, key: number): TrendColumns {
  return parts.columns(key) ?? { key, ...EMPTY_COLUMNS };
}

/** Strength of what lies behind, and of the others while one is looked at. */
const GHOST_ALPHA = 0.45;
const ASIDE_ALPHA = 0.22;

function tracesOf(parts: Parts): Trace[] {
  const trace = ({ signal, slot }: Picked): Trace => ({
    key: signal.key,
    columns: columnsOf(parts, signal.key),
    colour: traceColour(parts.palette, slot),
    axis: axisId(signal),
    staleMicros: signal.stale_after_ms * MICROS_PER_MS,
    step: signal.step,
    alpha: parts.pointed === null || parts.pointed === signal.key ? 1 : ASIDE_ALPHA,
    pattern: tracePattern(slot),
  });
  // The one that is pointed at lies above the others.
  const first = ({ signal }: Picked) => (signal.key === parts.pointed ? 0 : 1);
  const drawn = parts.picks.filter(({ signal }) => !hasStates(signal, parts.table.kind[signal.key]));
  const traces = drawn.toSorted((a, b) => first(a) - first(b)).map(trace);
  const ghosts = parts.ghosts.flatMap((ghost) => {
    const front = traces.find(({ key }) => key === ghost.of);
    const { columns, signal, name, shift } = ghost;
    if (!front || !columns) return [];
    const [staleMicros, step] = [signal.stale_after_ms * MICROS_PER_MS, signal.step];
    const compared = { key: signal.key, name, shift };
    return [{ ...front, columns, staleMicros, step, alpha: front.alpha * GHOST_ALPHA, ghost: compared }];
  });
  return [...traces, ...ghosts];
}

/** Runs of columns are the same as long as the columns are, and the rules by which their words are written. */
const known = new WeakMap<TrendColumns, { locale: string; runs: readonly BandRun[] }>();

/** The states of a signal, whatever they are: from its columns, or as history has their words. */
function runsOf(
  parts: Parts,
  signal: SignalView,
  columns: TrendColumns,
  words: () => readonly BandRun[],
): readonly BandRun[] {
  const kind = parts.table.kind[signal.key];
  if (!statesAreNumbers(kind)) return words();
  const rules = locale();
  let made = known.get(columns);
  if (made?.locale !== rules) {
    const onOff = (value: number) => (value === 0 ? t("trend-off") : t("trend-on"));
    const code = (value: number) => formatNumber(value, 0);
    const stale = signal.stale_after_ms * MICROS_PER_MS;
    made = { locale: rules, runs: runsOfColumns(columns, stale, kind === KIND_BOOL ? onOff : code) };
    known.set(columns, made);
  }
  return made.runs;
}

/** The band of a signal, and what lies behind it. */
function bandOf(parts: Parts, { signal, name }: Picked): Band[] {
  const { key } = signal;
  const runs = runsOf(parts, signal, columnsOf(parts, key), () => parts.states(key));
  const alpha = parts.pointed === null || parts.pointed === key ? 1 : ASIDE_ALPHA;
  const band = { key, name, runs, staleMicros: signal.stale_after_ms * MICROS_PER_MS, alpha };
  const ghost = parts.ghosts.find(({ of }) => of === key);
  if (!ghost) return [band];
  const columns = ghost.columns ?? { key, ...EMPTY_COLUMNS };
  const behind = {
    key,
    name: ghost.name,
    runs: runsOf(parts, ghost.signal, columns, () => ghost.runs),
    staleMicros: ghost.signal.stale_after_ms * MICROS_PER_MS,
    alpha: alpha * GHOST_ALPHA,
    ghost: true,
    beside: runs,
  };
  return [{ ...band, beside: behind.runs }, behind];
}

/** Bands as far as there is room; the others are counted. */
function bandsOf(parts: Parts): { bands: Band[]; bandsLeftOut: number } {
  const bands: Band[] = [];
  let bandsLeftOut = 0;
  for (const pick of parts.picks) {
    if (!hasStates(pick.signal, parts.table.kind[pick.signal.key])) continue;
    const next = bandsLeftOut > 0 ? [] : bandOf(parts, pick);
    if (next.length === 0 || bands.length + next.length > BANDS_MAX) bandsLeftOut += 1;
    else bands.push(...next);
  }
  return { bands, bandsLeftOut };
}

/** One axis a unit, that of the signal looked at first; the others in the order of the signals. */
function axesOf(parts: Parts, traces: readonly Trace[]): Axis[] {
  const { t0, t1, focus } = parts;
  const signals = parts.picks
    .map(({ signal }) => signal)
    .filter((signal) => !hasStates(signal, parts.table.kind[signal.key]));
  const first = focus && signals.includes(focus) ? [axisId(focus)] : [];
  const ids = [...new Set([...first, ...signals.map(axisId)])];
  return ids.map((id) => {
    const members = signals.filter((signal) => axisId(signal) === id);
    const data = traces.filter(({ axis }) => axis === id).map(({ columns }) => extent(columns, t0, t1));
    const normals = members.map((signal) => signal.normal);
    const limits = members.flatMap((signal) =>
      signal === focus ? signal.limits.map((limit) => limit.value) : [],
    );
    const fixed = parts.fixed.get(id);
    const bounds = fixed ?? steady(parts.held.get(id), axisRange(data, normals, limits));
    const slot = parts.picks.find(({ signal }) => axisId(signal) === id)?.slot ?? 0;
    const alone = members.length === 1;
    return {
      id,
      unit: members[0]?.unit ?? "",
      fixed: fixed !== undefined,
      ...bounds,
      colour: alone ? wordColour(parts.palette, slot) : parts.palette.dim,
    };
  });
}

/** The colour of words about a trace; one of them is too faint to be read. */
function wordColour(palette: Palette, slot: number): string {
  return slot % COLOURS === 2 ? palette.dim : traceColour(palette, slot);
}

export function buildModel(parts: Parts): ChartModel {
  const { palette, focus, t0, t1 } = parts;
  const traces = tracesOf(parts);
  const axes = axesOf(parts, traces);
  const score = parts.score;
  const limited = focus && axes.some(({ id }) => id === axisId(focus)) ? focus : null;
  return {
    t0,
    t1,
    now: parts.now,
    traces,
    ...bandsOf(parts),
    axes,
    limits: limited ? limitLines(limited) : [],
    zones: limited ? limitZones(limited, parts.alarms) : [],
    marks: limitMarks(
      parts.picks.map(({ signal }) => signal),
      traces,
      limited,
      parts.pointed,
    ),
    normal: limited?.normal
      ? { axis: axisId(limited), low: limited.normal[0], high: limited.normal[1] }
      : null,
    bad: badParts(parts, traces),
    score: score
      ? {
          columns: columnsOf(parts, score.key),
          limit: score.limits[0]?.value ?? null,
          staleMicros: score.stale_after_ms * MICROS_PER_MS,
        }
      : null,
    alarms: parts.alarms.map((alarm) => ({
      id: alarm.id,
      t0: alarm.raised_at,
      t1: alarm.returned_at ?? parts.now,
      priority: alarm.priority,
    })),
    lane: parts.lane,
    clock: parts.clock,
    palette,
  };
}

/** Spans of doubtful quality in the columns, and from the last sample until now when the signal is bad now. */
function badParts(parts: Parts, traces: readonly Trace[]): BadSpan[] {
  return traces.flatMap((trace) => {
    const { ghost } = trace;
    const name = badName(parts, trace);
    const spans = badSpans(trace.columns, trace.staleMicros).map((span) => ({
      ...span,
      words: [qualityWord(span.status)],
      name,
      ghost: ghost !== undefined,
    }));
    // What was earlier says nothing of now.
    if (ghost && ghost.shift !== 0) return spans;
    const key = ghost?.key ?? trace.key;
    const { table } = parts;
    const status = table.status[key] ?? GOOD;
    const since = table.time[key] ?? 0;
    if (status === GOOD || since === 0) return spans;
    const why = reasonWord(table.reason[key] ?? 0);
    const words = [qualityWord(status), ...(why === "" ? [] : [why])];
    const begin = spans.at(-1);
    // The span that the columns end with goes on until now.
    const joined = begin !== undefined && begin.t1 >= since - trace.staleMicros;
    const rest = joined ? spans.slice(0, -1) : spans;
    const t0 = joined ? begin.t0 : since;
    return [...rest, { t0, t1: parts.now, status, words, name, ghost: ghost !== undefined }];
  });
}

/** Whose quality it is; of what lies behind always. */
function badName({ picks }: Parts, { key, ghost }: Trace): string {
  const own = picks.length > 1 ? (picks.find(({ signal }) => signal.key === key)?.name ?? "") : "";
  if (!ghost) return own;
  return own === "" ? ghost.name : `${own} (${ghost.name})`;
}

function qualityWord(status: number): string {
  return status === BAD ? t("trend-bad") : t("trend-uncertain");
}
