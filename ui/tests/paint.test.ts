// @vitest-environment happy-dom
/** The trend's painter in pixels, and its words on a canvas that writes down what is drawn. */
import { describe, expect, it, vi } from "vitest";
import { buildModel, type Ghost } from "../src/components/domain/trend/build";
import {
  BAND_HEIGHT,
  BANDS_TOP,
  bandPlace,
  type ChartModel,
  WORDS_ROW,
} from "../src/components/domain/trend/model";
import { Newest } from "../src/components/domain/trend/newest";
import { Painter } from "../src/components/domain/trend/paint";
import { Surface } from "../src/components/domain/trend/surface";
import { writeWords } from "../src/components/domain/trend/words";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import { LiveColumns } from "../src/lib/livecolumns";
import { readLanguageFrom, systemLanguage } from "../src/lib/locale";
import type { Palette } from "../src/lib/palette";
import { ink, type Raster } from "../src/lib/raster";
import { ALL_KNOWN } from "../src/lib/spanalarms";
import { Clock } from "../src/lib/time";
import type { TrendColumns } from "../src/lib/trend";
import { KIND_BOOL } from "../src/live/frame";
import { SampleTable } from "../src/live/table";
import { recorder } from "./canvas";
import { random } from "./random";

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

function model(
  data: TrendColumns[],
  status = 0,
  seen?: SampleTable,
  ghosts: readonly Ghost[] = [],
): ChartModel {
  const picks = data.map(({ key }) => signal(key, key === 0 ? "Drive-end vibration" : "Flow"));
  const table = new SampleTable();
  for (const { key, tLast } of data) {
    table.put(key, 1, status, status === 0 ? 0 : 13, tLast.at(-1) ?? 0, 0, 1, "");
  }
  return buildModel({
    t0: 0,
    t1: 100 * S,
    now: 100 * S,
    picks: picks.map((one, slot) => ({ signal: one, slot, name: one.name })),
    ghosts,
    focus: picks[0] ?? null,
    pointed: null,
    score: null,
    columns: (key) => data.find((one) => one.key === key),
    alarms: [],
    lane: ALL_KNOWN,
    clock: new Clock("UTC"),
    palette: { panel: "#000000", "trace-1": "#ffffff", dim: "#00ff00", line: "#000000" } as Palette,
    held: new Map(),
    fixed: new Map(),
    states: () => [],
    table: seen ?? table,
  });
}

function missing(): never {
  throw new Error("it is missing");
}

const SIZE = { plot: AREA.height, ratio: 1 };

function painted(what: ChartModel): Raster {
  const height = AREA.height + 60;
  const raster = { width: AREA.width, height, pixels: new Uint32Array(AREA.width * height) };
  new Painter().paint(raster, what, SIZE);
  return raster;
}

/** Pixel columns of the plot in which a colour is. */
function spread(raster: Raster, colour: string): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < raster.width * AREA.height; i += 1)
    if (raster.pixels[i] === ink(colour)) found.add(i % raster.width);
  return found;
}

/** Pixel columns in which something is, of that hue. */
function tinted(raster: Raster): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < raster.width * AREA.height; i += 1) {
    const pixel = raster.pixels[i] ?? 0;
    if (((pixel >>> 8) & 255) > 0 && (pixel & 255) === 0) found.add(i % raster.width);
  }
  return found;
}

const x = (seconds: number) => seconds * 6;

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
    const trace = spread(painted(gap), "#ffffff");
    for (let at = x(10); at < x(15); at += 1) expect(trace.has(at)).toBe(true);
    for (let at = x(15) + 3; at < x(30) - 2; at += 1) expect(trace.has(at)).toBe(false);
    for (let at = x(30); at < x(35); at += 1) expect(trace.has(at)).toBe(true);
    expect(gap.axes).toHaveLength(1);
    expect(gap.axes[0]?.low).toBeGreaterThan(0);
    expect(gap.axes[0]?.high).toBeLessThan(10);
  });

  it("are hatched for as long as they are bad", () => {
    const hatched = tinted(painted(gap));
    expect([Math.min(...hatched), Math.max(...hatched)]).toEqual([x(20), x(30) - 1]);
    expect(hatched.size).toBe(60);
  });

  it("are drawn even where no column has a number", () => {
    const empty = model([columns(0, [[20, none, 2]])]);
    expect(tinted(painted(empty)).size).toBeGreaterThan(0);
    expect(empty.axes[0]).toMatchObject({ low: 0, high: 1 });
  });
});

describe("a signal that is off or on", () => {
  const data = [
    columns(
      0,
      Array.from({ length: 20 }, (_, i) => [i * 5, i < 8 ? 0 : 1, 0]),
    ),
  ];
  const onOff = () => {
    const table = new SampleTable();
    table.put(0, KIND_BOOL, 0, 0, 95 * S, 0, 1, "");
    return model(data, 0, table);
  };

  it("is a band with its words, and neither a trace nor an axis", () => {
    const { axes, traces, bands } = onOff();
    expect([axes, traces]).toEqual([[], []]);
    expect(bands[0]?.runs.map(({ t0, t1, word }) => [t0 / S, t1 / S, word])).toEqual([
      [0, 40, "off"],
      [40, 95, "on"],
    ]);
    expect(model(data).bands).toEqual([]);
  });

  it("has what it is compared with in a band of its own, paler, the same state in the same grey", () => {
    const table = new SampleTable();
    table.put(0, KIND_BOOL, 0, 0, 95 * S, 0, 1, "");
    // On throughout: alone, it would have the grey that the other has for off.
    const then = columns(
      7,
      Array.from({ length: 20 }, (_, i) => [i * 5, 1, 0]),
    );
    const behind = { of: 0, signal: signal(0, "x"), name: "8 h earlier", shift: 5, columns: then, runs: [] };
    const both = model(data, 0, table, [behind]);
    expect(both.traces).toEqual([]);
    expect(both.bands.map(({ name, ghost }) => [name, ghost ?? false])).toEqual([
      ["Drive-end vibration", false],
      ["8 h earlier", true],
    ]);
    expect(both.bands[1]?.runs.map(({ t0, t1, word }) => [t0 / S, t1 / S, word])).toEqual([[0, 95, "on"]]);
    const raster = painted(both);
    const at = (band: number, second: number) => {
      const place = bandPlace(both.bands.slice(band)[0] ?? missing(), band);
      const row = AREA.height + WORDS_ROW + place.top + Math.round(place.height / 2);
      return ((raster.pixels[row * AREA.width + Math.round((second * AREA.width) / 100)] ?? 0) >>> 8) & 255;
    };
    expect(at(1, 60)).toBeGreaterThan(0);
    expect(at(1, 60)).toBeLessThan(at(0, 60));
    // By the strength of what lies behind, and by nothing else.
    expect(at(1, 60) / at(0, 60)).toBeCloseTo(0.45, 1);
  });

  it("finds no room beyond six bands, those that are compared among them", () => {
    const table = new SampleTable();
    const many = Array.from({ length: 5 }, (_, key) => {
      table.put(key, KIND_BOOL, 0, 0, 95 * S, 0, 1, "");
      return columns(key, [[5, 1, 0]]);
    });
    const ghosts = many.map((of, key) => ({
      of: key,
      signal: signal(key, "x"),
      name: "then",
      shift: 5,
      columns: of,
      runs: [],
    }));
    expect(model(many, 0, table)).toMatchObject({ bandsLeftOut: 0 });
    expect(model(many, 0, table).bands).toHaveLength(5);
    expect(model(many, 0, table, ghosts)).toMatchObject({ bandsLeftOut: 2 });
    expect(model(many, 0, table, ghosts).bands.map(({ key }) => key)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("is painted below the plot in neutral greys that differ, and goes on to the present", () => {
    const raster = painted(onOff());
    const row = (AREA.height + WORDS_ROW + BANDS_TOP + BAND_HEIGHT / 2) * AREA.width;
    const at = (second: number) => raster.pixels[row + Math.round((second * AREA.width) / 100)];
    const grey = (pixel: number | undefined) => ((pixel ?? 0) & 0xffffff) !== 0;
    expect(grey(at(20)) && grey(at(60)) && grey(at(98))).toBe(true);
    expect(at(20)).not.toBe(at(60));
    expect(at(60)).toBe(at(98));
  });
});

describe("the picture on the screen", () => {
  const place = {
    left: 40,
    top: 20,
    width: AREA.width,
    plot: AREA.height,
    height: AREA.height + 40,
    ratio: 1,
  };
  const rows: [number, number, number][] = Array.from({ length: 95 }, (_, i) => [i, 5 + Math.sin(i), 0]);

  it("is handed over whole at first, then only where it has changed", () => {
    const { context, calls } = recorder();
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => context as never);
    const surface = new Surface();
    const puts = () =>
      calls.filter(({ name }) => name === "putImageData").map(({ numbers }) => numbers.slice(2));
    surface.paint(model([columns(0, rows)]), place, "");
    expect(puts()).toEqual([[0, 0, place.width, place.height]]);
    surface.paint(model([columns(0, rows)]), place, "");
    expect(puts()).toHaveLength(1);
    surface.paint(model([columns(0, [...rows, [96, 5, 0]])]), place, "");
    const [left = 0, , width = 0] = puts()[1] ?? [];
    expect(left).toBeGreaterThan(x(93));
    expect(width).toBeLessThan(x(8));
    // Another place on the screen is another picture.
    surface.paint(model([columns(0, rows)]), { ...place, width: 300 }, "");
    expect(puts()[2]).toEqual([0, 0, 300, place.height]);
    vi.restoreAllMocks();
  });
});

describe("words about a doubtful span", () => {
  it("stand below the plot and end within its width when the span reaches its right edge", () => {
    const doubtful = [
      [90, 1, 0],
      [95, 1, 1],
      [100, 1, 1],
    ] as [number, number, number][];
    const { context, calls } = recorder();
    writeWords(context, model([columns(0, doubtful), columns(1, doubtful)], 1), AREA);
    const words = calls.filter(({ name, text }) => name === "fillText" && text.startsWith("uncertain"));
    expect(words.map(({ text }) => text)).toEqual(["uncertain, from history: Drive-end vibration, Flow"]);
    const [left = 0, middle = 0] = words[0]?.numbers ?? [];
    expect(left + (words[0]?.text.length ?? 0) * 6).toBeLessThanOrEqual(AREA.left + AREA.width);
    expect(middle).toBeGreaterThan(AREA.top + AREA.height);
  });

  it("are not written for what lies outside the window", () => {
    const { context, calls } = recorder();
    writeWords(
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

describe("a picture of which only the newest samples are painted", () => {
  const SPAN = 100 * S;
  const [WIDTH, HEIGHT] = [300, 120];

  it("is the one that is painted whole, whatever comes", () => {
    const next = random(7);
    let partly = 0;
    const { palette } = model([]);
    for (let round = 0; round < 40; round += 1) {
      const going = [0, 1].map((key) => new LiveColumns(columns(key, []), SPAN / (20 + 300 * next())));
      const raster = { width: WIDTH, height: HEIGHT, pixels: new Uint32Array(WIDTH * HEIGHT), from: 0 };
      const [painter, newest] = [new Painter(), new Newest()];
      let time = 0;
      for (let picture = 0; picture < 60 && time < 90 * S; picture += 1) {
        time += (0.1 + 2 * next()) * S;
        const silent = next() < 0.1;
        const status = next() < 0.1 ? 1 : 0;
        for (const one of going)
          if (!silent && next() < 0.8) one.add(time, next() < 0.05 ? none : 1 + 8 * next(), status);
        const what = model(going.map((one) => one.columns));
        what.now = time;
        what.palette = palette;
        what.traces = what.traces.map((trace, i) => ({ ...trace, step: i === round % 3 }));
        const said = JSON.stringify([what.axes.map(({ low, high }) => [low, high]), what.bad]);
        raster.from = newest.from(what, WIDTH, 1, said);
        if (raster.from > 0) partly += 1;
        painter.paint(raster, what, { plot: 80, ratio: 1 });
        const whole = { width: WIDTH, height: HEIGHT, pixels: new Uint32Array(WIDTH * HEIGHT) };
        new Painter().paint(whole, what, { plot: 80, ratio: 1 });
        const differs = whole.pixels.findIndex((pixel, i) => pixel !== raster.pixels[i]);
        expect(differs < 0 ? -1 : differs % WIDTH).toBe(-1);
      }
    }
    expect(partly).toBeGreaterThan(200);
  });
});

describe("words of states", () => {
  it("are those of the language that is shown, though the columns are the same", () => {
    const data = columns(0, [
      [10, 0, 0],
      [20, 1, 0],
    ]);
    const table = new SampleTable();
    table.put(0, KIND_BOOL, 0, 0, 20 * S, 0, 1, "");
    const words = () => model([data], 0, table).bands[0]?.runs.map(({ word }) => word);
    try {
      readLanguageFrom(() => "en");
      expect(words()).toEqual(["off", "on"]);
      readLanguageFrom(() => "de");
      expect(words()).toEqual(["aus", "ein"]);
    } finally {
      readLanguageFrom(systemLanguage);
    }
  });
});
