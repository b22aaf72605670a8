// @vitest-environment happy-dom
/** The value axes of a trend: scaled, moved and released by wheel, pointer and keys, each for itself. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../src/ipc/fake";
import { movedBounds, scaledBounds } from "../src/lib/scale";
import type { Live } from "../src/live/live.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { recorder } from "./canvas";
import { byId, openTrend, ownWindow, press } from "./window";

ownWindow();

describe("bounds", () => {
  it("are scaled around a value that stays where it is", () => {
    expect(scaledBounds({ low: 0, high: 10 }, 0.5)).toEqual({ low: 2.5, high: 7.5 });
    expect(scaledBounds({ low: 0, high: 10 }, 2, 0)).toEqual({ low: 0, high: 20 });
    expect(scaledBounds({ low: -10, high: 10 }, 0.5, 1)).toEqual({ low: 0, high: 10 });
  });

  it("are moved by a part of their height", () => {
    expect(movedBounds({ low: 0, high: 10 }, 0.25)).toEqual({ low: 2.5, high: 12.5 });
  });

  it("never become what cannot be drawn", () => {
    let bounds = { low: 999.9, high: 1000.1 };
    for (let i = 0; i < 500; i += 1) bounds = scaledBounds(bounds, 0.5);
    expect(bounds.high - bounds.low).toBeGreaterThan(1e-7);
    for (let i = 0; i < 500; i += 1) bounds = scaledBounds(bounds, 2);
    expect(Number.isFinite(bounds.low) && bounds.high < 1e16).toBe(true);
    for (let i = 0; i < 500; i += 1) bounds = movedBounds(bounds, 10);
    expect(bounds.high < 1e16 && bounds.high > bounds.low).toBe(true);
  });
});

async function open(): Promise<Live> {
  const live = await openTrend(fakeBackend("normal"));
  trendBoard(live).replace(["pump-2/flow", "pump-2/bearing_temperature"]);
  await vi.waitFor(() =>
    expect(byId("trend-axis-unit:m³/h")?.getAttribute("aria-valuetext")).toContain("automatic"),
  );
  return live;
}

describe("axes", () => {
  /** Letters of the axes are so wide. */
  const LETTER = 6;
  function wide(width: number): void {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(width);
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => {
      const { context } = recorder();
      context.measureText = (text: string) => ({ width: text.length * LETTER }) as TextMetrics;
      return context as never;
    });
  }

  it("are as wide as their longest words, and stand one beside the other", async () => {
    wide(1_000);
    const live = await open();
    const { view } = trendBoard(live);
    const axis = () => byId("trend-axis-unit:m³/h");
    expect(axis()?.style.width).toBe("44px");
    view.fixScale("unit:m³/h", { low: 0, high: 2_000_000 });
    // "2,000,000" has nine letters.
    await vi.waitFor(() =>
      expect(Number.parseFloat(axis()?.style.width ?? "")).toBeGreaterThanOrEqual(9 * LETTER + 6),
    );
    expect(axis()?.style.left).toBe("0px");
    view.fixScale("unit:m³/h", { low: 0, high: 0.0001 });
    await vi.waitFor(() => expect(axis()?.getAttribute("aria-valuemax")).toBe("0.0001"));
    expect(Number.parseFloat(axis()?.style.width ?? "")).toBeGreaterThanOrEqual(9 * LETTER + 6);
  });

  it("that have no room are said with their units", async () => {
    wide(600);
    const live = await open();
    expect(byId("trend-axes-left-out")).toBeNull();
    trendBoard(live).replace(["pump-2/flow", "pump-2/bearing_temperature", "pump-2/power"]);
    await vi.waitFor(() =>
      expect(byId("trend-axes-left-out")?.textContent).toContain("one scale has no room: kW"),
    );
  });
});

describe("an axis", () => {
  it("is scaled and moved by keys, says that it is fixed, and one action makes it automatic", async () => {
    const live = await open();
    const { view } = trendBoard(live);
    const axis = () => byId("trend-axis-unit:m³/h");
    const before = [
      Number(axis()?.getAttribute("aria-valuemin")),
      Number(axis()?.getAttribute("aria-valuemax")),
    ] as const;
    press(axis(), "+");
    await tick();
    const height = before[1] - before[0];
    const fixed = view.scales.get("unit:m³/h");
    expect((fixed?.high ?? 0) - (fixed?.low ?? 0)).toBeCloseTo(height * 0.8, 6);
    expect(axis()?.getAttribute("aria-valuetext")).toContain("fixed");
    press(axis(), "ArrowUp");
    await tick();
    expect(view.scales.get("unit:m³/h")?.low).toBeCloseTo((fixed?.low ?? 0) + height * 0.08, 6);
    // The other one goes by what is seen, as before, and the time stands where it stood.
    expect(byId("trend-axis-unit:°C")?.getAttribute("aria-valuetext")).toContain("automatic");
    expect(view.following).toBe(true);
    byId("trend-axis-release-unit:m³/h")?.click();
    await tick();
    expect(view.scales.size).toBe(0);
    expect(byId("trend-axis-release-unit:m³/h")).toBeNull();
    expect(Number(axis()?.getAttribute("aria-valuemin"))).toBeCloseTo(before[0], 6);
    press(axis(), "-");
    press(axis(), "0");
    await tick();
    expect(view.scales.size).toBe(0);
  });

  it("is scaled by the wheel over it, and begins anew with other signals", async () => {
    const live = await open();
    const board = trendBoard(live);
    const wheel = new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true });
    byId("trend-axis-unit:°C")?.dispatchEvent(wheel);
    await tick();
    expect([...board.view.scales.keys()]).toEqual(["unit:°C"]);
    expect(wheel.defaultPrevented).toBe(true);
    board.replace(["pump-1/bearing_temperature"]);
    expect(board.view.scales.size).toBe(0);
  });
});
