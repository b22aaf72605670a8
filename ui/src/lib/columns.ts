/** Questions to the columns of a trend: where it breaks, how high it goes, what it was at an instant. */
import type { TrendColumns } from "./trend";

/** Columns `from` to `to` (both included) that belong together: no gap inside, one quality. */
export interface Run {
  from: number;
  to: number;
  status: number;
  /** Whether the trace enters from the run before: the quality changed, but nothing is missing between them. */
  joined: boolean;
}

/** Whether more than `staleMicros` of silence lies between column `i` and the next one. */
export function gapAfter(columns: TrendColumns, i: number, staleMicros: number): boolean {
  const next = columns.tFirst[i + 1];
  const last = columns.tLast[i];
  return next !== undefined && last !== undefined && next - last > staleMicros;
}

/**
 * Splits columns at gaps, at changes of quality, and around samples that are no number: a column without any belongs to
 * no run, and one that begins or ends without a number is not joined to its neighbour on that side.
 */
export function runs(columns: TrendColumns, staleMicros: number): Run[] {
  const result: Run[] = [];
  let open: Run | null = null;
  for (let i = 0; i < columns.tFirst.length; i += 1) {
    if (!Number.isFinite(columns.min[i]) || !Number.isFinite(columns.max[i])) {
      open = null;
      continue;
    }
    const status = columns.status[i] ?? 0;
    const broken: boolean =
      open === null ||
      gapAfter(columns, i - 1, staleMicros) ||
      !Number.isFinite(columns.last[i - 1]) ||
      !Number.isFinite(columns.first[i]);
    if (open === null || broken || open.status !== status) {
      open = { from: i, to: i, status, joined: !broken };
      result.push(open);
    } else {
      open.to = i;
    }
  }
  return result;
}

/** A span of time with its worst quality status. */
export interface Span {
  t0: number;
  t1: number;
  status: number;
}

/**
 * Spans in which the quality is not good, with or without a number; touching spans of one status become one. A span goes
 * on to the next sample, because until then the doubtful one was the newest: across a gap only when it had no number,
 * for then nothing was known until the next.
 */
export function badSpans(columns: TrendColumns, staleMicros: number): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < columns.tFirst.length; i += 1) {
    const status = columns.status[i] ?? 0;
    if (status === 0) continue;
    const t0 = columns.tFirst[i] ?? 0;
    const reaches = !gapAfter(columns, i, staleMicros) || !Number.isFinite(columns.last[i]);
    const t1 = (reaches ? columns.tFirst[i + 1] : undefined) ?? columns.tLast[i] ?? t0;
    const before = spans.at(-1);
    if (before && before.status === status && before.t1 >= t0) before.t1 = t1;
    else spans.push({ t0, t1, status });
  }
  return spans;
}

/** Where the line passes through column `i`: between its first and last sample, as far as those are numbers. */
export function middleOf(columns: TrendColumns, i: number): number {
  const first = columns.first[i] ?? Number.NaN;
  const last = columns.last[i] ?? Number.NaN;
  if (Number.isFinite(first) && Number.isFinite(last)) return (first + last) / 2;
  if (Number.isFinite(first)) return first;
  if (Number.isFinite(last)) return last;
  return ((columns.min[i] ?? Number.NaN) + (columns.max[i] ?? Number.NaN)) / 2;
}

/** Index of the last column that begins at or before `t`; -1 when there is none. */
export function columnAt(columns: TrendColumns, t: number): number {
  let low = 0;
  let high = columns.tFirst.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((columns.tFirst[middle] ?? Number.POSITIVE_INFINITY) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface Reading {
  /** Value of the sample nearest to the instant. */
  value: number;
  /** Extremes of the column it lies in: equal to the value where the column holds one sample. */
  min: number;
  max: number;
  status: number;
  /** Time of that sample, microseconds. */
  time: number;
}

/** What the signal was at `t`; null inside a gap and outside its samples. */
export function readingAt(
  columns: TrendColumns,
  t: number,
  staleMicros: number,
  step: boolean,
): Reading | null {
  const i = columnAt(columns, t);
  if (i < 0) return null;
  const at = (column: number, time: number, value: number): Reading | null =>
    Number.isFinite(value)
      ? {
          value,
          min: columns.min[column] ?? value,
          max: columns.max[column] ?? value,
          status: columns.status[column] ?? 0,
          time,
        }
      : null;
  const last = columns.tLast[i] ?? 0;
  const here = columns.last[i] ?? Number.NaN;
  if (t <= last) return at(i, last, here);
  const next = columns.tFirst[i + 1];
  if (next === undefined || next - last > staleMicros)
    return t - last > staleMicros ? null : at(i, last, here);
  if (!step && next - t < t - last) return at(i + 1, next, columns.first[i + 1] ?? Number.NaN);
  return at(i, last, here);
}

/** Lowest and highest value in a range of time; null when it holds none. */
export function extent(columns: TrendColumns, t0: number, t1: number): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < columns.tFirst.length; i += 1) {
    if ((columns.tLast[i] ?? 0) < t0 || (columns.tFirst[i] ?? 0) > t1) continue;
    const min = columns.min[i] ?? Number.NaN;
    const max = columns.max[i] ?? Number.NaN;
    if (min < low) low = min;
    if (max > high) high = max;
  }
  return low <= high ? [low, high] : null;
}

/** Single samples that arrived after a query, newest last. */
export interface Tail {
  time: number[];
  value: number[];
  status: number[];
}

/** The columns with later samples behind them, each a column of its own. */
export function withTail(columns: TrendColumns, tail: Tail): TrendColumns {
  const n = columns.tFirst.length;
  const end = n === 0 ? Number.NEGATIVE_INFINITY : (columns.tLast[n - 1] ?? Number.NEGATIVE_INFINITY);
  let skip = 0;
  while (skip < tail.time.length && (tail.time[skip] ?? 0) <= end) skip += 1;
  const extra = tail.time.length - skip;
  if (extra <= 0) return columns;
  const join = (head: Float64Array, rest: number[]): Float64Array => {
    const joined = new Float64Array(n + extra);
    joined.set(head);
    for (let i = 0; i < extra; i += 1) joined[n + i] = rest[skip + i] ?? Number.NaN;
    return joined;
  };
  return {
    key: columns.key,
    tFirst: join(columns.tFirst, tail.time),
    tLast: join(columns.tLast, tail.time),
    min: join(columns.min, tail.value),
    max: join(columns.max, tail.value),
    first: join(columns.first, tail.value),
    last: join(columns.last, tail.value),
    status: join(columns.status, tail.status),
  };
}
