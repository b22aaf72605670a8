// @vitest-environment happy-dom
/** Which pages the wall turns through: chosen, kept, and shown. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { makePlant } from "../src/ipc/fake/plant";
import type { AssetFacts } from "../src/lib/overview/facts";
import {
  allPages,
  isKnown,
  PAGES_MAX,
  pageOf,
  pagesSaid,
  sayPage,
  screensOf,
} from "../src/lib/overview/wallpages";
import { Live } from "../src/live/live.svelte";
import { OverviewOptions, overviewOptions as options } from "../src/live/options.svelte";
import { recorder } from "./canvas";

const PLANT = makePlant(1).view;
const KNOWN = { plant: PLANT, pictures: ["Pumping station.svg"], map: true };

describe("pages of the wall", () => {
  it("are read from an address as they were said, and nothing else is", () => {
    for (const page of allPages(KNOWN)) expect(pageOf(sayPage(page))).toEqual(page);
    for (const wrong of ["", "worse", "worst:x", "place", "place:", "ground:", ":x"])
      expect(pageOf(wrong)).toBeNull();
    expect(pagesSaid(["x", "alarms", "alarms", "worst:1"])).toEqual(["alarms"]);
    expect(pagesSaid([])).toEqual(["worst"]);
    expect(pagesSaid(Array.from({ length: 99 }, (_, i) => `place:${i}`))).toHaveLength(PAGES_MAX);
  });

  it("are those of the plant", () => {
    const said = allPages(KNOWN).map(sayPage);
    expect(said.slice(0, 5)).toEqual([
      "worst",
      "alarms",
      "ground:plan:site",
      "ground:map",
      "picture:Pumping station.svg",
    ]);
    expect(said).toContain("place:pump-hall");
    expect(allPages(KNOWN).every((page) => isKnown(page, KNOWN))).toBe(true);
    for (const gone of ["place:attic", "ground:plan:hill", "picture:Hill.svg"])
      expect(isKnown(pageOf(gone) ?? { kind: "worst", id: "" }, KNOWN)).toBe(false);
    expect(isKnown({ kind: "picture", id: "Hill.svg" }, { ...KNOWN, pictures: null })).toBe(true);
    expect(isKnown({ kind: "ground", id: "map" }, { ...KNOWN, map: false })).toBe(false);
  });

  it("become screens: tiles as many as it takes, the others one each, empty ones none", () => {
    const facts = (places: string[]) => ({ places }) as unknown as AssetFacts;
    const ordered = [facts(["hall"]), facts(["yard"]), facts(["hall"]), facts(["hall"])];
    const pages = ["worst", "alarms", "place:hall", "place:attic", "ground:map"].map((said) => pageOf(said));
    const screens = screensOf(
      pages.filter((page) => page !== null),
      ordered,
      2,
    );
    expect(
      screens.map(({ kind, id, members, at, of }) => `${kind} ${id} ${members.length} ${at}/${of}`),
    ).toEqual([
      "worst  2 1/2",
      "worst  2 2/2",
      "alarms  0 1/1",
      "place hall 2 1/2",
      "place hall 1 2/2",
      "ground map 0 1/1",
    ]);
    expect(new Set(screens.map(({ key }) => key)).size).toBe(screens.length);
  });
});

describe("the wall", () => {
  let end: (() => Promise<void>) | undefined;
  beforeEach(() => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
    localStorage.clear();
    options.adopt("");
  });
  afterEach(async () => {
    await end?.();
    end = undefined;
    options.adopt("");
    document.body.replaceChildren();
    window.location.hash = "";
    delete document.documentElement.dataset.ready;
    vi.restoreAllMocks();
  });
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
  const press = (key: string, on: EventTarget = window) =>
    on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

  async function open(query: string): Promise<void> {
    window.location.hash = `#/overview?${query}`;
    const live = new Live(fakeBackend("fault"));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
    await waitFor(() => expect(byId("wall")).not.toBeNull());
  }

  it("shows the chosen pages one after another, a plan and the alarm list too", async () => {
    await open(
      "wall=on&page=alarms&page=ground:plan:site&page=picture:Pumping%20station.svg&page=place:treatment",
    );
    await waitFor(() => expect(byId("wall-alarms")?.textContent).toContain("Pump 2"));
    expect(byId("wall")?.querySelector("h1")?.textContent).toContain("/ Alarm list");
    press("ArrowRight");
    await waitFor(() => expect(byId("ground")?.getAttribute("aria-label")).toBe("Site: 14 assets"));
    expect(byId("ground")?.getAttribute("role")).toBe("img");
    press("ArrowRight");
    await waitFor(() => expect(byId("wall")?.querySelector("[data-testid=picture]")).not.toBeNull());
    press("ArrowRight");
    await waitFor(() => expect(byId("wall")?.querySelectorAll("[data-asset]").length).toBeGreaterThan(2));
    expect(
      [...(byId("wall")?.querySelectorAll<HTMLElement>("[data-asset]") ?? [])].map(
        ({ dataset }) => dataset.asset,
      ),
    ).not.toContain("pump-2");
  });

  it("takes pages from its list, keeps them, and never has none", async () => {
    await open("wall=on");
    byId("wall-pages")?.click();
    await waitFor(() => expect(byId("page-worst")).not.toBeNull());
    expect((byId("page-worst") as HTMLInputElement).disabled).toBe(true);
    byId("page-place:treatment")?.click();
    byId("page-alarms")?.click();
    await waitFor(() => expect(options.pages).toEqual(["worst", "alarms", "place:treatment"]));
    await waitFor(() => expect(new OverviewOptions().pages).toEqual(["worst", "alarms", "place:treatment"]));
    // Its keys are the list's while that is open.
    press("Escape", byId("page-alarms") as HTMLElement);
    await waitFor(() => expect(byId("page-alarms")).toBeNull());
    expect(byId("wall")).not.toBeNull();
  });

  it("names pages that this plant does not have, and shows the worst when none is left", async () => {
    await open("wall=on&page=place:attic");
    await waitFor(() =>
      expect(byId("wall")?.querySelector<HTMLElement>("[data-asset]")?.dataset.asset).toBe("pump-2"),
    );
    byId("wall-pages")?.click();
    await waitFor(() =>
      expect(byId("page-place:attic")?.closest("li")?.textContent).toContain("not in this plant"),
    );
  });
});
