import { describe, expect, it } from "vitest";
import { MICROS_PER_HOUR, MICROS_PER_MINUTE } from "../src/lib/format";
import { amountOf, statistics } from "../src/lib/statistics";
import { Clock } from "../src/lib/time";
import type { TrendColumns } from "../src/lib/trend";
import { onGrid, remembered, type TimeWindow } from "../src/lib/window";
import { parseInstant, writeInstant } from "../src/lib/zonetime";
import { random } from "./random";

describe("instants as typed", () => {
  const NOW = Date.UTC(2026, 10, 23, 13, 5) * 1_000;
  const berlin = new Clock("Europe/Berlin");
  const utc = (text: string) => Date.parse(text) * 1_000;

  it("are read in the plant's zone, as people write them in either language", () => {
    for (const text of [
      "2026-11-23 14:05",
      "2026-11-23T14:05:00",
      "23.11.2026 14:05",
      "23.11.2026, 14:05:00,000",
      "14:05",
    ])
      expect(parseInstant(text, berlin, NOW), text).toBe(utc("2026-11-23T13:05:00Z"));
    expect(parseInstant("2026-07-01", berlin, NOW)).toBe(utc("2026-06-30T22:00:00Z"));
    expect(parseInstant("14:05:06.25", new Clock("UTC"), NOW)).toBe(utc("2026-11-23T14:05:06.250Z"));
  });

  it("are refused where they are none", () => {
    for (const text of [
      "",
      "yesterday",
      "2026-02-30 10:00",
      "2026-13-01",
      "24:00",
      "12:60",
      "1.2.3 10:00",
      "2026-11-23 14",
    ])
      expect(parseInstant(text, berlin, NOW), text).toBeNull();
  });

  it("that the clocks show twice are the earlier, and those they never show lie behind the gap", () => {
    expect(parseInstant("2026-10-25 02:30", berlin, NOW)).toBe(utc("2026-10-25T00:30:00Z"));
    expect(parseInstant("2026-03-29 02:30", berlin, NOW)).toBe(utc("2026-03-29T01:30:00Z"));
  });

  it("are read as they are written, all through the years, in any zone", () => {
    const next = random(7);
    const zones = [
      "Europe/Berlin",
      "America/St_Johns",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Pacific/Kiritimati",
      "UTC",
    ];
    for (const zone of zones) {
      const clock = new Clock(zone);
      for (let round = 0; round < 150; round += 1) {
        const at = Math.floor((1_600_000_000_000 + next() * 4e11) / 1_000) * 1_000_000;
        const again = parseInstant(writeInstant(at, clock), clock, NOW) ?? Number.NaN;
        // An hour that is shown twice is read as the earlier one.
        const twice = at - again;
        expect([0, 1_800_000_000, 3_600_000_000], `${zone} ${at}`).toContain(twice);
        expect(writeInstant(again, clock)).toBe(writeInstant(at, clock));
      }
    }
  });
});

describe("ranges", () => {
  it("lie on the grid of their pixels, hold their end, and keep a sample in its pixel", () => {
    const next = random(9);
    for (let round = 0; round < 500; round += 1) {
      const width = 100 + Math.floor(next() * 3_000);
      const span = 1e6 * 10 ** (next() * 6);
      const t1 = 1.7e15 + next() * 1e14;
      const range = onGrid(t1 - span, t1, width);
      expect(range.t1).toBeGreaterThanOrEqual(t1);
      expect(range.t1 - t1).toBeLessThanOrEqual(range.column * 1.001);
      expect((range.t1 - range.t0) / range.column).toBeCloseTo(width, 3);
      const leap = onGrid(t1 - span, t1, width, 4);
      expect(leap.t1).toBeGreaterThanOrEqual(t1);
      expect(leap.t1 - t1).toBeLessThanOrEqual(range.column * 4.001);
      const later = onGrid(t1 - span + 3.3 * range.column, t1 + 3.3 * range.column, width);
      const shift = (later.t0 - range.t0) / range.column;
      expect(Math.abs(shift - Math.round(shift))).toBeLessThan(1e-2);
    }
  });

  it("of before are kept once each, the newest fifty", () => {
    let before: readonly TimeWindow[] = [];
    for (let i = 0; i < 80; i += 1)
      for (let twice = 0; twice < 2; twice += 1)
        before = remembered(before, { mode: "paused", t0: i, t1: i + 1 });
    expect(before).toHaveLength(50);
    expect(before.at(-1)).toEqual({ mode: "paused", t0: 79, t1: 80 });
    expect(remembered(before, { mode: "follow", span: 1 })).toHaveLength(50);
  });
});

function samples(rows: [time: number, value: number, status?: number][]): TrendColumns {
  const array = (pick: (row: [number, number, number?]) => number) => Float64Array.from(rows, pick);
  const value = () => array((row) => row[1]);
  const time = () => array((row) => row[0]);
  const status = array((row) => row[2] ?? 0);
  return {
    key: 1,
    tFirst: time(),
    tLast: time(),
    min: value(),
    max: value(),
    first: value(),
    last: value(),
    status,
  };
}

describe("statistics", () => {
  it("are weighted by time: held where it steps, in straight lines where it does not", () => {
    const data = samples([
      [0, 10],
      [90, 20],
      [100, 0],
    ]);
    const held = statistics(data, 0, 100, 1_000, true);
    expect(held).toMatchObject({ min: 0, max: 20, count: 3, exact: true, covered: 100, good: 1 });
    expect(held?.mean).toBeCloseTo((10 * 90 + 20 * 10) / 100, 9);
    const line = statistics(data, 0, 100, 1_000, false);
    expect(line?.mean).toBeCloseTo((15 * 90 + 10 * 10) / 100, 9);
    expect(line?.integral).toBeCloseTo(1_450, 9);
  });

  it("agree with a fine sum over any walk, and with themselves cut in two", () => {
    const next = random(11);
    for (let round = 0; round < 40; round += 1) {
      let time = 0;
      const rows = Array.from({ length: 60 }, (): [number, number] => {
        time += 1 + next() * 20;
        return [time, 1e6 + next() * 4];
      });
      const data = samples(rows);
      const [t0, t1] = [rows[5]?.[0] ?? 0, (rows[50]?.[0] ?? 0) + 0.4];
      const whole = statistics(data, t0, t1, 1_000, false);
      let [sum, squares] = [0, 0];
      const N = 40_000;
      for (let k = 0, i = 0; k < N; k += 1) {
        const at = t0 + ((k + 0.5) / N) * (t1 - t0);
        while ((rows[i + 1]?.[0] ?? 0) < at) i += 1;
        const [a = [0, 0], b = [0, 0]] = [rows[i], rows[i + 1]];
        const value = a[1] + ((b[1] - a[1]) * (at - a[0])) / (b[0] - a[0]) - 1e6;
        sum += value;
        squares += value * value;
      }
      expect(whole?.mean).toBeCloseTo(1e6 + sum / N, 3);
      expect(whole?.deviation).toBeCloseTo(Math.sqrt(squares / N - (sum / N) ** 2), 3);
      const cut = t0 + (t1 - t0) * next();
      const parts = [statistics(data, t0, cut, 1_000, false), statistics(data, cut, t1, 1_000, false)];
      const covered = parts.reduce((all, part) => all + (part?.covered ?? 0), 0);
      const integral = parts.reduce((all, part) => all + (part?.integral ?? 0), 0);
      expect(covered).toBeCloseTo(whole?.covered ?? 0, 6);
      expect(integral / (whole?.integral ?? 1)).toBeCloseTo(1, 9);
    }
  });

  it("leave gaps and what is bad out of the mean, and say how much was good", () => {
    const data = samples([
      [0, 10],
      [10, 10],
      [20, 99, 2],
      [30, 10],
      [500, 10],
      [510, 10],
    ]);
    const held = statistics(data, 0, 510, 50, true);
    expect(held?.mean).toBe(10);
    expect(held?.covered).toBe(30);
    expect(held?.good).toBeCloseTo(30 / 40, 9);
    // Extremes are of everything that is drawn.
    expect(held?.max).toBe(99);
  });

  it("of nothing are nothing, and of one sample that sample", () => {
    expect(statistics(samples([]), 0, 10, 50, true)).toBeNull();
    expect(statistics(samples([[50, 3]]), 0, 10, 50, true)).toBeNull();
    expect(statistics(samples([[5, 3]]), 0, 10, 50, false)).toMatchObject({
      mean: 3,
      min: 3,
      max: 3,
      count: 1,
    });
    expect(statistics(samples([[5, Number.NaN, 2]]), 0, 10, 50, false)).toMatchObject({
      min: Number.NaN,
      count: 1,
    });
  });

  it("give amounts of what flows and works, and of nothing else", () => {
    expect(amountOf("m³/h")).toEqual({ unit: "m³", per: MICROS_PER_HOUR });
    expect(amountOf("kg/min")).toEqual({ unit: "kg", per: MICROS_PER_MINUTE });
    expect(amountOf("kW")).toEqual({ unit: "kWh", per: MICROS_PER_HOUR });
    for (const unit of ["°C", "mm/s", "rpm", "bar", "", "mg/L", "%"]) expect(amountOf(unit)).toBeNull();
  });
});
