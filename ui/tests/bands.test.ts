/** Bands of states: from columns, from history's answer with what comes live, and at the cursor. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { StateBand } from "../src/ipc/bindings/StateBand";
import type { TrendRequest } from "../src/ipc/bindings/TrendRequest";
import { type BandRun, endedRuns, goOn, runAt, runsOfColumns, shownUntil } from "../src/lib/bands";
import type { TrendColumns } from "../src/lib/trend";
import { KIND_TEXT } from "../src/live/frame";
import { SampleTable } from "../src/live/table";
import { TrendStates } from "../src/live/trendstates";

const S = 1_000_000;

function run(t0: number, t1: number, word: string | null, status = 0, several = false): BandRun {
  return { t0, t1, word, several, status };
}

/** Columns of first time, last time, minimum, maximum, last value and status. */
function columns(rows: readonly (readonly number[])[]): TrendColumns {
  const part = (at: number) => Float64Array.from(rows, (row) => row[at] ?? 0);
  return {
    key: 0,
    tFirst: part(0),
    tLast: part(1),
    min: part(2),
    max: part(3),
    first: part(2),
    last: part(4),
    status: part(5),
  };
}

describe("runs", () => {
  it("go on until another state, and not over a gap", () => {
    const runs: BandRun[] = [];
    for (const next of [
      run(0, 0, "on"),
      run(5, 5, "on"),
      run(8, 8, "off"),
      run(30, 30, "off"),
      run(32, 32, "on"),
    ])
      goOn(runs, next, 10);
    expect(runs).toEqual([run(0, 8, "on"), run(8, 8, "off"), run(30, 32, "off"), run(32, 32, "on")]);
  });

  it("of columns tell several states from one, and bad quality from both", () => {
    const found = runsOfColumns(
      columns([
        [0, 4, 1, 1, 1, 0],
        [5, 9, 0, 1, 1, 0],
        [10, 10, 0, 0, 0, 0],
        [15, 15, 0, 0, 0, 2],
        [20, 20, Number.NaN, Number.NaN, Number.NaN, 0],
      ]),
      100,
      (value) => (value === 1 ? "on" : "off"),
    );
    expect(found).toEqual([
      run(0, 5, "on"),
      run(5, 9, null, 0, true),
      run(9, 10, "on"),
      run(10, 15, "off"),
      run(15, 20, null, 2),
      run(20, 20, null),
    ]);
  });

  it("are found by instant, the newest up to the present, and of the past none behind it", () => {
    const runs = [run(0, 8, "on"), run(8, 20, "off")];
    expect([-1, 0, 7, 8, 99].map((at) => runAt(runs, at))).toEqual([-1, 0, 0, 1, 1]);
    expect(shownUntil(runs, 0, 25, 10)).toBe(8);
    expect(shownUntil(runs, 1, 25, 10)).toBe(25);
    expect(shownUntil(runs, 1, 31, 10)).toBe(20);
    expect(endedRuns(runs, 12)).toEqual([run(0, 8, "on"), run(8, 12, "off")]);
    expect(endedRuns(runs, 5)).toEqual([run(0, 5, "on")]);
    expect(endedRuns(runs, 20)).toBe(runs);
  });
});

describe("states of texts", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const signals = [{ key: 3, stale_after_ms: 60_000 }];
  const band = (to: number): StateBand => ({
    signal: 3,
    words: ["Auto"],
    runs: [{ from: 0, to, word: 0, several: false, status: 0 }],
  });

  it("come from history and go on with live samples, those that came meanwhile too", async () => {
    let answer: (bands: StateBand[]) => void = () => {};
    const query = vi.fn((_: TrendRequest) => new Promise<StateBand[]>((done) => (answer = done)));
    const drawn = vi.fn();
    const states = new TrendStates(query, drawn, () => {});
    const table = new SampleTable();
    states.want(signals, [0, 100 * S], 100, 0);
    await vi.advanceTimersByTimeAsync(10);
    table.put(3, KIND_TEXT, 0, 0, 50 * S, 0, 0, "Manual");
    expect(states.collect(table)).toBe(true);
    expect(states.collect(table)).toBe(false);
    answer([band(40 * S)]);
    await vi.advanceTimersByTimeAsync(10);
    expect(drawn).toHaveBeenCalledTimes(1);
    table.put(3, KIND_TEXT, 0, 0, 60 * S, 0, 0, "Manual");
    states.collect(table);
    expect(states.runs(3)).toEqual([run(0, 50 * S, "Auto"), run(50 * S, 60 * S, "Manual")]);
  });

  it("are asked for one question at a time, the newest wish only, and not for other signals", async () => {
    const answers: ((bands: StateBand[]) => void)[] = [];
    const query = vi.fn((_: TrendRequest) => new Promise<StateBand[]>((done) => answers.push(done)));
    const states = new TrendStates(
      query,
      () => {},
      () => {},
    );
    states.want([], [0, 100 * S], 100, 0);
    states.want(signals, [0, 100 * S], 100, 0);
    await vi.advanceTimersByTimeAsync(10);
    states.want(signals, [0, 200 * S], 100, 0);
    states.want(signals, [0, 300 * S], 100, 0);
    await vi.advanceTimersByTimeAsync(10);
    expect(query).toHaveBeenCalledTimes(1);
    answers[0]?.([band(S)]);
    await vi.advanceTimersByTimeAsync(10);
    expect(query.mock.calls.map(([request]) => request.t1 / S)).toEqual([100, 300]);
    states.forget();
    answers[1]?.([band(S)]);
    await vi.advanceTimersByTimeAsync(10);
    expect(states.runs(3)).toEqual([]);
  });

  it("say why they did not come", async () => {
    const told = vi.fn();
    const states = new TrendStates(
      () => Promise.reject(new Error("no history")),
      () => {},
      told,
    );
    states.want(signals, [0, 100 * S], 100, 0);
    await vi.advanceTimersByTimeAsync(10);
    expect(told).toHaveBeenCalledWith("no history");
  });
});
