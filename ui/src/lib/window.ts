/** The range of time that a trend shows: following live, or standing still because a person touched it. */
import { MICROS_PER_DAY, MICROS_PER_S } from "./format";

export type TimeWindow = { mode: "follow"; span: number } | { mode: "paused"; t0: number; t1: number };

export const SPAN_MIN = MICROS_PER_S;
export const SPAN_MAX = 400 * MICROS_PER_DAY;

/** First and last instant shown, microseconds. */
export function bounds(window: TimeWindow, now: number): [number, number] {
  return window.mode === "follow" ? [now - window.span, now] : [window.t0, window.t1];
}

/** How much of a range that stands still may be still to come. */
export const AHEAD = 0.5;

/** Stands still at a range; its length is held to what makes sense, and no more than `ahead` of it lies behind `now`. */
export function pausedAt(t0: number, t1: number, now: number, ahead = AHEAD): TimeWindow {
  const low = Math.min(t0, t1);
  const span = Math.min(SPAN_MAX, Math.max(SPAN_MIN, Math.abs(t1 - t0)));
  const begin = Math.min(low, now - span * (1 - ahead));
  return { mode: "paused", t0: begin, t1: begin + span };
}

/** Moves by a part of the width: positive goes forward in time. */
export function panned(window: TimeWindow, part: number, now: number, ahead = AHEAD): TimeWindow {
  const [t0, t1] = bounds(window, now);
  const shift = (t1 - t0) * part;
  return pausedAt(t0 + shift, t1 + shift, now, ahead);
}

/** Scales the width by `factor` (below 1 goes closer) with the instant `at` staying where it is. */
export function zoomed(
  window: TimeWindow,
  factor: number,
  at: number,
  now: number,
  ahead = AHEAD,
): TimeWindow {
  const [t0, t1] = bounds(window, now);
  const span = t1 - t0;
  const next = Math.min(SPAN_MAX, Math.max(SPAN_MIN, span * factor));
  const begin = at - ((at - t0) / span) * next;
  return pausedAt(begin, begin + next, now, ahead);
}

/**
 * Range and width of a query, on a grid of whole columns, so that a sample stays in its column while the window moves on
 * and no extreme flickers.
 */
export function aligned(t0: number, t1: number, width: number): { t0: number; t1: number; width: number } {
  const columns = Math.min(4000, Math.max(1, Math.round(width)));
  const column = Math.max(1, (t1 - t0) / columns);
  const first = Math.floor(t0 / column);
  const last = Math.ceil(t1 / column);
  return { t0: first * column, t1: last * column, width: Math.max(1, last - first) };
}

/**
 * A range of `width` pixels that begins and ends on the grid of its own pixels and still holds `t1`: what is drawn keeps
 * its pixel while the range moves on, by `step` pixels at once.
 */
export function onGrid(
  t0: number,
  t1: number,
  width: number,
  step = 1,
): { t0: number; t1: number; column: number } {
  const column = Math.max(1, (t1 - t0) / Math.max(1, width));
  const end = Math.ceil(t1 / (column * step)) * column * step;
  return { t0: end - Math.max(1, width) * column, t1: end, column };
}

/** How many earlier ranges can be gone back to. */
const BACK_MAX = 50;

function same(a: TimeWindow, b: TimeWindow): boolean {
  if (a.mode === "follow" || b.mode === "follow")
    return a.mode === "follow" && b.mode === "follow" && a.span === b.span;
  return a.t0 === b.t0 && a.t1 === b.t1;
}

/** The ranges of before with `window` as the newest of them; the oldest is forgotten when there are too many. */
export function remembered(before: readonly TimeWindow[], window: TimeWindow): readonly TimeWindow[] {
  const newest = before.at(-1);
  if (newest && same(newest, window)) return before;
  return [...before, window].slice(-BACK_MAX);
}
