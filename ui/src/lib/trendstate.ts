/** What a trend shows, as it is kept over a restart and in layout files. Whatever a store or a file says is checked. */
import type { AssetView } from "../ipc/bindings/AssetView";
import type { SignalView } from "../ipc/bindings/SignalView";
import { MICROS_PER_MINUTE } from "./format";
import type { Bounds } from "./scale";
import { SPAN_MAX, SPAN_MIN, type TimeWindow } from "./window";

export const SIGNALS_MAX = 16;
const TEXT_MAX = 4_000;
/** As many axes as signals, at most. */
const SCALES_MAX = SIGNALS_MAX;
/** The last instant that a clock of the browser knows, microseconds. */
const INSTANT_MAX = 8.64e18;
/** What a trend follows that nobody has touched, microseconds. */
export const SPAN_FIRST = 15 * MICROS_PER_MINUTE;

/** Nothing, the same signals so much earlier (microseconds), or those of another asset of the type. */
export type Compared =
  | { with: "nothing" }
  | { with: "earlier"; shift: number }
  | { with: "asset"; id: string };

/** Of what a trend shows, all but its signals. Instants and spans in microseconds. */
export interface ViewState {
  window: TimeWindow;
  /** The span to follow again. */
  span: number;
  marks: { a: number | null; b: number | null };
  /** Stable id of the signal whose limits are shown; null: the first. */
  focus: string | null;
  /** Fixed scales by the names of their axes. */
  scales: Record<string, Bounds>;
}

export interface TrendState extends ViewState {
  /** Stable ids: keys change with the plant file. */
  signals: string[];
  /** Of each signal its place among the colours. */
  slots: number[];
  compared: Compared;
}

export const VIEW_FIRST: ViewState = {
  window: { mode: "follow", span: SPAN_FIRST },
  span: SPAN_FIRST,
  marks: { a: null, b: null },
  focus: null,
  scales: {},
};

/** Signals of one unit share an axis; a signal without a unit has its own. */
export function axisId({ unit, id }: SignalView): string {
  return unit === "" ? `signal:${id}` : `unit:${unit}`;
}

/** Fixed scales, by unit or signal, that no signal of the plant among these has an axis for. */
export function scalesWithoutAxis(state: TrendState, assets: readonly AssetView[]): string[] {
  const wanted = new Set(state.signals);
  const here = assets.flatMap(({ signals }) => signals.filter(({ id }) => wanted.has(id)));
  const axes = new Set(here.map(axisId));
  // Of a signal that is missing, its scale is no news.
  const missing = new Set(state.signals.filter((id) => !here.some((signal) => signal.id === id)));
  const names = Object.keys(state.scales).filter((name) => !axes.has(name));
  return names.map((name) => name.slice(name.indexOf(":") + 1)).filter((name) => !missing.has(name));
}

const isInstant = (said: unknown): said is number =>
  typeof said === "number" && Number.isFinite(said) && Math.abs(said) <= INSTANT_MAX;
const isSpan = (said: unknown): said is number => isInstant(said) && said >= SPAN_MIN && said <= SPAN_MAX;
const isId = (said: unknown): said is string =>
  typeof said === "string" && said !== "" && said.length <= TEXT_MAX;

function parts(said: unknown): Record<string, unknown> {
  return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
}

function readWindow(said: unknown, span: number): TimeWindow {
  const { mode, span: own, t0, t1 } = parts(said);
  if (mode === "paused" && isInstant(t0) && isInstant(t1) && isSpan(t1 - t0)) return { mode, t0, t1 };
  return { mode: "follow", span: mode === "follow" && isSpan(own) ? own : span };
}

function readScales(said: unknown): Record<string, Bounds> {
  const isBounds = (of: Record<string, unknown>): of is { low: number; high: number } & typeof of =>
    Number.isFinite(of.low) && Number.isFinite(of.high) && (of.low as number) < (of.high as number);
  const scales = Object.entries(parts(said)).flatMap(([name, of]) => {
    const bounds = parts(of);
    return isId(name) && isBounds(bounds) ? [[name, { low: bounds.low, high: bounds.high }] as const] : [];
  });
  return Object.fromEntries(scales.slice(0, SCALES_MAX));
}

function readCompared(said: unknown): Compared {
  const compared = parts(said);
  if (compared.with === "earlier" && isInstant(compared.shift) && compared.shift > 0)
    return { with: "earlier", shift: compared.shift };
  if (compared.with === "asset" && isId(compared.id)) return { with: "asset", id: compared.id };
  return { with: "nothing" };
}

/** The signals each once, with places among the colours that no two of them share. */
function readSignals(said: unknown, slots: unknown): Pick<TrendState, "signals" | "slots"> {
  const ids = Array.isArray(said) ? said : [];
  const places = Array.isArray(slots) ? slots : [];
  const wanted = new Map<string, unknown>();
  ids.forEach((id: unknown, i) => {
    if (isId(id) && !wanted.has(id) && wanted.size < SIGNALS_MAX) wanted.set(id, places[i]);
  });
  const isPlace = (slot: unknown): slot is number =>
    Number.isInteger(slot) && (slot as number) >= 0 && (slot as number) < SIGNALS_MAX;
  const known = [...wanted.values()];
  const unique = known.every((slot, i) => isPlace(slot) && known.indexOf(slot) === i);
  return { signals: [...wanted.keys()], slots: known.map((slot, i) => (unique ? (slot as number) : i)) };
}

/** What is missing, or makes no sense, is as in a trend that nobody has touched. */
export function readTrend(said: unknown): TrendState {
  const { signals, slots, window, span, marks, focus, scales, compared } = parts(said);
  const followed = isSpan(span) ? span : SPAN_FIRST;
  const { a, b } = parts(marks);
  return {
    ...readSignals(signals, slots),
    window: readWindow(window, followed),
    span: followed,
    marks: { a: isInstant(a) ? a : null, b: isInstant(b) ? b : null },
    focus: isId(focus) ? focus : null,
    scales: readScales(scales),
    compared: readCompared(compared),
  };
}

/** The same without the signals and the asset that a plant does not have. */
export function fittingTrend(
  state: TrendState,
  missing: { assets: readonly string[]; signals: readonly string[] },
): TrendState {
  const here = state.signals.map((id, i) => ({ id, slot: state.slots[i] ?? i }));
  const left = here.filter(({ id }) => !missing.signals.includes(id));
  const lost = state.compared.with === "asset" && missing.assets.includes(state.compared.id);
  return {
    ...state,
    signals: left.map(({ id }) => id),
    slots: left.map(({ slot }) => slot),
    compared: lost ? { with: "nothing" } : state.compared,
  };
}
