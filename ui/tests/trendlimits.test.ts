// @vitest-environment happy-dom
/** Limits on a trend, and the doubtful quality of what lies behind. */
import { describe, expect, it } from "vitest";
import { buildModel, type Ghost, type Parts } from "../src/components/domain/trend/build";
import { limitZones } from "../src/components/domain/trend/limits";
import { Painter } from "../src/components/domain/trend/paint";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { LimitView } from "../src/ipc/bindings/LimitView";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import type { Palette } from "../src/lib/palette";
import { ALL_KNOWN } from "../src/lib/spanalarms";
import { Clock } from "../src/lib/time";
import type { TrendColumns } from "../src/lib/trend";
import { SampleTable } from "../src/live/table";

const S = 1_000_000;
const [WIDTH, HEIGHT] = [600, 300];

function signal(key: number, limits: LimitView[], change: Partial<SignalView> = {}): SignalView {
  return {
    key,
    id: `pump/${key}`,
    name: `signal ${key}`,
    short_name: "",
    unit: "mm/s",
    range: null,
    normal: null,
    decimals: 1,
    key_value: true,
    role: "measurement",
    step: false,
    limits,
    stale_after_ms: 10_000,
    source: "",
    ...change,
  };
}

const limit = (kind: string, value: number, priority: number): LimitView => ({ kind, value, priority });
const FOUR = [limit("high", 6, 3), limit("high-high", 8, 1), limit("low", 3, 4), limit("low-low", 1, 2)];

function alarm(key: number, kind: string, returned_at: number | null = null): AlarmRow {
  return { id: `${key}-${kind}`, signal: key, kind, raised_at: 0, returned_at, priority: 1 } as AlarmRow;
}

function columns(key: number, rows: [t: number, value: number, status: number][]): TrendColumns {
  const array = (pick: (row: [number, number, number]) => number) => Float64Array.from(rows, pick);
  const [time, value] = [array(([t]) => t * S), array(([, v]) => v)];
  return {
    key,
    tFirst: time,
    tLast: time,
    min: value,
    max: value,
    first: value,
    last: value,
    status: array((r) => r[2]),
  };
}

const flat = (key: number, status = 0) =>
  columns(
    key,
    Array.from({ length: 21 }, (_, i) => [i * 5, 5, status]),
  );

function model(signals: readonly SignalView[], change: Partial<Parts> = {}) {
  return buildModel({
    t0: 0,
    t1: 100 * S,
    now: 100 * S,
    picks: signals.map((one, slot) => ({ signal: one, slot, name: one.name })),
    ghosts: [],
    focus: signals[0] ?? null,
    pointed: null,
    score: null,
    columns: (key) => flat(key),
    states: () => [],
    alarms: [],
    lane: ALL_KNOWN,
    clock: new Clock("UTC"),
    palette: {
      panel: "#000000",
      "trace-1": "#0000ff",
      "trace-2": "#00ffff",
      dim: "#00ff00",
      line: "#000000",
      p1: "#ff0000",
    } as Palette,
    held: new Map(),
    fixed: new Map([["unit:mm/s", { low: 0, high: 10 }]]),
    table: new SampleTable(),
    ...change,
  });
}

function painted(of: ReturnType<typeof model>) {
  const raster = { width: WIDTH, height: HEIGHT + 60, pixels: new Uint32Array(WIDTH * (HEIGHT + 60)) };
  new Painter().paint(raster, of, { plot: HEIGHT, ratio: 1 });
  /** Red and green of the pixel at a place and a value. */
  return (x: number, value: number): [red: number, green: number] => {
    const pixel = raster.pixels[Math.round(HEIGHT - value * 30) * WIDTH + x] ?? 0;
    return [pixel & 255, (pixel >>> 8) & 255];
  };
}

describe("the ranges beyond limits", () => {
  it("lie beside each other, outwards on both sides, the last without an end", () => {
    const zones = limitZones(signal(0, FOUR), []);
    expect(zones.map(({ low, high, priority }) => [low, high, priority])).toEqual([
      [6, 8, 3],
      [8, Number.POSITIVE_INFINITY, 1],
      [1, 3, 4],
      [Number.NEGATIVE_INFINITY, 1, 2],
    ]);
  });

  it("are as urgent as the most urgent limit that was passed on the way", () => {
    const zones = limitZones(
      signal(0, [limit("high", 6, 1), limit("high-high", 8, 3), limit("high", 8, 2)]),
      [],
    );
    expect(zones.map(({ low, priority }) => [low, priority])).toEqual([
      [6, 1],
      [8, 1],
    ]);
  });

  it("are shaded deeper the more urgent they are, low and high, and without colour while no alarm stands", () => {
    const at = painted(model([signal(0, FOUR)]));
    const [inside, h, hh, l, ll] = [4.5, 7.5, 9.5, 2.5, 0.5].map((value) => at(300, value));
    expect(inside).toEqual([0, 0]);
    for (const shade of [h, hh, l, ll]) expect(shade?.[0]).toBe(0);
    const greens = [l, h, ll, hh].map((shade) => shade?.[1] ?? 0);
    expect(greens[0]).toBeGreaterThan(0);
    expect(greens).toEqual(greens.toSorted((a, b) => a - b));
    expect(new Set(greens).size).toBe(4);
  });

  it("are dotted while no alarm stands, so that they are told from the normal band whatever their greys", () => {
    const palette = {
      panel: "#000000",
      dim: "#00ff00",
      line: "#000000",
      p1: "#ff0000",
      "spark-band": "#001f00",
    };
    const at = (alarms: AlarmRow[]) =>
      painted(
        model([signal(0, FOUR, { normal: [3.5, 5.5] })], {
          alarms,
          palette: palette as unknown as Palette,
          columns: () => columns(0, []),
        }),
      );
    /** How strongly a square between two values differs in itself. */
    const texture = (pixel: ReturnType<typeof painted>, low: number, high: number) => {
      const greens: number[] = [];
      for (let x = 300; x < 320; x += 1)
        for (let value = low; value < high; value += 1 / 30) greens.push(pixel(x, value)[1]);
      return Math.max(...greens) - Math.min(...greens);
    };
    const quiet = at([]);
    for (const [low, high] of [
      [6.2, 7.5],
      [8.2, 9.5],
      [1.5, 2.8],
      [0.2, 0.9],
    ] as const)
      expect(texture(quiet, low, high)).toBeGreaterThan(60);
    // Between two lines of the grid.
    expect(texture(quiet, 4.1, 4.9)).toBe(0);
    // The colour of an alarm says enough.
    expect(texture(at([alarm(0, "high-high")]), 8.2, 9.5)).toBe(0);
  });

  it("have the colour of an alarm that stands there, and of no alarm that is over or of another signal", () => {
    const of = signal(0, FOUR);
    const standing = painted(model([of], { alarms: [alarm(0, "high-high")] }));
    expect(standing(300, 9)[0]).toBeGreaterThan(0);
    expect(standing(300, 7)[0]).toBe(0);
    // One colour is enough: of the less urgent one the range stays grey.
    const both = painted(model([of], { alarms: [alarm(0, "high-high"), alarm(0, "high")] }));
    expect([both(300, 9.5)[0] > 0, both(300, 7.5)[0]]).toEqual([true, 0]);
    const over = painted(model([of], { alarms: [alarm(0, "high-high", 5), alarm(1, "high-high")] }));
    expect(over(300, 9)[0]).toBe(0);
  });
});

describe("limits of signals that are not looked at", () => {
  const pair = [signal(0, []), signal(1, FOUR)];

  it("are marks at the side of their axis in the colour of the trace, and no shade", () => {
    const of = model(pair);
    expect(of.zones).toEqual([]);
    const at = painted(of);
    // The trace's own blue-green; the plot between stays as it is.
    for (const value of [1, 3, 6, 8]) {
      expect(at(6, value)[1]).toBe(255);
      expect(at(300, value)).toEqual([0, 0]);
    }
    expect(at(300, 9)).toEqual([0, 0]);
    // The foot says where trouble lies.
    expect([at(0, 8.1)[1], at(0, 7.85)[1]]).toEqual([255, 0]);
    expect([at(0, 2.88)[1], at(0, 3.1)[1]]).toEqual([255, 0]);
  });

  it("stand on the right where their axis does, and nowhere beyond its scale", () => {
    const warm = signal(1, [limit("high", 8, 2), limit("high-high", 80, 1)], { unit: "°C" });
    const fixed = new Map([
      ["unit:mm/s", { low: 0, high: 10 }],
      ["unit:°C", { low: 0, high: 10 }],
    ]);
    const at = painted(model([signal(0, []), warm], { fixed }));
    expect([at(594, 8)[1], at(6, 8)[1]]).toEqual([255, 0]);
    for (let x = 590; x < 600; x += 1) expect(at(x, 10)[1]).toBe(0);
  });

  it("go across the plot while their signal is pointed at", () => {
    const at = painted(model(pair, { pointed: 1 }));
    const across = Array.from({ length: 40 }, (_, i) => at(300 + i, 8)[1]);
    expect(Math.max(...across)).toBeGreaterThan(100);
    expect(Math.min(...across)).toBe(0);
  });
});

describe("what lies behind", () => {
  const behind = (change: Partial<Ghost> = {}): Ghost => ({
    of: 0,
    signal: signal(7, []),
    name: "8 h earlier",
    shift: 8 * 3600 * S,
    columns: columns(7, [
      [10, 5, 0],
      [20, 5, 2],
      [25, 5, 2],
      [30, 5, 0],
    ]),
    runs: [],
    ...change,
  });

  it("is hatched where its quality is bad, the other way than what is compared, and named", () => {
    const of = model([signal(0, [])], { ghosts: [behind()] });
    expect(of.bad).toEqual([
      { t0: 20 * S, t1: 30 * S, status: 2, words: ["bad quality"], name: "8 h earlier", ghost: true },
    ]);
    const at = painted(of);
    const lines = (value: number) =>
      Array.from({ length: 40 }, (_, i) => i).filter((i) => at(130 + i, value)[1] > 0);
    expect(lines(2).length).toBeGreaterThan(3);
    // One row further down, its lines lie one pixel further right.
    expect(lines(2 - 1 / 30).slice(0, 4)).toEqual(
      lines(2)
        .map((i) => i + 1)
        .slice(0, 4),
    );
    const own = painted(model([signal(0, [])], { columns: (key) => flat(key, 2) }));
    const ownLines = (value: number) =>
      Array.from({ length: 40 }, (_, i) => i).filter((i) => own(130 + i, value)[1] > 0);
    expect(ownLines(2 - 1 / 30).slice(-4)).toEqual(
      ownLines(2)
        .map((i) => i - 1)
        .slice(-4),
    );
  });

  it("goes on being bad until now only where it is of now", () => {
    const table = new SampleTable();
    table.put(7, 1, 2, 13, 50 * S, 0, 1, "");
    const sister = model([signal(0, [])], { table, ghosts: [behind({ shift: 0, name: "Pump 1" })] });
    expect(sister.bad.at(-1)).toMatchObject({ t0: 50 * S, t1: 100 * S, name: "Pump 1" });
    expect(model([signal(0, [])], { table, ghosts: [behind()] }).bad).toHaveLength(1);
  });

  it("is named with its signal where there are several", () => {
    const of = model([signal(0, []), signal(1, [])], { ghosts: [behind()] });
    expect(of.bad.map(({ name }) => name)).toEqual(["signal 0 (8 h earlier)"]);
  });
});
