// @vitest-environment happy-dom
/** What tells of an alarm leads to that very alarm: its events, its row, its mark under a trend, the cursor. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { alarmAt } from "../src/components/domain/trend/model";
import { fakeBackend } from "../src/ipc/fake";
import { parseRoute, routeHash } from "../src/live/router.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { byId, openTrend, openWindow, ownWindow, press } from "./window";

const MINUTE = 60e6;
ownWindow();

describe("an alarm", () => {
  it("is led to from each of its events, and from the alarms of its asset", async () => {
    const live = await openWindow("#/asset/pump-2", fakeBackend("fault"));
    const address = (id: string) => routeHash({ screen: "alarms", opened: id });
    const links = () => [...document.querySelectorAll("a")].map((link) => link.getAttribute("href"));
    const standing = live.alarms.of("pump-2").map(({ id }) => address(id));
    expect(standing.length).toBe(3);
    await vi.waitFor(() => expect(links()).toEqual(expect.arrayContaining(standing)));
    byId("pane-events")?.click();
    await vi.waitFor(() => expect(byId("events")).not.toBeNull());
    await vi.waitFor(() => expect(links()).toEqual(expect.arrayContaining(standing)));
    for (const alarm of live.alarms.of("pump-2")) {
      expect(parseRoute(address(alarm.id))).toEqual({ screen: "alarms", opened: alarm.id });
    }
    byId("pane-alarms")?.click();
  });

  it("is led to from the cursor of a trend by a key", async () => {
    const live = await openTrend(fakeBackend("fault"));
    const board = trendBoard(live);
    board.replace(["pump-2/vibration_de"]);
    const high = live.alarms.standing.find(({ asset, kind }) => asset === "pump-2" && kind === "high");
    await tick();
    board.view.cursor = (high?.raised_at ?? 0) + MINUTE;
    await tick();
    press(byId("trend-chart"), "Enter");
    expect(window.location.hash).toBe(routeHash({ screen: "alarms", opened: high?.id ?? "" }));
  });
});

describe("the mark of an alarm", () => {
  const span = (id: string, t0: number, t1: number, priority: number) => ({ id, t0, t1, priority });
  const spans = [span("low", 0, 500, 3), span("high", 300, 400, 1), span("short", 800, 800, 2)];
  const range = { t0: 0, t1: 1_000, width: 1_000 };

  it("is hit in its lane, with a little room, and nowhere else", () => {
    expect(alarmAt(spans, range, 350, 3)?.id).toBe("high");
    expect(alarmAt(spans, range, 350, 10)?.id).toBe("low");
    expect(alarmAt(spans, range, 100, 3)).toBeNull();
    expect(alarmAt(spans, range, 803, 3)?.id).toBe("short");
    expect(alarmAt(spans, range, 806, 3)).toBeNull();
    expect(alarmAt(spans, { ...range, t0: 600, t1: 1_600 }, 203, 3)?.id).toBe("short");
  });
});
