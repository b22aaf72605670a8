// @vitest-environment happy-dom
/** The trend's painter on a canvas that writes down what is drawn. */
import { describe, expect, it } from "vitest";
import { buildModel } from "../src/components/domain/trend/build";
import type { ChartModel } from "../src/components/domain/trend/model";
import { paintAbove, paintBelow } from "../src/components/domain/trend/paint";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import type { Palette } from "../src/lib/palette";
import { Clock } from "../src/lib/time";
import type { TrendColumns } from "../src/lib/trend";
import { SampleTable } from "../src/live/table";
import { recorder } from "./canvas";

const S = 1_000_000;
const none = Number.NaN;
const AREA = { left: 40, top: 20, width: 600, height: 300, ratio: 1 };

function signal(key: number, name: string): SignalView {
  return {
    key,
    id: `pump/${key}`,
    name,
    short_name: name,
    unit: "mm/s",
    range: null,
    normal: null,
    decimals: 1,
    key_value: true,
    role: "measurement",
    step: false,
    limits: [],
    stale_after_ms: 10_000,
    source: "",
  };
}

function columns(key: number, rows: [t: number, value: number, status: number][]): TrendColumns {
  const array = (pick: (row: [number, number, number]) => number) => Float64Array.from(rows, pick);
  const value = () => array((row) => row[1]);
  const time = () => array((row) => row[0] * S);
  return {
    key,
    tFirst: time(),
    tLast: time(),
    min: value(),
    max: value(),
    first: value(),
    last: value(),
    status: array((row) => row[2]),
  };
}

function model(data: TrendColumns[], status = 0): ChartModel {
  const picks = data.map(({ key }) => signal(key, key === 0 ? "Drive-end vibration" : "Flow"));
  const table = new SampleTable();
  for (const { key, tLast } of data) {
    table.put(key, 1, status, status === 0 ? 0 : 13, tLast.at(-1) ?? 0, 0, 1, "");
  }
  return buildModel({
    t0: 0,
    t1: 100 * S,
    now: 100 * S,
    picks,
    score: null,
    columns: new Map(data.map((one) => [one.key, one])),
    tails: new Map(),
    alarms: [],
    clock: new Clock("UTC"),
    palette: {} as Palette,
    held: new Map(),
    table,
  });
}

const x = (seconds: number) => AREA.left + seconds * 6;

describe("columns without a number", () => {
  const gap = model([
    columns(0, [
      [10, 2, 0],
      [15, 3, 0],
      [20, none, 2],
      [25, none, 2],
      [30, 4, 0],
      [35, 5, 0],
    ]),
  ]);

  it("leave a gap in the trace and the scale alone", () => {
    const { context, calls } = recorder();
    paintAbove(context, gap, AREA);
    for (const { numbers } of calls) expect(numbers.every(Number.isFinite)).toBe(true);
    const line = calls.filter(({ name }) => name === "moveTo" || name === "lineTo");
    expect(line.map(({ name, numbers }) => [name, numbers[0]])).toEqual([
      ["moveTo", x(10)],
      ["lineTo", x(15)],
      ["moveTo", x(30)],
      ["lineTo", x(35)],
    ]);
    expect(gap.axes).toHaveLength(1);
    expect(gap.axes[0]?.low).toBeGreaterThan(0);
    expect(gap.axes[0]?.high).toBeLessThan(10);
  });

  it("are hatched for as long as they are bad", () => {
    const { context, calls } = recorder();
    paintBelow(context, gap, AREA);
    const hatched = calls.filter(({ name }) => name === "fillRect").map(({ numbers }) => numbers);
    expect(hatched).toEqual([[x(20), AREA.top, 60, AREA.height]]);
  });

  it("are drawn even where no column has a number", () => {
    const empty = model([columns(0, [[20, none, 2]])]);
    const { context, calls } = recorder();
    paintBelow(context, empty, AREA);
    paintAbove(context, empty, AREA);
    for (const { numbers } of calls) expect(numbers.every(Number.isFinite)).toBe(true);
    expect(calls.some(({ name }) => name === "fillRect")).toBe(true);
    expect(empty.axes[0]).toMatchObject({ low: 0, high: 1 });
  });
});

describe("words about a doubtful span", () => {
  it("end inside the plot when the span reaches its right edge", () => {
    const doubtful = [
      [90, 1, 0],
      [95, 1, 1],
      [100, 1, 1],
    ] as [number, number, number][];
    const { context, calls } = recorder();
    paintAbove(context, model([columns(0, doubtful), columns(1, doubtful)], 1), AREA);
    const words = calls.filter(({ name, text }) => name === "fillText" && text.startsWith("uncertain"));
    expect(words.map(({ text }) => text).sort()).toEqual([
      "uncertain, from history: Drive-end vibration",
      "uncertain, from history: Flow",
    ]);
    for (const { text, numbers } of words) {
      expect((numbers[0] ?? 0) + text.length * 6).toBeLessThanOrEqual(AREA.left + AREA.width);
    }
    // One above the other.
    expect(new Set(words.map(({ numbers }) => numbers[1])).size).toBe(2);
  });

  it("are not written for what lies outside the window", () => {
    const { context, calls } = recorder();
    paintAbove(
      context,
      model([
        columns(0, [
          [-50, 1, 2],
          [-45, 1, 0],
          [50, 1, 0],
        ]),
      ]),
      AREA,
    );
    expect(calls.filter(({ text }) => text.includes("bad quality"))).toEqual([]);
  });
});
