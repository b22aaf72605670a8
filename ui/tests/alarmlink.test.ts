// @vitest-environment happy-dom
/** What tells of an alarm leads to that very alarm: its events, its row, its mark under a trend, the cursor. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { alarmAt } from "../src/components/domain/trend/model";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { parseRoute, routeHash } from "../src/live/router.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { recorder } from "./canvas";

const MINUTE = 60e6;
let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  localStorage.clear();
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  vi.restoreAllMocks();
  window.location.hash = "";
});

const byId = <E extends HTMLElement = HTMLElement>(id: string) =>
  document.querySelector<E>(`[data-testid="${id}"]`);
async function open(hash: string, parts: Partial<Backend> = {}): Promise<Live> {
  window.location.hash = hash;
  const live = new Live({ ...fakeBackend("fault"), ...parts });
  const app = mount(App, { target: document.body, props: { live } });
  end = async () => {
    await unmount(app);
    live.stop();
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  return live;
}

describe("an alarm", () => {
  it("is led to from each of its events, and from the alarms of its asset", async () => {
    const live = await open("#/asset/pump-2");
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
    const live = await open("#/trend");
    const board = trendBoard(live);
    board.replace(["pump-2/vibration_de"]);
    await vi.waitFor(() => expect(byId("trend-chart")).not.toBeNull());
    const high = live.alarms.standing.find(({ asset, kind }) => asset === "pump-2" && kind === "high");
    await tick();
    board.view.cursor = (high?.raised_at ?? 0) + MINUTE;
    await tick();
    byId("trend-chart")?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }),
    );
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
