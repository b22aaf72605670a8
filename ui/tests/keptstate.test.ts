// @vitest-environment happy-dom
/** What trends show outlives their screens and the window; the past does not. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import type { Layout } from "../src/lib/layout";
import {
  fittingTrend,
  readTrend,
  scalesWithoutAxis,
  type TrendState,
  VIEW_FIRST,
} from "../src/lib/trendstate";
import { assetTrends } from "../src/live/assettrends.svelte";
import { Layouts } from "../src/live/layouts.svelte";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { router } from "../src/live/router.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { recorder } from "./canvas";

/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
const H = 3_600_000_000;

const STATE: TrendState = {
  signals: ["pump-2/flow", "pump-2/speed"],
  slots: [5, 0],
  window: { mode: "paused", t0: 1_000 * H, t1: 1_008 * H },
  span: 8 * H,
  marks: { a: 1_001 * H, b: 1_002 * H },
  focus: "pump-2/speed",
  scales: { "unit:m³/h": { low: -10, high: 200 } },
  compared: { with: "earlier", shift: 24 * H },
};

describe("the state of a trend", () => {
  it("is read as it was written", () => {
    expect(readTrend(JSON.parse(JSON.stringify(STATE)))).toEqual(STATE);
  });

  it("brings nothing that makes no sense, whoever wrote it", () => {
    const nonsense = [
      null,
      7,
      { signals: "all", slots: 4, window: 3, marks: [], scales: 7, compared: "x", focus: 9, span: -1 },
      { window: { mode: "paused", t0: 5, t1: 4 }, compared: { with: "earlier", shift: -H } },
      { window: { mode: "paused", t0: 0, t1: 1e300 }, compared: { with: "asset", id: 4 } },
      { window: { mode: "follow", span: "1" }, scales: { x: { low: 3, high: 3 }, y: { low: "a", high: 4 } } },
    ];
    for (const said of nonsense)
      expect(readTrend(said)).toEqual({
        ...VIEW_FIRST,
        signals: [],
        slots: [],
        compared: { with: "nothing" },
      });
    // Two signals of one colour could not be told apart.
    expect(readTrend({ signals: ["a", "b"], slots: [2, 2] }).slots).toEqual([0, 1]);
    expect(readTrend({ signals: ["a", "b", "a"], slots: [2, 99] }).slots).toEqual([0, 1]);
  });

  it("fits a plant without what that does not have, and colours stay", () => {
    const fitting = fittingTrend(
      { ...STATE, compared: { with: "asset", id: "pump-9" } },
      { assets: ["pump-9"], signals: ["pump-2/flow"] },
    );
    expect(fitting.signals).toEqual(["pump-2/speed"]);
    expect(fitting.slots).toEqual([0]);
    expect(fitting.compared).toEqual({ with: "nothing" });
    expect(fitting.window).toEqual(STATE.window);
    expect(scalesWithoutAxis(STATE, [])).toEqual(["m³/h"]);
  });
});

describe("in the window", () => {
  let end: (() => Promise<void>) | undefined;
  let live: Live;
  beforeEach(() => {
    localStorage.clear();
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(recorder().context as never);
  });
  afterEach(async () => {
    await end?.();
    end = undefined;
    document.body.replaceChildren();
    window.location.hash = "";
    notices.list = [];
    vi.restoreAllMocks();
  });
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  const trend = () => byId("trend")?.dataset ?? {};

  /** Closes the window and opens it again, as after a restart: what is not in the store is gone. */
  async function open(hash: string): Promise<void> {
    await end?.();
    end = undefined;
    window.location.hash = hash;
    live = new Live(fakeBackend("fault"));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
    await waitFor(() => expect(byId("trend")).not.toBeNull());
  }

  it("the trend screen shows after a restart what it showed before: range, marks, scales, comparison, colours", async () => {
    await open("#/trend");
    const board = trendBoard(live);
    const now = live.instant();
    board.add("pump-2/flow");
    board.add("pump-2/speed");
    board.remove("pump-2/flow");
    board.add("pump-2/flow");
    board.remove("pump-2/speed");
    board.view.follow(8 * H);
    board.view.zoomTo(now - 12 * H, now - 4 * H);
    board.view.select(now - 10 * H, now - 9 * H);
    board.view.fixScale("unit:m³/h", { low: 5, high: 95 });
    board.view.focus = "pump-2/flow";
    board.compared = { with: "asset", id: "pump-3" };
    await tick();
    const before = JSON.parse(JSON.stringify(board.state));
    expect(before.window.mode).toBe("paused");
    await open("#/trend");
    const again = trendBoard(live);
    expect(again).not.toBe(board);
    expect(again.state).toEqual(before);
    expect(trend().mode).toBe("paused");
    expect(Number(trend().begin)).toBe(before.window.t0);
    expect(byId("trend-compare")).toMatchObject({ value: "asset:pump-3" });
    again.view.live();
    expect(again.view.window).toEqual({ mode: "follow", span: 8 * H });
  });

  it("an asset's page keeps its range and signals while another screen is open, and over a restart", async () => {
    await open("#/asset/pump-2");
    const first = assetTrends(live).of("pump-2");
    expect(first.untouched).toBe(true);
    const now = live.instant();
    first.view.zoomTo(now - 2 * H, now - H);
    await waitFor(() => expect(byId("trend")?.querySelectorAll(".chip")).toHaveLength(2));
    byId("trend")?.querySelector<HTMLButtonElement>(".chip")?.click();
    await tick();
    const picks = [...(first.picks ?? [])];
    expect(picks).toHaveLength(1);
    router.go({ screen: "alarms" });
    await waitFor(() => expect(byId("trend")).toBeNull());
    router.go({ screen: "asset", id: "pump-2" });
    await waitFor(() => expect(trend().mode).toBe("paused"));
    const { begin } = trend();
    expect(Number(begin)).toBe(now - 2 * H);
    expect(byId("trend")?.querySelectorAll(".chip")).toHaveLength(1);
    await open("#/asset/pump-2");
    expect(trend()).toMatchObject({ mode: "paused", begin });
    expect(assetTrends(live).of("pump-2").picks).toEqual(picks);
    // One that nobody has touched shows what its state suggests.
    expect(assetTrends(live).of("pump-1").picks).toBeNull();
  });

  it("a layout brings range, scales and comparison of the trend, and the page of the asset", async () => {
    await open("#/asset/pump-2");
    const layouts = new Layouts(live);
    const board = trendBoard(live);
    board.put(STATE);
    assetTrends(live)
      .of("pump-2")
      .view.zoomTo(1_000 * H, 1_001 * H);
    await layouts.save("Last night");
    board.replace(["pump-1/flow"]);
    board.view.live();
    assetTrends(live).of("pump-2").view.live();
    layouts.open((await layouts.read("Last night")) as Layout);
    expect(board.state).toEqual(STATE);
    expect(assetTrends(live).of("pump-2").view.window).toMatchObject({ mode: "paused", t0: 1_000 * H });
    await waitFor(() => expect(trend().mode).toBe("paused"));
    layouts.undo();
    expect(board.ids).toEqual(["pump-1/flow"]);
    expect(board.compared).toEqual({ with: "nothing" });
    expect(assetTrends(live).of("pump-2").view.following).toBe(true);
  });

  it("a window that was closed on the past opens on the present, and says so", async () => {
    await open("#/trend");
    await waitFor(() => expect(live.ready).toBe(true));
    expect(notices.list).toEqual([]);
    live.past.go(live.instant() - H);
    await waitFor(() => expect(live.past.on).toBe(true));
    await waitFor(() => expect(localStorage.getItem("twinscope.past")).not.toBeNull());
    await open("#/trend");
    expect(live.past.on).toBe(false);
    await waitFor(() => expect(notices.list[0]?.text).toContain("the plant of now"));
    notices.list = [];
    // Said once.
    await open("#/trend");
    await waitFor(() => expect(live.ready).toBe(true));
    await tick();
    expect(notices.list).toEqual([]);
  });
});
