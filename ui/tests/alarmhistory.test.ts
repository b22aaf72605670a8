// @vitest-environment happy-dom
/** The alarm history: a filter seeks in all of it, and what was searched is said. */
import { expect, it, vi } from "vitest";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import { fakeBackend } from "../src/ipc/fake";
import { AlarmHistory, SEARCH_MAX } from "../src/live/alarmhistory.svelte";
import { alarmList } from "../src/live/alarmlist.svelte";
import { byId, openWindow, ownWindow } from "./window";

ownWindow();

const NEWEST_AT = 1_790_000_000_000_000;

function row(seq: number, count: number): AlarmRow {
  return {
    id: `flow-${seq}`,
    seq,
    asset: "pump-1",
    signal: 3,
    kind: "low",
    // The oldest one alone is the most urgent.
    priority: seq === 1 ? 1 : 3,
    limit: 240,
    value: 230,
    state: "normal",
    raised_at: NEWEST_AT - (count - seq) * 1_000_000,
    returned_at: NEWEST_AT - (count - seq) * 1_000_000 + 1,
    acknowledged_at: null,
    acknowledged_by: null,
    comment: null,
  };
}

const stored = (count: number) => async (before: number, limit: number) => {
  const newest = before === 0 ? count : before - 1;
  return Array.from({ length: Math.max(0, Math.min(limit, newest)) }, (_, i) => row(newest - i, count));
};

const seeking = (rows: readonly AlarmRow[]) => rows.some(({ priority }) => priority === 1);

it("is read until what is sought is found, and no further", async () => {
  const history = new AlarmHistory(stored(5_000), () => null);
  await history.renew(() => false);
  expect(history.rows).toHaveLength(200);
  await history.search((rows) => rows.some(({ seq }) => seq === 3_500));
  expect(history.rows).toHaveLength(2_200);
  expect([history.more, history.searching]).toEqual([true, false]);
  await history.search(seeking);
  expect(history.rows).toHaveLength(5_000);
  expect(history.rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 5_000 }, (_, i) => 5_000 - i));
});

it("is not read without end: a search stops at its most, by a person's word, and where another takes its place", async () => {
  const history = new AlarmHistory(stored(100_000), () => null);
  await history.renew(() => false);
  await history.search(seeking);
  expect(history.rows).toHaveLength(200 + SEARCH_MAX);
  expect([history.more, history.searching]).toEqual([true, false]);
  const search = history.search(seeking);
  expect(history.searching).toBe(true);
  history.stop();
  await search;
  expect(history.searching).toBe(false);
  expect(history.rows.length).toBeLessThan(200 + SEARCH_MAX + 2_000);
});

it("says why it was not read on, and is not mixed with that of another instant", async () => {
  let at: number | null = null;
  const ask = vi.fn(stored(3_000));
  const history = new AlarmHistory(ask, () => at);
  await history.renew(() => false);
  at = 5;
  await history.search(seeking);
  expect(history.rows).toHaveLength(200);
  await history.renew(() => false);
  expect(history.begun).toBe(2);
  ask.mockRejectedValueOnce(new Error("the disk is gone"));
  await history.search(seeking);
  expect(history.failure).toContain("the disk is gone");
  expect(history.searching).toBe(false);
});

it("shows what fits the filter however old it is, and says how far it was searched", async () => {
  await openWindow("#/alarms", { ...fakeBackend("normal"), alarmHistory: stored(2_500) });
  try {
    await vi.waitFor(() => expect(byId("alarms-history")).not.toBeNull());
    byId("alarms-history")?.click();
    await vi.waitFor(() => expect(byId("alarms-older")).not.toBeNull());
    byId("alarms-priority-1")?.click();
    const rows = () => Number(byId("alarm-table")?.getAttribute("aria-rowcount")) - 1;
    await vi.waitFor(() => expect(rows()).toBe(1));
    expect(byId("alarms-shown")?.textContent).toContain("1 of 2,500 shown");
    expect(byId("alarms-older")).toBeNull();
    // A filter that much fits is filled, and says since when.
    alarmList.clear();
    byId("alarms-priority-3")?.click();
    await vi.waitFor(() => expect(rows()).toBeGreaterThanOrEqual(200));
  } finally {
    alarmList.clear();
  }
});

it("says since when it was searched where there is more", async () => {
  await openWindow("#/alarms", { ...fakeBackend("normal"), alarmHistory: stored(30_000) });
  try {
    await vi.waitFor(() => expect(byId("alarms-history")).not.toBeNull());
    byId("alarms-history")?.click();
    await vi.waitFor(() => expect(byId("alarms-older")).not.toBeNull());
    byId("alarms-priority-1")?.click();
    await vi.waitFor(() => expect(byId("alarms-shown")?.textContent).toMatch(/0 of 20,200 since .*2026/));
    expect(byId("alarms-older")?.textContent).toContain("Search further back");
    byId("alarms-older")?.click();
    await vi.waitFor(() => expect(byId("alarms-shown")?.textContent).toContain("1 of 30,000 shown"));
  } finally {
    alarmList.clear();
  }
});
