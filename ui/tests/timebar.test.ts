import { describe, expect, it } from "vitest";
import { MICROS_PER_HOUR as HOUR, MICROS_PER_S as S } from "../src/lib/format";
import { around, holding, instantAt, stripBounds } from "../src/lib/timebar";
import { endedAt, type TrendColumns } from "../src/lib/trend";
import { panned, pausedAt, zoomed } from "../src/lib/window";

const NOW = 1_792_000_000 * S;

describe("strip of the time bar", () => {
  it("ends at the present, and goes on with it", () => {
    expect(stripBounds({ span: HOUR, end: null }, NOW)).toEqual([NOW - HOUR, NOW]);
    expect(stripBounds({ span: HOUR, end: null }, NOW + S)).toEqual([NOW + S - HOUR, NOW + S]);
    expect(stripBounds({ span: HOUR, end: NOW - HOUR }, NOW)).toEqual([NOW - 2 * HOUR, NOW - HOUR]);
  });

  it("stands still for an instant that it holds, and moves for another", () => {
    const live = { span: HOUR, end: null };
    expect(holding(live, NOW - HOUR / 2, NOW)).toBe(live);
    const far = holding(live, NOW - 5 * HOUR, NOW);
    expect(stripBounds(far, NOW)).toEqual([NOW - 5.5 * HOUR, NOW - 4.5 * HOUR]);
    expect(holding(far, NOW - 5.2 * HOUR, NOW)).toBe(far);
  });

  it("is zoomed around what is shown, never beyond the present", () => {
    expect(around(8 * HOUR, NOW - HOUR, NOW)).toEqual({ span: 8 * HOUR, end: null });
    expect(around(8 * HOUR, NOW - 20 * HOUR, NOW)).toEqual({ span: 8 * HOUR, end: NOW - 16 * HOUR });
    expect(around(8 * HOUR, null, NOW)).toEqual({ span: 8 * HOUR, end: null });
  });

  it("gives whole seconds, and a mark exactly that is near", () => {
    const bounds = [NOW - HOUR, NOW] as const;
    expect(instantAt(100, 360, bounds, [], 4)).toBe(NOW - HOUR + 1_000 * S);
    expect(instantAt(0.33, 360, bounds, [], 4) % S).toBe(0);
    const mark = { at: NOW - HOUR + 1_023 * S + 7 };
    expect(instantAt(100, 360, bounds, [mark], 4)).toBe(mark.at);
    expect(instantAt(90, 360, bounds, [mark], 4)).toBe(NOW - HOUR + 900 * S);
    expect(instantAt(-5, 360, bounds, [], 4)).toBe(NOW - HOUR);
    expect(instantAt(999, 360, bounds, [], 4)).toBe(NOW);
  });
});

describe("trend of the past", () => {
  it("shows nothing that came after it", () => {
    const array = (...values: number[]) => Float64Array.from(values);
    const columns: TrendColumns = {
      key: 1,
      tFirst: array(1, 3, 5),
      tLast: array(2, 4, 6),
      min: array(1, 2, 3),
      max: array(1, 2, 3),
      first: array(1, 2, 3),
      last: array(1, 2, 3),
      status: array(0, 1, 2),
    };
    expect(endedAt(columns, 9)).toBe(columns);
    expect(endedAt(columns, 5)).toBe(columns);
    expect([...endedAt(columns, 4.9).tFirst]).toEqual([1, 3]);
    expect([...endedAt(columns, 4.9).status]).toEqual([0, 1]);
    expect(endedAt(columns, 0).tFirst).toHaveLength(0);
  });

  it("is moved and zoomed no further than the instant", () => {
    const paused = pausedAt(0, 100 * S, 90 * S, 0);
    expect(paused).toEqual({ mode: "paused", t0: -10 * S, t1: 90 * S });
    expect(panned(paused, 0.5, 90 * S, 0)).toEqual(paused);
    const out = zoomed(paused, 2, 90 * S, 90 * S, 0);
    expect(out).toEqual({ mode: "paused", t0: -110 * S, t1: 90 * S });
    // Live, half of a range may be still to come.
    expect(panned(paused, 0.5, 90 * S)).toEqual({ mode: "paused", t0: 40 * S, t1: 140 * S });
  });
});
