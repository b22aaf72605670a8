import { describe, expect, it } from "vitest";
import { Envelope } from "../src/lib/envelope";
import { LiveColumns } from "../src/lib/livecolumns";
import {
  changed,
  dot,
  fill,
  hatch,
  ink,
  level,
  mixed,
  type Raster,
  stipple,
  stroke,
} from "../src/lib/raster";
import type { TrendColumns } from "../src/lib/trend";
import { random } from "./random";

const PAPER = ink("#000000");
const WHITE = ink("#ffffff");

function paper(width: number, height: number): Raster {
  return { width, height, pixels: new Uint32Array(width * height).fill(PAPER) };
}

/** Rows of one pixel column that something was painted in. */
function painted(raster: Raster, x: number): number[] {
  const rows = [];
  for (let y = 0; y < raster.height; y += 1) if (raster.pixels[y * raster.width + x] !== PAPER) rows.push(y);
  return rows;
}

describe("colours", () => {
  it("are read as tokens write them, and laid out as ImageData is", () => {
    expect(ink("#1b2d30")).toBe(0xff302d1b);
    expect(ink("#abc")).toBe(0xffccbbaa);
    expect(ink(undefined)).toBe(ink("#808080"));
    expect(ink("not a colour")).toBe(ink("#808080"));
  });

  it("mix between the two of them, channel by channel", () => {
    const next = random(1);
    for (let round = 0; round < 500; round += 1) {
      const [a, b] = [next(), next()].map((x) => (0xff000000 | Math.floor(x * 0xffffff)) >>> 0) as [
        number,
        number,
      ];
      const part = Math.floor(next() * 257);
      const result = mixed(a, b, part);
      expect(result >>> 24).toBe(255);
      for (const shift of [0, 8, 16]) {
        const [from, to, got] = [a, b, result].map((c) => (c >>> shift) & 255) as [number, number, number];
        expect(Math.abs(got - (from + ((to - from) * part) / 256))).toBeLessThanOrEqual(1);
      }
    }
    expect(mixed(PAPER, WHITE, 0)).toBe(PAPER);
    expect(mixed(PAPER, WHITE, 256)).toBe(WHITE);
  });
});

describe("shapes", () => {
  it("stay inside the picture, wherever they are put", () => {
    const next = random(2);
    const any = () => (next() - 0.5) * 400;
    for (let round = 0; round < 300; round += 1) {
      const raster = paper(31, 17);
      const length = raster.pixels.length;
      fill(raster, any(), any(), any(), any(), WHITE, next());
      hatch(
        raster,
        { left: any(), top: any(), right: any(), bottom: any() },
        { period: 7, thick: 1, phase: Math.floor(any()), colour: WHITE, alpha: 0.5 },
      );
      level(raster, any(), 1, { on: 5, off: 4 }, WHITE);
      stipple(raster, any(), any(), { period: 6, size: 1, colour: WHITE, alpha: 0.5 });
      stroke(raster, Math.floor(any()), any(), any(), WHITE, 1);
      dot(raster, any(), any(), 3, WHITE);
      expect(raster.pixels).toHaveLength(length);
      expect(Object.keys(raster.pixels)).toHaveLength(length);
    }
  });

  it("hatching goes along with its phase", () => {
    const style = { period: 7, thick: 1, colour: WHITE, alpha: 1 };
    const box = { left: 0, top: 0, right: 40, bottom: 10 };
    const [still, moved] = [paper(40, 10), paper(40, 10)];
    hatch(still, box, { ...style, phase: 0 });
    hatch(moved, box, { ...style, phase: 1 });
    for (let y = 0; y < 10; y += 1)
      for (let x = 0; x < 39; x += 1) expect(moved.pixels[y * 40 + x]).toBe(still.pixels[y * 40 + x + 1]);
  });

  it("dots are the same whichever column the picture is painted from, and in whichever parts", () => {
    const style = { period: 6, size: 2, colour: WHITE, alpha: 1 };
    const whole = paper(40, 30);
    stipple(whole, 3, 27, style);
    const dots = whole.pixels.filter((pixel) => pixel !== PAPER).length;
    expect(dots).toBeGreaterThan(60);
    expect(dots).toBeLessThan((40 * 24) / 5);
    for (const from of [0, 1, 7, 39]) {
      const parts = paper(40, 30);
      parts.pixels.set(whole.pixels);
      for (let y = 0; y < 30; y += 1) parts.pixels.fill(PAPER, y * 40 + from, (y + 1) * 40);
      for (const [top, bottom] of [
        [3, 11],
        [11, 27],
      ] as const)
        stipple({ ...parts, from }, top, bottom, style);
      expect(parts.pixels).toEqual(whole.pixels);
    }
  });

  it("a dot that moves by part of a pixel changes the picture", () => {
    const [a, b] = [paper(20, 20), paper(20, 20)];
    dot(a, 10, 10, 2.5, WHITE);
    dot(b, 10, 10.06, 2.5, WHITE);
    expect(changed(a, b)).not.toBeNull();
  });

  it("what has changed is found exactly", () => {
    const next = random(3);
    for (let round = 0; round < 200; round += 1) {
      const [a, b] = [paper(23, 19), paper(23, 19)];
      expect(changed(a, b)).toBeNull();
      const spots = Array.from({ length: 1 + Math.floor(next() * 4) }, () => [
        Math.floor(next() * 23),
        Math.floor(next() * 19),
      ]) as [number, number][];
      for (const [x, y] of spots) b.pixels[y * 23 + x] = WHITE;
      const xs = spots.map(([x]) => x);
      const ys = spots.map(([, y]) => y);
      expect(changed(a, b)).toEqual({
        x: Math.min(...xs),
        y: Math.min(...ys),
        width: Math.max(...xs) - Math.min(...xs) + 1,
        height: Math.max(...ys) - Math.min(...ys) + 1,
      });
    }
  });
});

/** Columns over samples, as history makes them: so many to a column of `width` time. */
function columnsOf(samples: [number, number, number][], width: number): TrendColumns {
  const empty: TrendColumns = {
    key: 1,
    tFirst: new Float64Array(0),
    tLast: new Float64Array(0),
    min: new Float64Array(0),
    max: new Float64Array(0),
    first: new Float64Array(0),
    last: new Float64Array(0),
    status: new Float64Array(0),
  };
  const live = new LiveColumns(empty, width);
  for (const [time, value, status] of samples) live.add(time, value, status);
  return live.columns;
}

function walk(seed: number, count: number, gap: number): [number, number, number][] {
  const next = random(seed);
  let [time, value] = [0, 50];
  return Array.from({ length: count }, () => {
    time += next() < gap ? 5_000 : next() * 20 + 0.1;
    value += (next() - 0.5) * 4 + (next() < 0.01 ? (next() - 0.5) * 90 : 0);
    return [time, value, next() < 0.05 ? 2 : 0] as [number, number, number];
  });
}

describe("a trace in pixels", () => {
  const WIDTH = 120;
  const HEIGHT = 200;
  const paintOf = (columns: TrendColumns, span: number, step: boolean, now = 0) => {
    const raster = paper(WIDTH, HEIGHT);
    const envelope = new Envelope();
    const low = Math.min(...columns.min) - 1;
    const high = Math.max(...columns.max) + 1;
    const frame = { t0: 0, perMicro: WIDTH / span, low, perUnit: HEIGHT / (high - low), base: HEIGHT };
    envelope.take(WIDTH, columns, frame, 1_000, step, now, 1.4);
    const dash = { on: 3, off: 0 };
    envelope.paint(raster, WHITE, { alpha: 1, phase: 0, dash, pattern: null });
    for (let i = 0; i < envelope.dots.length; i += 2)
      dot(raster, envelope.dots[i] ?? 0, envelope.dots[i + 1] ?? 0, 1.6, WHITE);
    return { raster, y: (value: number) => HEIGHT - (value - low) * frame.perUnit };
  };

  it.each([false, true])("shows every extreme, however many samples share a pixel (steps: %s)", (step) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const samples = walk(seed, 40 + seed * 60, 0.01);
      const span = (samples.at(-1)?.[0] ?? 1) + 1;
      const { raster, y } = paintOf(columnsOf(samples, span / WIDTH), span, step);
      for (const [time, value] of samples) {
        const x = Math.min(WIDTH - 1, Math.floor((time / span) * WIDTH));
        // Its column is drawn at one pixel, which may be the neighbour of the sample's own.
        const rows = [x - 1, x, x + 1].flatMap((column) => painted(raster, column));
        const away = Math.min(...rows.map((row) => Math.abs(row + 0.5 - y(value))));
        expect(away, `seed ${seed}, sample at ${time}`).toBeLessThanOrEqual(1.5);
      }
    }
  });

  it("leaves gaps empty, and has no hole elsewhere", () => {
    const samples = [0, 10, 20, 30, 40, 2_040, 2_050, 2_060].map((time): [number, number, number] => [
      time * 10,
      time % 20,
      0,
    ]);
    const span = 20_700;
    const { raster } = paintOf(columnsOf(samples, span / WIDTH), span, false);
    const x = (time: number) => Math.floor((time / span) * WIDTH);
    for (let column = x(400) + 2; column < x(20_400) - 1; column += 1)
      expect(painted(raster, column)).toEqual([]);
    for (let column = x(20_400) + 1; column < x(20_600); column += 1)
      expect(painted(raster, column).length).toBeGreaterThan(0);
  });

  it("joins neighbouring pixels however steep it is", () => {
    const samples = Array.from({ length: 40 }, (_, i): [number, number, number] => [
      i * 100,
      i % 2 ? 100 : -100,
      0,
    ]);
    const span = 4_000;
    const { raster } = paintOf(columnsOf(samples, 1), span, false);
    let before = painted(raster, 2);
    for (let column = 3; column < WIDTH - 4; column += 1) {
      const rows = painted(raster, column);
      expect(rows.length).toBeGreaterThan(0);
      expect(Math.min(...rows)).toBeLessThanOrEqual(Math.max(...before) + 1);
      expect(Math.max(...rows)).toBeGreaterThanOrEqual(Math.min(...before) - 1);
      before = rows;
    }
  });

  it("steps where the signal steps: level until the next sample, and on until now", () => {
    const columns = columnsOf(
      [
        [0, 10, 0],
        [600, 90, 0],
      ],
      1,
    );
    const { raster, y } = paintOf(columns, 1_200, true, 1_100);
    for (const [column, value] of [
      [5, 10],
      [55, 10],
      [65, 90],
      [105, 90],
    ] as const) {
      const rows = painted(raster, column);
      expect(Math.max(...rows) - Math.min(...rows)).toBeLessThanOrEqual(2);
      expect(Math.abs((rows[0] ?? 0) - y(value))).toBeLessThanOrEqual(2);
    }
    expect(painted(raster, 60).length).toBeGreaterThan(HEIGHT / 2);
    expect(painted(raster, 115)).toEqual([]);
  });
});

describe("columns that go on live", () => {
  it("keep first, last, extremes and the worst quality of every sample", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const samples = walk(seed, 300, 0.02).map(([time, value, status], i): [number, number, number] => [
        time,
        i % 41 === 0 ? Number.NaN : value,
        status,
      ]);
      const width = 10 + seed * 7;
      const columns = columnsOf(samples, width);
      const cells = new Map<number, typeof samples>();
      for (const sample of samples) {
        const cell = Math.floor(sample[0] / width);
        cells.set(cell, [...(cells.get(cell) ?? []), sample]);
      }
      expect(columns.tFirst).toHaveLength(cells.size);
      [...cells.values()].forEach((cell, i) => {
        const numbers = cell.map(([, value]) => value).filter((value) => !Number.isNaN(value));
        expect(columns.tFirst[i]).toBe(cell[0]?.[0]);
        expect(columns.tLast[i]).toBe(cell.at(-1)?.[0]);
        expect(columns.first[i]).toBe(cell[0]?.[1]);
        expect(columns.last[i]).toBe(cell.at(-1)?.[1]);
        expect(columns.min[i]).toBe(numbers.length === 0 ? Number.NaN : Math.min(...numbers));
        expect(columns.max[i]).toBe(numbers.length === 0 ? Number.NaN : Math.max(...numbers));
        expect(columns.status[i]).toBe(Math.max(...cell.map(([, , status]) => status)));
      });
    }
  });

  it("take no sample twice, and none that is older", () => {
    const base = columnsOf(
      [
        [10, 1, 0],
        [20, 2, 0],
      ],
      5,
    );
    const live = new LiveColumns(base, 5);
    for (const time of [8, 10, 20]) live.add(time, 99, 2);
    expect([...live.columns.max]).toEqual([1, 2]);
    live.add(21, 7, 0);
    live.add(26, 8, 1);
    expect([...live.columns.tFirst]).toEqual([10, 20, 26]);
    expect([...live.columns.max]).toEqual([1, 7, 8]);
    expect([...live.columns.status]).toEqual([0, 0, 1]);
    // The answer itself stays as it was.
    expect([...base.max]).toEqual([1, 2]);
  });
});
