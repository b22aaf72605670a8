// @vitest-environment happy-dom
/** Layouts as files, and the state that outlives the window, each plant its own. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { makePlant } from "../src/ipc/fake/plant";
import { fits, fittingOverview, type Layout, misfitsOf, readLayout, writeLayout } from "../src/lib/layout";
import { VIEW_FIRST } from "../src/lib/trendstate";
import { openedPlant, resumeRoute } from "../src/live/kept";
import { Layouts } from "../src/live/layouts.svelte";
import { Live } from "../src/live/live.svelte";
import { overviewOptions } from "../src/live/options.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";

/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

beforeEach(() => localStorage.clear());

const LAYOUT: Layout = {
  plant: "Riverside Pumping Station",
  screen: "#/asset/pump-2",
  overview: "sort=name",
  folded: [],
  trend: {
    ...VIEW_FIRST,
    signals: ["pump-2/flow"],
    slots: [3],
    window: { mode: "paused", t0: 1_000_000_000, t1: 5_000_000_000 },
    span: 3_600_000_000,
    marks: { a: 2_000_000_000, b: null },
    focus: "pump-2/flow",
    scales: { "unit:m³/h": { low: 0, high: 200 } },
    compared: { with: "asset", id: "pump-3" },
  },
  page: null,
  picture: "",
};

describe("a layout file", () => {
  it("is read as it was written", () => {
    expect(readLayout(writeLayout(LAYOUT))).toEqual(LAYOUT);
  });

  it("of another make or a later version is told, whatever is in it", () => {
    for (const text of [
      "",
      "[]",
      "null",
      "{}",
      '{"twinscope_layout":"1"}',
      '{"twinscope_layout":0}',
      "<svg/>",
    ])
      expect(readLayout(text)).toBe("no-layout");
    expect(readLayout('{"twinscope_layout":3}')).toBe("newer");
  });

  it("of the first version still opens: its trend follows the present", () => {
    const trend = { signals: ["pump-2/flow", "pump-2/speed"], span: 3_600_000_000 };
    const layout = readLayout(JSON.stringify({ twinscope_layout: 1, screen: "#/trend", trend })) as Layout;
    expect(layout.trend).toEqual({
      ...VIEW_FIRST,
      ...trend,
      slots: [0, 1],
      window: { mode: "follow", span: 3_600_000_000 },
      compared: { with: "nothing" },
    });
    expect(layout.page).toBeNull();
  });

  it("that somebody wrote by hand brings nothing of another kind, and no more than fits", () => {
    const signals = ["a/b", "a/b", 4, null, ...Array.from({ length: 40 }, (_, i) => `x/${i}`)];
    const text = JSON.stringify({
      twinscope_layout: 1,
      screen: 7,
      folded: "all",
      trend: { signals, span: -1 },
    });
    const layout = readLayout(text) as Layout;
    expect(layout.screen).toBe("");
    expect(layout.folded).toEqual([]);
    expect(layout.trend.window).toEqual(VIEW_FIRST.window);
    expect(layout.trend.signals).toHaveLength(16);
    expect(layout.trend.signals.slice(0, 2)).toEqual(["a/b", "x/0"]);
  });

  const pages = [
    "worst",
    "place:pump-hall",
    "place:attic",
    "ground:plan:site",
    "ground:plan:hill",
    "picture:Old.svg",
  ];
  const OVERVIEW = `places=annex&ground=plan:hill&${pages.map((page) => `page=${encodeURIComponent(page)}`).join("&")}`;

  it("says what does not fit a plant", () => {
    const plant = makePlant(1).view;
    expect(fits(misfitsOf(LAYOUT, plant, null))).toBe(true);
    const other = misfitsOf(
      {
        ...LAYOUT,
        plant: "Hillside",
        screen: "#/asset/pump%209",
        overview: OVERVIEW,
        folded: ["yard"],
        trend: {
          ...LAYOUT.trend,
          signals: ["pump-2/flow", "pump-9/flow"],
          scales: {
            "unit:m³/h": { low: 0, high: 1 },
            "unit:furlong": { low: 0, high: 1 },
            "signal:pump-9/flow": { low: 0, high: 1 },
          },
          compared: { with: "asset", id: "pump-8" },
        },
        picture: "Hill.svg",
      },
      plant,
      ["Pumping station.svg"],
    );
    expect(other).toEqual({
      plant: "Hillside",
      assets: ["pump 9", "pump-8"],
      signals: ["pump-9/flow"],
      places: ["yard", "annex", "attic"],
      grounds: ["hill"],
      pictures: ["Hill.svg", "Old.svg"],
      // That of a signal which is not here is no news of its own.
      scales: ["furlong"],
    });
    const rest = fittingOverview(OVERVIEW, other);
    expect(new URLSearchParams(rest).getAll("page")).toEqual([
      "worst",
      "place:pump-hall",
      "ground:plan:site",
    ]);
    expect(new URLSearchParams(rest).get("ground")).toBeNull();
    // What nobody knows yet is no misfit.
    expect(misfitsOf({ ...LAYOUT, picture: "Hill.svg" }, plant, null).pictures).toEqual([]);
  });
});

describe("state of a plant", () => {
  it("is put away for another, and comes back with it", () => {
    localStorage.setItem("twinscope.trend", "own");
    localStorage.setItem("twinscope.theme", "light");
    expect(openedPlant("/srv/own")).toBe(false);
    expect(openedPlant("/srv/own")).toBe(false);
    expect(openedPlant("/srv/demo")).toBe(true);
    expect(localStorage.getItem("twinscope.trend")).toBeNull();
    expect(localStorage.getItem("twinscope.theme")).toBe("light");
    localStorage.setItem("twinscope.trend", "demo");
    expect(openedPlant("/srv/own")).toBe(true);
    expect(localStorage.getItem("twinscope.trend")).toBe("own");
    expect(openedPlant("/srv/demo")).toBe(true);
    expect(localStorage.getItem("twinscope.trend")).toBe("demo");
  });

  it("is lost and not fatal when somebody else wrote the store", () => {
    localStorage.setItem("twinscope.plants", "{{");
    openedPlant("/srv/own");
    expect(openedPlant("/srv/demo")).toBe(true);
  });

  it("leads back to the screen of before, unless the address says another", () => {
    localStorage.setItem("twinscope.route", "#/asset/pump-2");
    resumeRoute();
    expect(window.location.hash).toBe("#/asset/pump-2");
    localStorage.setItem("twinscope.route", "#/trend");
    resumeRoute();
    expect(window.location.hash).toBe("#/asset/pump-2");
    window.history.replaceState(null, "", "#");
    localStorage.setItem("twinscope.route", "javascript:1");
    resumeRoute();
    expect(window.location.hash).toBe("");
  });
});

describe("in the window", () => {
  let end: (() => Promise<void>) | undefined;
  let live: Live;
  afterEach(async () => {
    await end?.();
    document.body.replaceChildren();
    window.location.hash = "";
    overviewOptions.adopt("");
  });
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

  async function open(): Promise<void> {
    live = new Live(fakeBackend("fault"));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
  }

  it("a layout is saved, opened and taken back", async () => {
    await open();
    const layouts = new Layouts(live);
    const board = trendBoard(live);
    board.replace(["pump-2/flow"]);
    overviewOptions.adopt("sort=name");
    expect(await layouts.save("Night")).toContain("Night.layout.json");
    await expect(layouts.save("Night")).rejects.toMatchObject({
      message: expect.stringContaining("already"),
    });
    board.replace(["pump-1/flow", "pump-1/speed"]);
    overviewOptions.adopt("view=tree");
    const layout = (await layouts.read("Night")) as Layout;
    layouts.open(layout);
    expect(board.ids).toEqual(["pump-2/flow"]);
    expect(overviewOptions.query).toBe("sort=name");
    layouts.undo();
    expect(board.ids).toEqual(["pump-1/flow", "pump-1/speed"]);
    expect(overviewOptions.query).toBe("view=tree");
    expect(layouts.before).toBeNull();
  });

  it("a layout of another plant says what does not fit, and opens the rest on a word", async () => {
    await open();
    byId("nav-settings")?.click();
    await waitFor(() => expect(byId("layout-Hillside")).not.toBeNull());
    byId("layout-Hillside")?.click();
    await waitFor(() => expect(byId("layout-misfits")?.textContent).toContain("2 signals are not here"));
    expect(byId("layout-misfits")?.textContent).toContain("Hillside Pumping Station");
    byId("layout-anyway")?.click();
    await waitFor(() => expect(byId("layout-undo")).not.toBeNull());
    expect(trendBoard(live).ids).toEqual(["pump-2/flow"]);
    expect(window.location.hash).toBe("#/alarms");
  });
});
