// @vitest-environment happy-dom
/** Exact statistics: asked for where a span stands still, told while they take long, cancelled, and never mixed up. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import type { StatisticsRow } from "../src/ipc/bindings/StatisticsRow";
import type { StatisticsView } from "../src/ipc/bindings/StatisticsView";
import { fakeBackend } from "../src/ipc/fake";
import { exactOf } from "../src/lib/statistics";
import { ExactStats } from "../src/live/exactstats.svelte";
import { shownIn, Units } from "../src/live/units.svelte";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function row(signal: number, gone = 0): StatisticsRow {
  return {
    signal,
    count: 10,
    min: 1,
    max: 5,
    mean: 3,
    time_mean: 2.5,
    deviation: 1,
    time_deviation: 0.5,
    covered: 90,
    good: 60,
    uncertain: 30,
    bad: 30,
    gone,
  };
}

const signals = [{ key: 1 }, { key: 2 }] as unknown as SignalView[];

/** A program that gives one more signal with every look. */
function program(gone = 0) {
  let number = 0;
  let done = 0;
  const view = (): StatisticsView => ({
    number,
    running: done < 2,
    part: done / 2,
    too_long: false,
    failure: null,
    rows: [row(1), row(2, gone)].slice(0, done),
  });
  const backend = {
    startStatistics: vi.fn(async () => {
      number += 1;
      done = 0;
      return view();
    }),
    statistics: vi.fn(async () => {
      done += 1;
      return view();
    }),
    cancelStatistics: vi.fn(async () => {}),
  };
  return backend;
}

describe("exact statistics", () => {
  it("come for a span that stands still, and say how far they are when that takes long", async () => {
    const backend = program();
    backend.statistics.mockImplementationOnce(async () => {
      await new Promise((done) => setTimeout(done, 2_000));
      return { number: 1, running: true, part: 0.5, too_long: false, failure: null, rows: [row(1)] };
    });
    const exact = new ExactStats(backend);
    exact.want(signals, null);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(backend.startStatistics).not.toHaveBeenCalled();
    exact.want(signals, [0, 100]);
    exact.want(signals, [0, 100]);
    await vi.advanceTimersByTimeAsync(400);
    expect(exact.state).toBe("running");
    await vi.advanceTimersByTimeAsync(2_250);
    expect([exact.slow, exact.part]).toEqual([true, 0.5]);
    expect([...exact.rows.keys()]).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(exact.state).toBe("done");
    expect(exact.rows.get(2)).toMatchObject({
      mean: 2.5,
      deviation: 0.5,
      good: 0.5,
      bad: 30,
      count: 10,
      exact: true,
    });
    expect(backend.startStatistics.mock.calls).toEqual([[{ signals: [1, 2], t0: 0, t1: 100 }]]);
  });

  it("are ended with another wish, whose rows alone are shown", async () => {
    const backend = program();
    const exact = new ExactStats(backend);
    exact.want(signals, [0, 100]);
    await vi.advanceTimersByTimeAsync(600);
    expect(exact.rows.size).toBe(1);
    exact.want(signals, [0, 200]);
    expect(exact.rows.size).toBe(0);
    expect(backend.cancelStatistics.mock.calls).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([exact.state, exact.rows.size]).toEqual(["done", 2]);
    exact.want(signals, null);
    expect([exact.state, exact.rows.size]).toEqual(["none", 0]);
    // What is done needs no end.
    expect(backend.cancelStatistics).toHaveBeenCalledTimes(1);
  });

  it("keep what is done when a person cancels, and go on at a word", async () => {
    const backend = program();
    const exact = new ExactStats(backend);
    exact.want(signals, [0, 100]);
    await vi.advanceTimersByTimeAsync(600);
    exact.cancel();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([exact.state, exact.rows.size]).toEqual(["cancelled", 1]);
    exact.again();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([exact.state, exact.rows.size]).toEqual(["done", 2]);
  });

  it("are none of a signal whose samples are gone, nor where the program refuses", async () => {
    const exact = new ExactStats(program(7));
    exact.want(signals, [0, 100]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([exact.state, exact.gone, [...exact.rows.keys()]]).toEqual(["done", true, [1]]);
    const refusing = { ...program(), startStatistics: () => Promise.reject(new Error("no history")) };
    const failed = new ExactStats(refusing);
    failed.want(signals, [0, 100]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect([failed.state, failed.failure]).toEqual(["failed", "no history"]);
  });

  it("take no means for zeros", () => {
    const nothing = {
      ...row(1),
      mean: null,
      time_mean: null,
      deviation: null,
      time_deviation: null,
      min: null,
      max: null,
    };
    const of = exactOf({ ...nothing, covered: 0, good: 0, uncertain: 0, bad: 0 });
    expect([of.mean, of.deviation, of.min, of.max, of.good].every(Number.isNaN)).toBe(true);
  });

  it("are shown in the unit that a person chose", async () => {
    const units = new Units();
    const backend = fakeBackend("normal");
    units.choose("temperature", "°F");
    const shown = shownIn(units, backend);
    const plant = await shown.plant();
    const signal = plant.assets.flatMap((asset) => asset.signals).find(({ unit }) => unit === "°F");
    if (!signal) throw new Error("no temperature");
    const range = { signals: [signal.key], t0: Date.now() * 1e3 - 60e6, t1: Date.now() * 1e3 };
    const [converted] = (await shown.startStatistics(range)).rows;
    const [plain] = (await backend.startStatistics(range)).rows;
    expect(converted?.mean).toBeCloseTo((plain?.mean ?? 0) * 1.8 + 32, 6);
    expect(converted?.deviation).toBeCloseTo((plain?.deviation ?? 0) * 1.8, 6);
  });
});
