// @vitest-environment happy-dom
/** How many messages were lost, of an alarm that is over. */
import { expect, it, vi } from "vitest";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { TrendRequest } from "../src/ipc/bindings/TrendRequest";
import { fakeBackend } from "../src/ipc/fake";
import { encodeTrend } from "../src/ipc/fake/encode";
import { NBSP } from "../src/lib/format";
import { Tallies } from "../src/live/tallies.svelte";
import { byId, openWindow, ownWindow } from "./window";

ownWindow();

const S = 1_000_000;

function alarm(change: Partial<AlarmRow> = {}): AlarmRow {
  return {
    id: "$connection.station/dropped:high@100",
    seq: 1,
    asset: "$connection.station",
    signal: 4,
    kind: "high",
    priority: 2,
    limit: 0,
    value: 3,
    state: "normal",
    raised_at: 100 * S,
    returned_at: 200 * S,
    acknowledged_at: null,
    acknowledged_by: null,
    comment: null,
    ...change,
  };
}

/** Columns of one signal: when, and how much there was by then. */
function answer(key: number, rows: [at: number, most: number][]): ArrayBuffer {
  const times = rows.map(([at]) => at * S);
  const most = rows.map(([, value]) => value);
  return encodeTrend([[key, [times, times, most, most, most, most, most.map(() => 0)]]]);
}

it("is the most that history has between its beginning and its return, asked for once", async () => {
  const query = vi.fn(async (_: TrendRequest) =>
    answer(4, [
      [90, 70_000],
      [100, 3],
      [150, 1_240],
      [200, 0],
      [210, 80_000],
    ]),
  );
  const tallies = new Tallies(query);
  expect(tallies.of(alarm())).toBeUndefined();
  await vi.waitFor(() => expect(tallies.of(alarm())).toBe(1_240));
  for (let i = 0; i < 5; i += 1) tallies.of(alarm());
  await Promise.resolve();
  expect(query.mock.calls).toEqual([[{ signals: [4], t0: 100 * S, t1: 200 * S, width: 1 }]]);
});

it("is not known of one that goes on, nor where history has no samples any more; a failure is asked about again", async () => {
  const query = vi.fn(async (_: TrendRequest) => answer(4, []));
  const tallies = new Tallies(query);
  expect(tallies.of(alarm({ returned_at: null }))).toBeUndefined();
  await Promise.resolve();
  expect(query).not.toHaveBeenCalled();
  tallies.of(alarm());
  await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(1));
  await new Promise((done) => setTimeout(done));
  expect(tallies.of(alarm())).toBeUndefined();
  query.mockRejectedValueOnce(new Error("busy"));
  const other = alarm({ id: "$connection.b/dropped:high@100" });
  tallies.of(other);
  await vi.waitFor(() => expect(query).toHaveBeenCalledTimes(2));
  await new Promise((done) => setTimeout(done));
  query.mockResolvedValueOnce(answer(4, [[120, 9]]));
  tallies.of(other);
  await vi.waitFor(() => expect(tallies.of(other)).toBe(9));
  expect(query).toHaveBeenCalledTimes(3);
});

it("asks one question at a time, what was read last first, and forgets what waits for too long", async () => {
  const asked: TrendRequest[] = [];
  const ends: (() => void)[] = [];
  const tallies = new Tallies(async (request) => {
    asked.push(request);
    await new Promise<void>((end) => void ends.push(end));
    return answer(request.signals[0] ?? 0, []);
  });
  for (let signal = 0; signal < 300; signal += 1)
    tallies.of(alarm({ id: `$program/not-written:high@${signal}`, signal }));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  for (let i = 0; i < 400; i += 1) {
    ends.shift()?.();
    await new Promise((done) => setTimeout(done));
  }
  expect(asked.map(({ signals }) => signals[0])).toEqual(Array.from({ length: 100 }, (_, i) => 299 - i));
});

it("stands in the history of alarms", async () => {
  await openWindow("#/alarms", fakeBackend("flood"));
  await vi.waitFor(() => expect(byId("alarm-2-$connection.station-high")).not.toBeNull());
  byId("alarms-history")?.click();
  const line = () =>
    [...document.querySelectorAll<HTMLElement>("[data-testid='alarm-2-$connection.station-high']")].find(
      ({ dataset }) => dataset.state === "normal",
    );
  await vi.waitFor(() =>
    expect(line()?.textContent?.replaceAll(NBSP, " ")).toMatch(/Messages lost\s+18,4\d\d\s+in all: narrow/),
  );
});
