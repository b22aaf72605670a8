// @vitest-environment happy-dom
/** The trend screen on the played backend: finding signals, marks, ranges, comparison, all by keyboard. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { trendBoard } from "../src/live/trendboard.svelte";
import { byId, closeWindow, openTrend, openWindow, ownWindow, press } from "./window";

ownWindow();

const open = (backend: Backend = fakeBackend("fault")) => openTrend(backend);

async function write(id: string, text: string): Promise<HTMLInputElement> {
  const field = byId<HTMLInputElement>(id);
  if (!field) throw new Error(`${id} is missing`);
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
  return field;
}

async function add(query: string): Promise<void> {
  press(await write("trend-add", query), "Enter");
  await tick();
}

describe("signals", () => {
  it("are found all over the plant, put on by the keyboard, and taken away again", async () => {
    const live = await open();
    expect(byId("trend-screen")?.textContent).toContain("0 of 16 signals");
    expect(byId("trend-chart")?.textContent).toContain("Find signals");
    await add("pump 2 drive-end");
    await add("chlorine residual");
    expect(byId("trend-row-pump-2/vibration_de")?.textContent).toContain("Pump 2");
    expect(byId("trend-row-chlorine/residual")).not.toBeNull();
    expect(byId("trend-screen")?.textContent).toContain("2 of 16 signals");
    byId("trend-row-pump-2/vibration_de")?.querySelector<HTMLElement>(".remove")?.click();
    await tick();
    expect(trendBoard(live).shown.map(({ signal }) => signal.id)).toEqual(["chlorine/residual"]);
    // Its colour stays its own, and the next one takes the free one.
    await add("pump 2 flow");
    expect(trendBoard(live).shown.map(({ slot }) => slot)).toEqual([1, 0]);
  });

  it("of an asset with alarms are offered to begin with", async () => {
    const live = await open();
    await vi.waitFor(() => expect(byId("trend-offer-pump-2")).not.toBeNull());
    expect(byId("trend-offer-pump-2")?.parentElement?.firstElementChild).toBe(byId("trend-offer-pump-2"));
    byId("trend-offer-pump-2")?.click();
    await tick();
    expect(trendBoard(live).shown.map(({ signal }) => signal.id)).toContain("pump-2/vibration_de");
  });

  it("are sixteen at most, and the seventeenth is refused with a word", async () => {
    const live = await open();
    const board = trendBoard(live);
    for (const { signals } of live.plant?.assets ?? [])
      for (const { id } of signals) if (board.shown.length < 16) board.add(id);
    await tick();
    await add("fouling");
    expect(board.shown).toHaveLength(16);
    expect(document.body.textContent).toContain("16 signals at most");
  });

  it("come back after a restart, with the span", async () => {
    await open();
    await add("pump 2 flow");
    byId("trend-span-3600")?.click();
    await tick();
    await closeWindow();
    const live = await open();
    expect(byId("trend-row-pump-2/flow")).not.toBeNull();
    expect(trendBoard(live).view.window).toEqual({ mode: "follow", span: 3_600_000_000 });
  });

  it("have values and statistics in the table, also between two marks", async () => {
    const live = await open();
    await add("pump 2 flow");
    await vi.waitFor(
      () => {
        const cells = [...(byId("trend-row-pump-2/flow")?.querySelectorAll("td") ?? [])].map(
          (cell) => cell.textContent,
        );
        expect(cells.join("|")).toMatch(
          /4\d\d\|m³\/h\|(39|40)\d\|~4\d\d\.\d\|4\d\d\|~\d\.\d\|~\d+\sm³\|~100\s%\|0/u,
        );
      },
      { timeout: 4_000 },
    );
    const now = live.instant();
    trendBoard(live).view.select(now - 60e6, now - 120e6);
    await vi.waitFor(
      () => expect(byId("trend-screen")?.textContent).toMatch(/between A and B: 1\smin/u),
      4_000,
    );
    expect(byId("trend-mark-a")?.getAttribute("role")).toBe("slider");
    // Two samples a second, one by one: their number is exact, and so is the rest once history has read them.
    await vi.waitFor(
      () => expect(byId("trend-stats-state")?.textContent).toBe("Exact: from every sample."),
      4_000,
    );
    expect(byId("trend-row-pump-2/flow")?.textContent).not.toContain("~");
    expect(byId("trend-row-pump-2/flow")?.textContent).toMatch(/12[01]$/);
  });
});

describe("time", () => {
  it("is moved by keys, stands still when touched, says so, and goes back step by step", async () => {
    const live = await open();
    await add("pump 2 flow");
    const chart = byId("trend-chart");
    const { view } = trendBoard(live);
    const clock = vi.spyOn(performance, "now");
    let now = 1_000_000;
    clock.mockImplementation(() => {
      now += 2_000;
      return now;
    });
    expect(byId("trend")?.dataset.mode).toBe("follow");
    press(chart, "ArrowLeft");
    await tick();
    expect(byId("trend")?.dataset.mode).toBe("paused");
    expect(byId("trend")?.textContent).toContain("Paused at");
    press(chart, "+");
    const [t0, t1] = view.bounds();
    expect(t1 - t0).toBeCloseTo(900e6 * 0.7, -3);
    press(chart, "Backspace");
    expect(view.bounds()[1] - view.bounds()[0]).toBeCloseTo(900e6, -3);
    press(chart, "Backspace");
    expect(view.following).toBe(true);
    press(chart, "-");
    press(chart, "Home");
    await tick();
    expect(byId("trend")?.dataset.mode).toBe("follow");
  });

  it("is marked by keys, the marks moved and taken away", async () => {
    const live = await open();
    await add("pump 2 flow");
    const { view } = trendBoard(live);
    await vi.waitFor(() =>
      expect(byId("trend-row-pump-2/flow")?.querySelector("td")?.textContent).toMatch(/\d/),
    );
    press(byId("trend-chart"), "ArrowRight", { shiftKey: true });
    await tick();
    expect(byId("trend-chart")?.querySelector("[aria-live]")?.textContent).toMatch(
      /^\d\d:\d\d:\d\d, Flow \d+/,
    );
    press(byId("trend-chart"), "Escape");
    expect(view.cursor).toBeNull();
    press(byId("trend-chart"), "m");
    press(byId("trend-chart"), "m");
    await tick();
    const { a, b } = view.marks;
    expect((b ?? 0) - (a ?? 0)).toBeGreaterThan(200e6);
    press(byId("trend-chart"), "Escape");
    expect(view.marks).toEqual({ a: null, b: null });
  });

  it("is entered exactly, in the plant's zone, and what is no time is told", async () => {
    const live = await open();
    const { view } = trendBoard(live);
    await write("trend-from", "yesterday");
    press(byId("trend-from"), "Enter");
    await tick();
    expect(byId("trend-screen")?.textContent).toContain("This is no date and time");
    await write("trend-from", "2026-03-02 12:00");
    press(await write("trend-to", "2026-03-02 11:00"), "Enter");
    await tick();
    expect(byId("trend-screen")?.textContent).toContain("ends before it begins");
    press(await write("trend-to", "2.3.2026 13:00"), "Enter");
    await tick();
    expect(view.window).toEqual({
      mode: "paused",
      t0: Date.UTC(2026, 2, 2, 11) * 1e3,
      t1: Date.UTC(2026, 2, 2, 12) * 1e3,
    });
    expect(byId<HTMLInputElement>("trend-from")?.value).toBe("2026-03-02 12:00:00");
  });
});

describe("comparison", () => {
  it("asks for the same signals earlier, or for those of another asset of the type", async () => {
    const backend = fakeBackend("fault");
    const asked = vi.spyOn(backend, "trend");
    const live = await open(backend);
    await add("pump 2 flow");
    const select = byId<HTMLSelectElement>("trend-compare");
    const names = [...(select?.options ?? [])].map((option) => option.textContent);
    expect(names).toContain("Pump 1");
    expect(names).not.toContain("Pump 2");
    const choose = (value: string) => {
      if (select) select.value = value;
      select?.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const key = (id: string) =>
      live.asset(id)?.signals.find((signal) => signal.id === `${id}/flow`)?.key ?? -1;
    choose("shift:3600000000");
    await vi.waitFor(() => {
      const range = asked.mock.calls
        .map(([request]) => request)
        .findLast(({ t1 }) => t1 < live.instant() - 3e9);
      expect(range?.signals).toEqual([key("pump-2")]);
    });
    choose("asset:pump-1");
    await vi.waitFor(() =>
      expect(asked.mock.calls.some(([{ signals }]) => signals.includes(key("pump-1")))).toBe(true),
    );
    await vi.waitFor(() => expect(byId("trend-table")?.textContent).toContain("Pump 1"));
  });

  it("has the states of then beside those of now", async () => {
    const backend = fakeBackend("fault");
    const asked = vi.spyOn(backend, "stateBands");
    const live = await open(backend);
    await add("pump 2 mode");
    const MINUTE = 60e6;
    trendBoard(live).compared = { with: "earlier", shift: 20 * MINUTE };
    const cells = () =>
      [...(byId("trend-row-pump-2/mode")?.querySelectorAll("td") ?? [])].map((cell) => cell.textContent);
    // Twenty minutes ago it was run by hand.
    await vi.waitFor(() => expect([cells()[0], cells()[2]]).toEqual(["Auto", "Manual"]), 4_000);
    const earlier = asked.mock.calls.find(([{ t1 }]) => t1 < live.instant() - 10 * MINUTE)?.[0];
    expect(earlier?.signals).toEqual(
      live.asset("pump-2")?.signals.flatMap(({ id, key }) => (id === "pump-2/mode" ? [key] : [])),
    );
    trendBoard(live).compared = { with: "asset", id: "pump-3" };
    await vi.waitFor(() => expect([cells()[0], cells()[2]]).toEqual(["Auto", "Off"]), 4_000);
  });

  it("takes another span by its begin, and refuses one that is not earlier", async () => {
    const live = await open();
    await add("pump 2 flow");
    const board = trendBoard(live);
    const t0 = Date.UTC(2026, 2, 2, 11) * 1e3;
    board.view.zoomTo(t0, t0 + 3.6e9);
    const select = byId<HTMLSelectElement>("trend-compare");
    if (select) select.value = "begin";
    select?.dispatchEvent(new Event("change", { bubbles: true }));
    await tick();
    expect(byId<HTMLInputElement>("trend-compare-from")?.value).toBe("2026-03-01 12:00:00");
    press(await write("trend-compare-from", "2026-03-02 13:00"), "Enter");
    await tick();
    expect(byId("trend-screen")?.textContent).toContain("Write an earlier date and time");
    press(await write("trend-compare-from", "2026-02-27 12:00"), "Enter");
    await tick();
    expect(board.compared).toEqual({ with: "earlier", shift: 3 * 86_400e6 });
    expect(byId("trend-table")?.textContent).toMatch(/3\sd earlier/);
  });
});

describe("the picture that is saved", () => {
  const packed = new Uint8Array([137, 80, 78, 71]);

  /** The browser packs pictures; what the program is given is looked at. */
  function saving() {
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) =>
      done(new Blob([packed], { type: "image/png" })),
    );
    const saveTrendPicture = vi.fn(async (_: Uint8Array) => "/pictures/trend-1.png");
    return { saveTrendPicture };
  }

  it("is the one that is seen, on the trend screen", async () => {
    const { saveTrendPicture } = saving();
    await open({ ...fakeBackend("fault"), saveTrendPicture });
    await add("pump 2 drive-end");
    await vi.waitFor(() => expect(byId("trend-row-pump-2/vibration_de")).not.toBeNull());
    byId("trend-picture")?.click();
    await vi.waitFor(() => expect(saveTrendPicture).toHaveBeenCalledTimes(1));
    expect(saveTrendPicture.mock.calls[0]?.[0]).toEqual(packed);
    await vi.waitFor(() => expect(document.body.textContent).toContain("/pictures/trend-1.png"));
  });

  it("is the one that is seen, on the page of an asset, and a failure is told", async () => {
    const { saveTrendPicture } = saving();
    saveTrendPicture.mockRejectedValueOnce({ message: "the disk is full" });
    await openWindow("#/asset/pump-2", { ...fakeBackend("fault"), saveTrendPicture });
    await vi.waitFor(() => expect(byId("trend-picture")).not.toBeNull());
    byId("trend-picture")?.click();
    await vi.waitFor(() => expect(document.body.textContent).toContain("the disk is full"));
    byId("trend-picture")?.click();
    await vi.waitFor(() => expect(saveTrendPicture).toHaveBeenCalledTimes(2));
    expect(saveTrendPicture.mock.calls[1]?.[0]).toEqual(packed);
  });
});
