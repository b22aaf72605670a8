/**
 * Statistics of a stretch of a signal, from the columns of a trend: extremes are exact whatever the columns hold; what is
 * weighted by time takes a column of many samples as a straight line from its first to its last.
 */
import type { StatisticsRow } from "../ipc/bindings/StatisticsRow";
import { gapAfter } from "./columns";
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_S } from "./format";
import type { TrendColumns } from "./trend";

export interface Statistics {
  min: number;
  max: number;
  /** Weighted by time; of the samples where they cover no time. NaN without a number. */
  mean: number;
  /** Standard deviation, weighted by time. */
  deviation: number;
  /** The value times microseconds. */
  integral: number;
  /** Microseconds in which the value was known and not bad. */
  covered: number;
  /** Part of the covered and doubtful time in which the quality was good; NaN when nothing is known. */
  good: number;
  /** Microseconds in bad quality. */
  bad: number;
  /** Arithmetic mean and standard deviation (n - 1) of the samples; NaN where only columns are known. */
  ofSamples: { mean: number; deviation: number };
  /** Samples, or columns where `exact` is false: there are at least so many. */
  count: number;
  /** Whether every sample was seen: each column held one, or history read all. */
  exact: boolean;
}

/** Sums of a value over time: by straight lines, or held until the next where the signal steps. */
class Sums {
  covered = 0;
  integral = 0;
  squares = 0;
  good = 0;
  doubtful = 0;
  bad = 0;
  /** Values are summed from here, so that small changes of large numbers are not lost. */
  readonly #origin: number;

  constructor(origin: number) {
    this.#origin = origin;
  }

  /** A value that goes from `a` at `from` to `b` at `to` in a straight line. */
  line(from: number, to: number, a: number, b: number, status: number): void {
    const time = to - from;
    if (!(time > 0)) return;
    if (status === 0) this.good += time;
    else this.doubtful += time;
    if (status > 1) this.bad += time;
    if (status > 1 || !Number.isFinite(a) || !Number.isFinite(b)) return;
    const [x, y] = [a - this.#origin, b - this.#origin];
    this.covered += time;
    this.integral += (time * (x + y)) / 2;
    this.squares += (time * (x * x + x * y + y * y)) / 3;
  }

  get mean(): number {
    return this.covered > 0 ? this.integral / this.covered + this.#origin : Number.NaN;
  }

  get deviation(): number {
    if (!(this.covered > 0)) return Number.NaN;
    const mean = this.integral / this.covered;
    return Math.sqrt(Math.max(0, this.squares / this.covered - mean * mean));
  }

  get whole(): number {
    return this.integral + this.#origin * this.covered;
  }
}

/** Of the columns between `t0` and `t1`, both included; null when there is none. */
export function statistics(
  columns: TrendColumns,
  t0: number,
  t1: number,
  staleMicros: number,
  step: boolean,
): Statistics | null {
  let [min, max, sum, numbers, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  let exact = true;
  let sums: Sums | null = null;
  for (let i = 0; i < columns.tFirst.length; i += 1) {
    const first = columns.first[i] ?? Number.NaN;
    const last = columns.last[i] ?? Number.NaN;
    const tFirst = columns.tFirst[i] ?? 0;
    const tLast = columns.tLast[i] ?? 0;
    const status = columns.status[i] ?? 2;
    const next = columns.tFirst[i + 1];
    const inside = tLast >= t0 && tFirst <= t1;
    if (inside) {
      count += 1;
      if (tFirst !== tLast) exact = false;
      const [low, high] = [columns.min[i] ?? Number.NaN, columns.max[i] ?? Number.NaN];
      if (low < min) min = low;
      if (high > max) max = high;
      if (Number.isFinite(low) && Number.isFinite(high)) {
        sum += (low + high) / 2;
        numbers += 1;
      }
    }
    sums ??= Number.isFinite(first) ? new Sums(first) : null;
    if (!sums) continue;
    addPart(sums, tFirst, tLast, first, last, status, t0, t1);
    if (next === undefined || next <= t0 || tLast >= t1 || gapAfter(columns, i, staleMicros)) continue;
    const ahead = columns.first[i + 1] ?? Number.NaN;
    // Between two samples the doubtful one speaks for the line; what is held is only as doubtful as its own sample.
    const between = step ? status : Math.max(status, columns.status[i + 1] ?? 2);
    addPart(sums, tLast, next, last, step ? last : ahead, between, t0, t1);
  }
  if (count === 0) return null;
  const known = (sums?.good ?? 0) + (sums?.doubtful ?? 0);
  return {
    min: min <= max ? min : Number.NaN,
    max: min <= max ? max : Number.NaN,
    mean: sums && sums.covered > 0 ? sums.mean : numbers > 0 ? sum / numbers : Number.NaN,
    deviation: sums?.deviation ?? Number.NaN,
    integral: sums?.whole ?? 0,
    covered: sums?.covered ?? 0,
    good: known > 0 ? (sums?.good ?? 0) / known : Number.NaN,
    bad: sums?.bad ?? 0,
    ofSamples: { mean: Number.NaN, deviation: Number.NaN },
    count,
    exact,
  };
}

/** As history found it from every sample. */
export function exactOf(row: StatisticsRow): Statistics {
  const number = (value: number | null) => value ?? Number.NaN;
  const known = row.good + row.uncertain + row.bad;
  return {
    min: number(row.min),
    max: number(row.max),
    mean: number(row.time_mean ?? row.mean),
    deviation: number(row.time_deviation),
    integral: (row.time_mean ?? 0) * row.covered,
    covered: row.covered,
    good: known > 0 ? row.good / known : Number.NaN,
    bad: row.bad,
    ofSamples: { mean: number(row.mean), deviation: number(row.deviation) },
    count: row.count,
    exact: true,
  };
}

/** The part of a straight line that lies in a range of time. */
function addPart(
  sums: Sums,
  from: number,
  to: number,
  a: number,
  b: number,
  status: number,
  t0: number,
  t1: number,
): void {
  const begin = Math.max(from, t0);
  const end = Math.min(to, t1);
  if (!(end > begin)) return;
  const at = (time: number) => a + ((b - a) * (time - from)) / (to - from);
  sums.line(begin, end, at(begin), at(end), status);
}

/** Amounts: what flows or works for an hour. */
const AMOUNT = /^(N?m³|L|l|kg|g|t|MWh|kWh|Wh|pcs|Stk)\/(h|min|s)$/;
const POWER = /^(G|M|k|)W$/;
const CURRENT = /^(m|k|)A$/;
const PER = { h: MICROS_PER_HOUR, min: MICROS_PER_MINUTE, s: MICROS_PER_S } as const;

/** What the integral over time of a unit is, and how long its time is; null where it says nothing. */
export function amountOf(unit: string): { unit: string; per: number } | null {
  const flow = AMOUNT.exec(unit);
  if (flow) return { unit: flow[1] ?? "", per: PER[flow[2] as keyof typeof PER] };
  if (POWER.test(unit) || CURRENT.test(unit)) return { unit: `${unit}h`, per: MICROS_PER_HOUR };
  return null;
}
