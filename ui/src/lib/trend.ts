/** Reads the answer of a trend query; `twin-app`'s `api::trend` is the layout's home. */

const TREND_MAGIC = 0x31545754; // "TWT1", little-endian
const ARRAYS = 7;

/** One signal's columns; arrays of equal length, ordered by time. */
export interface TrendColumns {
  key: number;
  /** Time of the first and last sample of each column, microseconds. */
  tFirst: Float64Array;
  tLast: Float64Array;
  min: Float64Array;
  max: Float64Array;
  first: Float64Array;
  last: Float64Array;
  /** Worst quality status: 0 good, 1 uncertain, 2 bad. */
  status: Float64Array;
}

/** The arrays are views into `answer`, not copies. Throws when the bytes are no answer. */
export function decodeTrend(answer: ArrayBuffer): Map<number, TrendColumns> {
  const view = new DataView(answer);
  if (answer.byteLength < 8 || view.getUint32(0, true) !== TREND_MAGIC) {
    throw new Error("Trend answer does not begin with TWT1.");
  }
  const signals = view.getUint32(4, true);
  const result = new Map<number, TrendColumns>();
  let at = 8;
  for (let s = 0; s < signals; s += 1) {
    if (at + 8 > answer.byteLength) throw new Error("Trend answer ends before its signals do.");
    const key = view.getUint32(at, true);
    const n = view.getUint32(at + 4, true);
    at += 8;
    if (at + ARRAYS * n * 8 > answer.byteLength) throw new Error("Trend answer ends before its columns do.");
    const array = (index: number) => new Float64Array(answer, at + index * n * 8, n);
    result.set(key, {
      key,
      tFirst: array(0),
      tLast: array(1),
      min: array(2),
      max: array(3),
      first: array(4),
      last: array(5),
      status: array(6),
    });
    at += ARRAYS * n * 8;
  }
  return result;
}

/** The columns so much later, microseconds. */
export function shiftedBy(columns: TrendColumns, shift: number): TrendColumns {
  const later = (times: Float64Array) => times.map((time) => time + shift);
  return { ...columns, tFirst: later(columns.tFirst), tLast: later(columns.tLast) };
}

/** The columns that begin by `end`, microseconds: the same ones when all do. */
export function endedAt(columns: TrendColumns, end: number): TrendColumns {
  const { tFirst } = columns;
  let [low, high] = [0, tFirst.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tFirst[middle] ?? 0) <= end) low = middle + 1;
    else high = middle;
  }
  if (low === tFirst.length) return columns;
  const part = (array: Float64Array) => array.subarray(0, low);
  return {
    key: columns.key,
    tFirst: part(tFirst),
    tLast: part(columns.tLast),
    min: part(columns.min),
    max: part(columns.max),
    first: part(columns.first),
    last: part(columns.last),
    status: part(columns.status),
  };
}
