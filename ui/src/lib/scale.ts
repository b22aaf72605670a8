/** Value axes that stand still: round bounds that change seldom. */

export interface Bounds {
  low: number;
  high: number;
}

/** 1, 2 or 5 times a power of ten, at least `wanted`. */
export function niceStep(wanted: number): number {
  if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const head = wanted / power;
  return (head <= 1 ? 1 : head <= 2 ? 2 : head <= 5 ? 5 : 10) * power;
}

/** Round bounds around a range, with a little air. */
export function niceBounds(low: number, high: number): Bounds {
  // Nothing but zeros has no size of its own: whole numbers are the likeliest to follow.
  if (low === 0 && high === 0) return { low: 0, high: 1 };
  const centre = (low + high) / 2;
  const half = Math.max((high - low) / 2, Math.abs(centre) * 0.01, 1e-9);
  const step = niceStep((half * 2) / 5);
  const bottom = Math.floor((centre - half * 1.06) / step) * step;
  return {
    // What is never negative needs no room below zero.
    low: low >= 0 ? Math.max(0, bottom) : bottom,
    high: Math.ceil((centre + half * 1.06) / step) * step,
  };
}

/** A limit that is this part of the scale's height beyond it still belongs to the picture. */
const NEAR_SCALE = 0.3;

/**
 * Range of an axis: the data in view, the normal band, and those limits that are near enough to matter (within one and
 * a half times the height of data and band, or just outside the scale that results), so that a far trip limit does not
 * flatten the trace.
 */
export function axisRange(
  data: readonly ([number, number] | null)[],
  normals: readonly ([number, number] | null)[],
  limits: readonly number[],
): Bounds {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const range of [...data, ...normals]) {
    if (!range) continue;
    low = Math.min(low, range[0]);
    high = Math.max(high, range[1]);
  }
  if (!(low <= high)) return { low: 0, high: 1 };
  const reach = (high - low || Math.abs(high) || 1) * 1.5;
  let bottom = low;
  let top = high;
  for (const limit of limits) {
    if (limit >= low - reach && limit <= high + reach) {
      bottom = Math.min(bottom, limit);
      top = Math.max(top, limit);
    }
  }
  for (const limit of [...limits].sort((a, b) => Math.abs(a - high) - Math.abs(b - high))) {
    const scale = niceBounds(bottom, top);
    const near = (scale.high - scale.low) * NEAR_SCALE;
    if (limit < scale.low - near || limit > scale.high + near) continue;
    bottom = Math.min(bottom, limit);
    top = Math.max(top, limit);
  }
  return niceBounds(bottom, top);
}

/** Keeps the old bounds while the new ones fit and fill more than half of them. */
export function steady(old: Bounds | undefined, next: Bounds): Bounds {
  if (!old) return next;
  const fits = next.low >= old.low && next.high <= old.high;
  const fills = (next.high - next.low) / (old.high - old.low) > 0.55;
  return fits && fills ? old : next;
}

/** Least height of a scale, as a part of the values on it: below, floating point has no digits left to tell ticks apart. */
const HEIGHT_MIN = 1e-9;
/** Largest number that a scale reaches. */
const REACH_MAX = 1e15;

/** Bounds that can be drawn, or what was before. */
function drawable(next: Bounds, before: Bounds): Bounds {
  const least = Math.max(Math.abs(next.low), Math.abs(next.high), HEIGHT_MIN) * HEIGHT_MIN;
  const fits = next.high - next.low > least && Math.max(Math.abs(next.low), Math.abs(next.high)) < REACH_MAX;
  return fits ? next : before;
}

/** A scale `factor` times as high (below 1 goes closer), with the value at `part` of its height, from below, where it is. */
export function scaledBounds(of: Bounds, factor: number, part = 0.5): Bounds {
  const at = of.low + (of.high - of.low) * part;
  return drawable({ low: at - (at - of.low) * factor, high: at + (of.high - at) * factor }, of);
}

/** A scale moved up by a part of its height. */
export function movedBounds(of: Bounds, part: number): Bounds {
  const by = (of.high - of.low) * part;
  return drawable({ low: of.low + by, high: of.high + by }, of);
}

/** Round values on an axis, about `count` of them. */
export function valueTicks(low: number, high: number, count: number): number[] {
  const step = niceStep((high - low) / Math.max(1, count));
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(i * step + 0);
  return ticks;
}

/** Digits after the point that tell two neighbouring ticks apart. */
export function tickDecimals(ticks: readonly number[]): number {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
  return step > 0 ? Math.min(6, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))) : 0;
}

/** Place of a value in a range, 0 to 1, clamped. */
export function position(value: number, low: number, high: number): number {
  if (!(high > low) || !Number.isFinite(value)) return 0;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/**
 * Range of a sparkline: what was seen, with room around it, and never so close that noise looks like news: at least 40 %
 * of the normal band's height.
 */
export function sparkRange(
  seen: readonly [number, number] | null,
  normal: readonly [number, number] | null,
): Bounds {
  if (!seen) return normal ? { low: normal[0], high: normal[1] } : { low: 0, high: 1 };
  const centre = (seen[0] + seen[1]) / 2;
  const least = normal ? (normal[1] - normal[0]) * 0.4 : Math.abs(centre) * 0.1 || 1;
  const half = Math.max((seen[1] - seen[0]) * 1.25, least) / 2;
  return { low: centre - half, high: centre + half };
}
