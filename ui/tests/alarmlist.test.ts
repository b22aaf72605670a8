// @vitest-environment happy-dom
/** The alarm list: filter, order, keys and a flood, of which only the rows near the screen exist. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import { fakeBackend } from "../src/ipc/fake";
import {
  type AlarmFilter,
  countRows,
  filteredAlarms,
  NO_ALARM_FILTER,
  nextSort,
  sortedAlarms,
} from "../src/lib/alarmlist";
import { alarmList } from "../src/live/alarmlist.svelte";
import { Live } from "../src/live/live.svelte";
import { router } from "../src/live/router.svelte";
import { recorder } from "./canvas";

function row(id: string, change: Partial<AlarmRow> = {}): AlarmRow {
  return {
    id,
    seq: 1,
    asset: "pump-1",
    signal: 3,
    kind: "high",
    priority: 2,
    limit: 4.5,
    value: 4.75,
    state: "unack-active",
    raised_at: 1_000,
    returned_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    comment: null,
    ...change,
  };
}

describe("filter and order", () => {
  const rows = [
    row("a", { priority: 1 }),
    row("b", { asset: "tank", priority: 3, state: "acked-active", raised_at: 3_000 }),
    row("c", { asset: "tank", priority: 1, state: "unack-returned", raised_at: 2_000 }),
    row("d", { asset: "valve", priority: 4, raised_at: 4_000 }),
  ];
  const of = {
    places: (asset: string) => (asset === "valve" ? ["yard", "site"] : ["hall", "site"]),
    words: (alarm: AlarmRow) => `Überlauf ${alarm.asset} high`,
  };
  const ids = (filter: Partial<AlarmFilter>) =>
    filteredAlarms(rows, { ...NO_ALARM_FILTER, ...filter }, of).map(({ id }) => id);

  it("shows what fits every kind of choice, and everything without any", () => {
    expect(ids({})).toEqual(["a", "b", "c", "d"]);
    expect(filteredAlarms(rows, NO_ALARM_FILTER, of)).toBe(rows);
    expect(ids({ priorities: [1, 4] })).toEqual(["a", "c", "d"]);
    expect(ids({ states: ["acked-active", "unack-returned"] })).toEqual(["b", "c"]);
    expect(ids({ priorities: [1], states: ["unack-returned"] })).toEqual(["c"]);
    expect(ids({ where: { place: "hall" } })).toEqual(["a", "b", "c"]);
    expect(ids({ where: { place: "site" }, priorities: [4] })).toEqual(["d"]);
    expect(ids({ where: { asset: "tank" } })).toEqual(["b", "c"]);
    expect(ids({ text: " UBERLAUF tank " })).toEqual(["b", "c"]);
    expect(ids({ text: "nothing" })).toEqual([]);
  });

  it("sorts both ways, the more urgent one first among equals", () => {
    const rank = (asset: string) => ["pump-1", "tank", "valve"].indexOf(asset);
    const sorted = (by: "priority" | "raised" | "asset", reversed: boolean) =>
      sortedAlarms(rows, { by, reversed }, rank).map(({ id }) => id);
    expect(sortedAlarms(rows, null, rank)).toBe(rows);
    expect(sorted("priority", false)).toEqual(["a", "c", "b", "d"]);
    expect(sorted("priority", true)).toEqual(["d", "b", "a", "c"]);
    expect(sorted("raised", false)).toEqual(["d", "b", "c", "a"]);
    expect(sorted("raised", true)).toEqual(["a", "c", "b", "d"]);
    expect(sorted("asset", false)).toEqual(["a", "c", "b", "d"]);
    expect(sorted("asset", true)).toEqual(["d", "c", "b", "a"]);
    const once = nextSort(null, "raised");
    expect([once, nextSort(once, "asset")?.by]).toEqual([{ by: "raised", reversed: false }, "asset"]);
    expect(nextSort(nextSort(once, "raised"), "raised")).toBeNull();
  });

  it("counts each priority and state", () => {
    const counts = countRows(rows);
    expect([...counts.priorities].sort()).toEqual([
      [1, 2],
      [3, 1],
      [4, 1],
    ]);
    expect(counts.states.get("unack-active")).toBe(2);
  });
});

let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  localStorage.clear();
  alarmList.clear();
  [alarmList.sort, alarmList.chosen] = [null, ""];
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const table = () => byId("alarm-table");
const lines = () => [...document.querySelectorAll<HTMLElement>('[data-testid="alarm-table"] [data-id]')];
const count = () => Number(table()?.getAttribute("aria-rowcount")) - 1;
const focused = () => (document.activeElement as HTMLElement | null)?.dataset.id;

function press(key: string, on: EventTarget = document.activeElement ?? window): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

async function open(scene: string, change: Partial<Backend> = {}, hash = "#/alarms"): Promise<Live> {
  window.location.hash = hash;
  const live = new Live({ ...fakeBackend(scene), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = async () => {
    await unmount(app);
    live.stop();
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  await vi.waitFor(() => expect(table()).not.toBeNull());
  return live;
}

describe("a flood", () => {
  it("is one list of which only the rows near the screen exist, and every row says its place", async () => {
    const live = await open("deluge");
    expect(live.alarms.standing).toHaveLength(3_000);
    expect(count()).toBe(3_000);
    expect(lines().length).toBeLessThan(100);
    expect(lines()[0]?.getAttribute("aria-rowindex")).toBe("2");
    // One stop of the tab key.
    expect(lines().filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    lines()[0]?.focus();
    press("End");
    await vi.waitFor(() => expect(focused()).toBe(live.alarms.standing.at(-1)?.id));
    expect(document.activeElement?.getAttribute("aria-rowindex")).toBe("3001");
    press("ArrowUp");
    await vi.waitFor(() => expect(focused()).toBe(live.alarms.standing.at(-2)?.id));
  });

  it("is narrowed by words, place, priority and state, and says how many are hidden", async () => {
    const live = await open("deluge");
    expect(byId("alarms-shown")?.textContent?.trim()).toBe("");
    byId("alarms-priority-1")?.click();
    await tick();
    const wanted = live.alarms.standing.filter(({ priority }) => priority === 1).length;
    expect(count()).toBe(wanted);
    expect(byId("alarms-shown")?.textContent).toContain(`${wanted} of 3,000 shown`);
    byId("alarms-state-acked-active")?.click();
    await tick();
    expect(count()).toBeLessThan(wanted);
    expect(lines().every(({ dataset }) => dataset.state === "acked-active")).toBe(true);
    const text = byId("alarms-text") as HTMLInputElement;
    text.value = "no such alarm";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    expect(table()).toBeNull();
    expect(document.body.textContent).toContain("The filter hides all 3,000 alarms.");
    expect(byId("alarms-shown")?.textContent).toContain("0 of 3,000");
    byId("alarms-clear")?.click();
    await tick();
    expect(count()).toBe(3_000);
    const where = byId("alarms-where") as HTMLSelectElement;
    where.value = "asset:pump-2";
    where.dispatchEvent(new Event("change", { bubbles: true }));
    await tick();
    expect(count()).toBe(live.alarms.of("pump-2").length);
  });

  it("is sorted by its columns, and says which", async () => {
    const live = await open("deluge");
    const header = () => byId("alarms-sort-raised")?.closest('[role="columnheader"]');
    expect(header()?.getAttribute("aria-sort")).toBe("none");
    byId("alarms-sort-raised")?.click();
    await tick();
    expect(header()?.getAttribute("aria-sort")).toBe("descending");
    const newest = Math.max(...live.alarms.standing.map(({ raised_at }) => raised_at));
    const first = live.alarms.standing.find(({ id }) => id === lines()[0]?.dataset.id);
    expect(first?.raised_at).toBe(newest);
    byId("alarms-sort-raised")?.click();
    await tick();
    expect(header()?.getAttribute("aria-sort")).toBe("ascending");
    byId("alarms-sort-raised")?.click();
    await tick();
    expect(lines()[0]?.dataset.id).toBe(live.alarms.standing[0]?.id);
  });
});

describe("the keyboard", () => {
  it("moves the chosen row, which stays chosen as the list changes, and opens its asset", async () => {
    const live = await open("fault");
    lines()[0]?.focus();
    press("ArrowDown");
    await vi.waitFor(() => expect(focused()).toBe(live.alarms.standing[1]?.id));
    const chosen = focused();
    expect(document.activeElement?.getAttribute("aria-selected")).toBe("true");
    // A worse one comes above it, and the one that was above goes.
    const [first] = live.alarms.standing;
    const worse = row("worse", { asset: "pump-1", priority: 1, raised_at: Date.now() * 1_000, seq: 900 });
    live.alarms.apply([worse, { ...(first as AlarmRow), state: "normal", seq: 901 }]);
    await vi.waitFor(() => expect(lines()[0]?.dataset.id).toBe("worse"));
    expect(alarmList.chosen).toBe(chosen);
    await vi.waitFor(() => expect(focused()).toBe(chosen));
    const asset = live.alarms.standing.find(({ id }) => id === chosen)?.asset;
    press("Enter");
    await vi.waitFor(() => expect(router.route).toMatchObject({ screen: "asset", id: asset }));
  });

  it("acknowledges the chosen alarm and no other", async () => {
    const live = await open("fault");
    const acknowledge = vi.spyOn(live.backend, "acknowledge");
    const valve = lines().find(({ dataset }) => dataset.testid?.includes("valve-102"));
    valve?.focus();
    press("a");
    await vi.waitFor(() => expect(byId("alarm-2-valve-102-high")?.dataset.state).toBe("acked-active"));
    // It is acknowledged already: the key does nothing to the worst one either.
    press("a", byId("alarm-2-valve-102-high") ?? window);
    await tick();
    expect(acknowledge.mock.calls.map(([id]) => id.startsWith("valve-102"))).toEqual([true]);
    expect(byId("alarm-1-pump-2-high-high")?.dataset.state).toBe("unack-active");
  });

  it("leaves the focus in the list when the chosen alarm has gone, and chooses no other by itself", async () => {
    const live = await open("fault");
    lines()[0]?.focus();
    press("ArrowDown");
    await vi.waitFor(() => expect(focused()).toBe(live.alarms.standing[1]?.id));
    const acknowledge = vi.spyOn(live.backend, "acknowledge");
    const gone = live.alarms.standing[1] as AlarmRow;
    live.alarms.apply([{ ...gone, state: "normal", seq: 900 }]);
    await vi.waitFor(() => expect(lines().some(({ dataset }) => dataset.id === gone.id)).toBe(false));
    await vi.waitFor(() => expect(table()?.contains(document.activeElement)).toBe(true));
    press("a");
    await tick();
    expect(acknowledge).not.toHaveBeenCalled();
    press("ArrowDown");
    await vi.waitFor(() => expect(focused()).toBe(live.alarms.standing[1]?.id));
  });
});

describe("an alarm that is looked for", () => {
  it("is chosen and has the focus, whatever the filter hid", async () => {
    const live = await open("deluge");
    alarmList.choose({ priorities: [1], text: "nothing" });
    const wanted = live.alarms.standing[2_500] as AlarmRow;
    router.go({ screen: "alarms", opened: wanted.id });
    await vi.waitFor(() => expect(focused()).toBe(wanted.id));
    expect(alarmList.filtered).toBe(false);
    expect(alarmList.chosen).toBe(wanted.id);
    // The address has done its work: it can be asked for again.
    expect(window.location.hash).toBe("#/alarms");
    lines()[0]?.focus();
    router.go({ screen: "alarms", opened: wanted.id });
    await vi.waitFor(() => expect(focused()).toBe(wanted.id));
  });

  it("is found in the history when it is over, older than any page", async () => {
    const old = row("old@1", { state: "normal", seq: 0.5, returned_at: 2_000 });
    const alarm = vi.fn(async (id: string) => (id === "old@1" ? old : null));
    const live = await open("fault", { alarm });
    router.go({ screen: "alarms", opened: "old@1" });
    await vi.waitFor(() => expect(focused()).toBe("old@1"));
    expect(byId("alarms-history")?.getAttribute("aria-pressed")).toBe("true");
    expect(alarm).toHaveBeenCalledWith("old@1", null);
    expect(count()).toBeGreaterThan(live.alarms.standing.length);
  });
});
