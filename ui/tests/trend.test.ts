import { describe, expect, it } from "vitest";
import { encodeTrend, type FakeColumns } from "../src/ipc/fake/encode";
import { badSpans, columnAt, extent, middleOf, readingAt, runs, withTail } from "../src/lib/columns";
import { decodeTrend, type TrendColumns } from "../src/lib/trend";

/** Columns of single samples, unless a value is a list: then its first, lowest, highest and last matter. */
function columns(
  rows: [t: number, value: number | number[], status?: number, tLast?: number][],
): TrendColumns {
  const out: FakeColumns = [[], [], [], [], [], [], []];
  for (const [t, value, status = 0, tLast = t] of rows) {
    const values = Array.isArray(value) ? value : [value];
    out[0].push(t);
    out[1].push(tLast);
    out[2].push(Math.min(...values));
    out[3].push(Math.max(...values));
    out[4].push(values[0] ?? Number.NaN);
    out[5].push(values.at(-1) ?? Number.NaN);
    out[6].push(status);
  }
  const decoded = decodeTrend(encodeTrend([[5, out]])).get(5);
  if (!decoded) throw new Error("signal 5 is missing");
  return decoded;
}

describe("trend answer", () => {
  it("gives every signal its arrays", () => {
    const answer = encodeTrend([
      [3, [[1], [2], [3], [4], [5], [6], [1]]],
      [9, [[], [], [], [], [], [], []]],
      [
        4,
        [
          [7, 8],
          [7, 8],
          [1, 1],
          [2, 2],
          [1, 1],
          [2, 2],
          [0, 2],
        ],
      ],
    ]);
    const decoded = decodeTrend(answer);
    expect([...decoded.keys()]).toEqual([3, 9, 4]);
    expect(decoded.get(3)).toMatchObject({ key: 3 });
    expect([...(decoded.get(3)?.max ?? [])]).toEqual([4]);
    expect(decoded.get(9)?.tFirst).toHaveLength(0);
    expect([...(decoded.get(4)?.status ?? [])]).toEqual([0, 2]);
  });

  it("refuses other bytes and a cut answer", () => {
    expect(() => decodeTrend(new ArrayBuffer(16))).toThrow(/TWT1/);
    const answer = encodeTrend([[3, [[1], [2], [3], [4], [5], [6], [0]]]]);
    expect(() => decodeTrend(answer.slice(0, 40))).toThrow(/columns/);
    expect(() => decodeTrend(answer.slice(0, 12))).toThrow(/signals/);
  });
});

describe("gaps", () => {
  const STALE = 10;

  it("breaks where more than the stale time lies between samples, and not before", () => {
    expect(
      runs(
        columns([
          [0, 1],
          [10, 1],
          [20.5, 1],
          [25, 1],
        ]),
        STALE,
      ),
    ).toEqual([
      { from: 0, to: 1, status: 0, joined: false },
      { from: 2, to: 3, status: 0, joined: false },
    ]);
  });

  it("counts from the last sample of a column to the first of the next", () => {
    expect(
      runs(
        columns([
          [0, [1, 2], 0, 9],
          [18, 1],
        ]),
        STALE,
      ),
    ).toHaveLength(1);
    expect(
      runs(
        columns([
          [0, [1, 2], 0, 7],
          [18, 1],
        ]),
        STALE,
      ),
    ).toHaveLength(2);
  });

  it("joins runs that differ in quality only, and leaves out columns without a number", () => {
    expect(
      runs(
        columns([
          [0, 1],
          [5, 1, 2],
          [10, 1],
          [15, Number.NaN],
          [20, 1],
        ]),
        STALE,
      ),
    ).toEqual([
      { from: 0, to: 0, status: 0, joined: false },
      { from: 1, to: 1, status: 2, joined: true },
      { from: 2, to: 2, status: 0, joined: true },
      { from: 4, to: 4, status: 0, joined: false },
    ]);
  });

  it("names bad spans up to the next good sample, but not across a gap", () => {
    expect(
      badSpans(
        columns([
          [0, 1],
          [5, 1, 2],
          [8, 1, 2],
          [12, 1],
          [14, 1, 1],
          [90, 1],
        ]),
        STALE,
      ),
    ).toEqual([
      { t0: 5, t1: 12, status: 2 },
      { t0: 14, t1: 14, status: 1 },
    ]);
  });
});

describe("samples without a number", () => {
  const STALE = 10;
  const none = Number.NaN;

  it("break the trace and keep their quality", () => {
    const data = columns([
      [0, 1],
      [5, none, 2],
      [8, none, 2],
      [12, 1],
    ]);
    expect(runs(data, STALE)).toEqual([
      { from: 0, to: 0, status: 0, joined: false },
      { from: 3, to: 3, status: 0, joined: false },
    ]);
    expect(badSpans(data, STALE)).toEqual([{ t0: 5, t1: 12, status: 2 }]);
    expect(readingAt(data, 6, STALE, false)).toBeNull();
  });

  it("are bad until the next sample, however long that takes", () => {
    const data = columns([
      [0, 1],
      [5, none, 2],
      [400, 1],
    ]);
    expect(badSpans(data, STALE)).toEqual([{ t0: 5, t1: 400, status: 2 }]);
  });

  it("without a bad status (a text) are a gap, and not hatched", () => {
    const data = columns([
      [0, 1],
      [5, none],
      [8, 1],
    ]);
    expect(badSpans(data, STALE)).toEqual([]);
    expect(runs(data, STALE)).toHaveLength(2);
  });

  it("split a column that has numbers too, on their side", () => {
    // min and max as the program gives them: over the numbers alone.
    const data = columns([
      [0, 1],
      [5, 2, 2],
      [8, 3],
    ]);
    data.first[1] = none;
    expect(runs(data, STALE).map(({ from, joined }) => [from, joined])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(middleOf(data, 1)).toBe(2);
    data.last[1] = none;
    expect(middleOf(data, 1)).toBe(2);
    expect(runs(data, STALE).at(-1)).toMatchObject({ from: 2, joined: false });
  });

  it("never reach a scale", () => {
    expect(extent(columns([[0, none, 2]]), 0, 10)).toBeNull();
    expect(
      extent(
        columns([
          [0, none, 2],
          [5, 3],
          [8, none, 2],
        ]),
        0,
        10,
      ),
    ).toEqual([3, 3]);
  });
});

describe("reading at an instant", () => {
  const data = columns([
    [0, 10],
    [8, 20],
    [100, [30, 35, 25, 32], 0, 104],
  ]);

  it("takes the nearest sample, or the one before where the signal steps", () => {
    expect(readingAt(data, 5, 10, false)?.value).toBe(20);
    expect(readingAt(data, 5, 10, true)?.value).toBe(10);
    expect(readingAt(data, 3, 10, false)?.value).toBe(10);
  });

  it("is nothing inside a gap, before the first and long after the last sample", () => {
    expect(readingAt(data, -1, 10, false)).toBeNull();
    expect(readingAt(data, 50, 10, false)).toBeNull();
    expect(readingAt(data, 200, 10, false)).toBeNull();
    expect(readingAt(data, 112, 10, false)?.value).toBe(32);
  });

  it("carries the extremes of its column", () => {
    expect(readingAt(data, 101, 10, false)).toMatchObject({ value: 32, min: 25, max: 35, time: 104 });
  });

  it("finds columns by time", () => {
    expect([-1, 0, 7, 8, 1000].map((t) => columnAt(data, t))).toEqual([-1, 0, 0, 1, 2]);
  });
});

describe("columns in view", () => {
  it("keep every extreme", () => {
    const data = columns([
      [0, 99],
      [10, [1, 50, -7, 2], 0, 14],
      [30, 3],
    ]);
    expect(extent(data, 5, 20)).toEqual([-7, 50]);
    expect(extent(data, 12, 20)).toEqual([-7, 50]);
    expect(extent(data, 15, 29)).toBeNull();
  });

  it("go on with live samples that are newer than the answer", () => {
    const data = columns([
      [0, 1],
      [10, 2],
    ]);
    const longer = withTail(data, { time: [8, 10, 12, 14], value: [0, 0, 5, 6], status: [0, 0, 0, 2] });
    expect([...longer.tFirst]).toEqual([0, 10, 12, 14]);
    expect([...longer.max]).toEqual([1, 2, 5, 6]);
    expect([...longer.status]).toEqual([0, 0, 0, 2]);
    expect(withTail(data, { time: [3], value: [0], status: [0] })).toBe(data);
  });
});
