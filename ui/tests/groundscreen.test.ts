// @vitest-environment happy-dom
/** Assets where they are, on the played plant: by pointer, by keys, through the list, and put elsewhere. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { OverviewOptions, overviewOptions as options } from "../src/live/options.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live;
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  localStorage.clear();
  options.adopt("");
  options.seen.clear();
  options.tile = "";
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  delete document.documentElement.dataset.ready;
  vi.restoreAllMocks();
});

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
const stage = () => byId("ground") as HTMLElement;
const canvas = () => stage().querySelector("canvas") as HTMLCanvasElement;
const told = () => document.querySelector(".ground-view .told")?.textContent?.trim();

async function open(scene: string, query: string, change: Partial<Backend> = {}): Promise<void> {
  window.location.hash = `#/overview?${query}`;
  live = new Live(Object.assign(fakeBackend(scene), change));
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  await waitFor(() => expect(document.documentElement.dataset.ready).toBe("true"));
}

function press(key: string, on: EventTarget, more: KeyboardEventInit = {}): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

function point(type: string, x: number, y: number): void {
  canvas().dispatchEvent(
    new MouseEvent(type, { clientX: x, clientY: y, button: 0, bubbles: true }) as PointerEvent,
  );
}

/** Where a point of the drawing (1600 x 1000) is on a stage of 1000 x 600, of which the whole is shown. */
const at = (x: number, y: number): [number, number] => {
  const scale = Math.min((1000 - 24) / 1600, (600 - 24) / 1000);
  return [(x - 800) * scale + 500, (y - 500) * scale + 300];
};

describe("a plan", () => {
  it("shows an asset that is pointed at with its values, and opens it on a press", async () => {
    await open("fault", "view=plan");
    await waitFor(() => expect(stage()?.getAttribute("aria-label")).toBe("Site: 14 assets"));
    canvas().setPointerCapture = () => {};
    point("pointermove", ...at(680, 464));
    await waitFor(() => expect(byId("ground-card")?.textContent).toContain("Pump 2"));
    const card = byId("ground-card")?.textContent ?? "";
    expect(card).toContain("mm/s");
    expect(card).toMatch(/above high-high\s7\.1/);
    point("pointermove", ...at(900, 900));
    await waitFor(() => expect(byId("ground-card")).toBeNull());
    point("pointerdown", ...at(680, 464));
    point("pointerup", ...at(680, 464));
    await waitFor(() => expect(window.location.hash).toBe("#/asset/pump-2"));
  });

  it("is walked through by keys, beginning with the worst", async () => {
    await open("fault", "view=plan");
    await waitFor(() => expect(stage()).not.toBeNull());
    stage().focus();
    const said = () =>
      [...document.querySelectorAll("[role=status]")].map((one) => one.textContent).join(" ");
    await waitFor(() => expect(said()).toContain("Pump 2, Priority 1, unacknowledged"));
    press("ArrowRight", stage());
    await waitFor(() => expect(said()).toContain("Pump 3, Standby"));
    press("Enter", stage());
    await waitFor(() => expect(window.location.hash).toBe("#/asset/pump-3"));
  });

  it("has a list that follows filter and group, with what has no place there", async () => {
    await open("fault", "view=plan&group=type&states=doubt");
    await waitFor(() => expect(byId("spot-edge-2")).not.toBeNull());
    expect(byId("spot-edge-2")?.getAttribute("aria-label")).toContain("no place");
    expect(byId("spot-pump-1")).toBeNull();
    expect(stage()?.getAttribute("aria-label")).toBe("Site: 0 assets");
    expect(new OverviewOptions().query).toContain("view=plan");
    press("Enter", byId("spot-edge-2") as HTMLElement);
    await waitFor(() => expect(window.location.hash).toBe("#/asset/edge-2"));
  });

  it("says why its drawing cannot be shown", async () => {
    await open("normal", "view=plan", {
      planDrawing: async () => new TextEncoder().encode("<html/>").buffer as ArrayBuffer,
    });
    await waitFor(() =>
      expect(byId("ground-failure")?.textContent).toContain(
        "Riverside site.svg cannot be shown. It is no SVG",
      ),
    );
    expect(byId("ground")).toBeNull();
  });

  it("that there is not tells how to get one", async () => {
    const backend = fakeBackend("normal");
    const plant = async () => ({
      ...(await backend.plant()),
      plans: [],
      map: { outline: null, locations: [] },
    });
    await open("normal", "view=plan", { plant });
    await waitFor(() => expect(byId("no-ground")?.textContent).toContain("/home/operator/riverside/plans"));
  });
});

describe("placing", () => {
  it("puts an asset where a person points, and takes it back", async () => {
    await open("fault", "view=plan");
    await waitFor(() => expect(stage()).not.toBeNull());
    byId("ground-edit")?.click();
    // What has no place is what somebody wants to see now.
    await waitFor(() => expect(document.querySelectorAll("[data-row]")).toHaveLength(1));
    byId("spot-edge-2")?.click();
    await waitFor(() => expect(byId("ground-hand")?.textContent).toContain("Edge node 2"));
    point("pointerdown", ...at(1200, 700));
    point("pointerup", ...at(1200, 700));
    await waitFor(() => expect(told()).toBe("Edge node 2 stands on Site."));
    await waitFor(() =>
      expect(live.plant?.plans[0]?.spots.find(({ asset }) => asset === "edge-2")).toMatchObject({
        x: 0.75,
        y: 0.7,
      }),
    );
    press("z", stage(), { ctrlKey: true });
    await waitFor(() => expect(told()).toBe("Edge node 2 is where it was."));
    await waitFor(() => expect(live.plant?.plans[0]?.spots).toHaveLength(14));
  });

  it("goes by keys alone, and takes away", async () => {
    await open("fault", "view=plan");
    await waitFor(() => expect(stage()).not.toBeNull());
    byId("ground-edit")?.click();
    await waitFor(() => expect(byId("spot-edge-2")).not.toBeNull());
    press("Enter", byId("spot-edge-2") as HTMLElement);
    stage().focus();
    for (let i = 0; i < 4; i += 1) press("ArrowLeft", stage());
    press("Enter", stage());
    await waitFor(() => expect(stage()?.getAttribute("aria-label")).toBe("Site: 15 assets"));
    const spot = () => live.plant?.plans[0]?.spots.find(({ asset }) => asset === "edge-2");
    await waitFor(() => expect(spot()?.y).toBe(0.5));
    expect(spot()?.x).toBeLessThan(0.5);
    byId("list-all")?.click();
    await waitFor(() => expect(byId("spot-edge-2")).not.toBeNull());
    byId("spot-edge-2")?.click();
    await waitFor(() => expect(byId("ground-remove")).not.toBeNull());
    byId("ground-remove")?.click();
    await waitFor(() => expect(stage()?.getAttribute("aria-label")).toBe("Site: 14 assets"));
  });

  it("that the program refuses leaves the asset where it was, and says why", async () => {
    await open("fault", "view=plan", {
      placeAsset: () =>
        Promise.reject({ message: "edge-2 is somewhere else by now, so it was not moved: look again" }),
    });
    await waitFor(() => expect(stage()).not.toBeNull());
    byId("ground-edit")?.click();
    await waitFor(() => expect(byId("spot-edge-2")).not.toBeNull());
    byId("spot-edge-2")?.click();
    point("pointerdown", ...at(1200, 700));
    point("pointerup", ...at(1200, 700));
    await waitFor(() => expect(byId("ground-fault")?.textContent).toContain("somewhere else by now"));
    expect(stage()?.getAttribute("aria-label")).toBe("Site: 14 assets");
  });

  it("is off while the past is shown", async () => {
    await open("fault", "view=plan");
    await waitFor(() => expect(stage()).not.toBeNull());
    byId("ground-edit")?.click();
    await waitFor(() => expect(byId("ground-hand")).not.toBeNull());
    live.past.go(live.presentNow - 600_000_000);
    await waitFor(() => expect(live.past.on).toBe(true));
    await waitFor(() => expect(byId("ground-hand")).toBeNull());
    expect((byId("ground-edit") as HTMLButtonElement).disabled).toBe(true);
  });
});

describe("the map", () => {
  it("parts a thousand assets by keys until one opens", async () => {
    await open("thousand", "view=plan&ground=map");
    await waitFor(() => expect(stage()?.getAttribute("aria-label")).toMatch(/^Map: 9\d\d assets$/));
    stage().focus();
    for (let i = 0; i < 12 && !window.location.hash.startsWith("#/asset/"); i += 1) {
      press("Enter", stage());
      await tick();
    }
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/asset\//));
  });

  it("offers the place that an asset says itself", async () => {
    const backend = fakeBackend("fault");
    const plant = async () => {
      const view = await backend.plant();
      for (const asset of view.assets) {
        const [north, east] = asset.signals;
        if (asset.id !== "edge-2" && asset.id !== "river-level") continue;
        if (north && east) Object.assign(north, { id: `${asset.id}/latitude` });
        if (north && east) Object.assign(east, { id: `${asset.id}/longitude` });
      }
      const locations = view.map.locations.filter(({ asset }) => asset !== "river-level");
      return { ...view, map: { ...view.map, locations } };
    };
    const placed: unknown[] = [];
    await open("fault", "view=plan&ground=map", {
      plant,
      placeAsset: async (placing) => void placed.push(placing),
    });
    await waitFor(() => expect(stage()).not.toBeNull());
    byId("ground-edit")?.click();
    await waitFor(() => expect(byId("spot-river-level")).not.toBeNull());
    await waitFor(() => {
      if (!byId("ground-proposal")) byId("spot-river-level")?.click();
      expect(byId("ground-proposal")?.textContent).toMatch(/It says .*° N, .*° E: put it there/);
    });
    byId("ground-proposal")?.click();
    await waitFor(() => expect(placed).toHaveLength(1));
    expect(placed[0]).toMatchObject({ asset: "river-level", plan: null, before: null });
  });
});
