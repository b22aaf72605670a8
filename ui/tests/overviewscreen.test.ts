// @vitest-environment happy-dom
/** The overview on the played plant: by keys, through the address, over a restart. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { OverviewOptions, overviewOptions as options } from "../src/live/options.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  localStorage.clear();
  options.adopt("");
  options.folded = new Set();
  [options.top, options.tile] = [0, ""];
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  delete document.documentElement.dataset.ready;
  vi.restoreAllMocks();
});

async function open(scene: string, hash = ""): Promise<Live> {
  window.location.hash = hash;
  const live = new Live(fakeBackend(scene));
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  await vi.waitFor(() => expect(byId("overview-count")).not.toBeNull());
  await vi.waitFor(() =>
    expect(document.title).toMatch(scene === "normal" ? /^Overview – River/ : /^\(2\) Overview – River/),
  );
  await vi.waitFor(() => expect(document.documentElement.dataset.ready).toBe("true"));
  return live;
}

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const shown = () =>
  [...document.querySelectorAll<HTMLElement>("[data-asset]")].map((tile) => tile.dataset.asset);
const said = () => byId("overview-count")?.textContent?.trim();
function press(
  key: string,
  on: EventTarget = document.activeElement ?? window,
  more: KeyboardEventInit = {},
): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}

describe("filter", () => {
  it("shows what a press of its button promises, says so in the address, and is cleared by one key", async () => {
    await open("fault");
    expect(byId("state-alarm")?.textContent?.replace(/\s+/g, " ").trim()).toBe("Alarm 3");
    byId("state-alarm")?.click();
    await vi.waitFor(() => expect(shown().sort()).toEqual(["exchanger", "pump-2", "valve-102"]));
    expect(said()).toBe("3 of 15 assets");
    expect(window.location.hash).toBe("#/overview?states=alarm");
    press("Escape", document.body);
    await vi.waitFor(() => expect(shown()).toHaveLength(15));
    expect(said()).toBe("15 assets");
  });

  it("is taken from the address, kept over a restart and on the way back from an asset", async () => {
    await open("fault", "#/overview?states=unack&group=type&sort=name");
    await vi.waitFor(() => expect(shown()).toEqual(["pump-2", "valve-102"]));
    expect(new OverviewOptions().query).toBe("group=type&sort=name&states=unack");
    window.location.hash = "#/asset/pump-2";
    await vi.waitFor(() => expect(byId("asset-pump-2")).not.toBeNull());
    window.location.hash = "#/overview";
    await vi.waitFor(() => expect(shown()).toEqual(["pump-2", "valve-102"]));
  });

  it("that nothing fits says what to do, and does it", async () => {
    await open("normal", "#/overview");
    byId("state-anomaly")?.click();
    await vi.waitFor(() =>
      expect(byId("overview-nothing")?.textContent).toContain("The plant has 15 assets"),
    );
    byId("nothing-clear")?.click();
    await vi.waitFor(() => expect(shown()).toHaveLength(15));
  });

  it("follows an acknowledgement", async () => {
    await open("fault", "#/overview?states=unack");
    await vi.waitFor(() => expect(shown()).toHaveLength(2));
    press("a", window);
    await vi.waitFor(() => expect(shown()).toEqual(["valve-102"]));
  });

  it("takes the words of the search", async () => {
    await open("fault");
    const search = byId("search") as HTMLInputElement;
    search.focus();
    search.value = "pump hall";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    await vi.waitFor(() => expect(byId("search-narrow")?.textContent).toContain("6 assets"));
    press("Enter", search, { ctrlKey: true });
    await vi.waitFor(() => expect(shown()).toHaveLength(6));
    expect(byId("filter-text")?.textContent).toContain("“pump hall”");
    byId("filter-text")?.click();
    await vi.waitFor(() => expect(shown()).toHaveLength(15));
  });
});

describe("tiles", () => {
  it("of a thousand assets exist near the screen only, and arrow keys reach the others", async () => {
    await open("thousand", "#/overview?group=none&sort=plant");
    expect(said()).toBe("1,005 assets");
    expect(shown().length).toBeLessThan(60);
    const stops = document.querySelectorAll('[data-asset][tabindex="0"]');
    expect(stops).toHaveLength(1);
    (stops[0] as HTMLElement).focus();
    press("End");
    await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.asset).toBe("edge-2-67"));
    press("ArrowLeft");
    await vi.waitFor(() =>
      expect((document.activeElement as HTMLElement).dataset.asset).toBe("control-room-67"),
    );
    press("Home");
    await vi.waitFor(() =>
      expect((document.activeElement as HTMLElement).dataset.asset).toBe("intake-screen"),
    );
  });
});

describe("tree", () => {
  it("is left and folded by keys, and remembers what was folded", async () => {
    await open("fault", "#/overview?view=tree");
    const focused = () => (document.activeElement as HTMLElement).dataset.testid;
    const site = byId("place-station");
    expect(site?.getAttribute("aria-expanded")).toBe("true");
    expect(site?.textContent).toContain("15 assets");
    expect(site?.textContent).toContain("2 unacknowledged");
    site?.focus();
    press("ArrowDown");
    await vi.waitFor(() => expect(focused()).toBe("place-intake"));
    press("p");
    await vi.waitFor(() => expect(focused()).toBe("place-pump-hall"));
    press("ArrowLeft");
    await vi.waitFor(() => expect(byId("place-pump-hall")?.getAttribute("aria-expanded")).toBe("false"));
    expect(byId("row-pump-2")).toBeNull();
    expect(new OverviewOptions().folded).toEqual(new Set(["pump-hall"]));
    press("*");
    await vi.waitFor(() => expect(byId("row-pump-2")).not.toBeNull());
    press("ArrowRight");
    await vi.waitFor(() => expect(focused()).toBe("row-pump-2"));
    expect(byId("row-pump-2")?.getAttribute("aria-level")).toBe("3");
    press("Enter");
    await vi.waitFor(() => expect(window.location.hash).toBe("#/asset/pump-2"));
  });
});

describe("wall", () => {
  it("lets no key act on what it covers, and says what the status line would", async () => {
    const live = await open("fault", "#/overview");
    const acknowledge = vi.spyOn(live.backend, "acknowledge");
    press("w", window);
    await tick();
    press("a", byId("wall") as HTMLElement);
    press("4", byId("wall") as HTMLElement);
    await tick();
    expect(acknowledge).not.toHaveBeenCalled();
    expect(byId("wall")).not.toBeNull();
    expect(window.location.hash).toBe("#/overview?wall=on");
    expect(document.body.textContent).toContain("Nothing is acknowledged from the wall");
    expect(byId("wall-troubles")?.textContent).toBe("");
    live.frameFault = "History is not written: the disk is full.";
    await tick();
    expect(byId("wall-troubles")?.textContent).toContain("the disk is full");
  });

  it("turns its pages, holds on a key, and is left by Escape", async () => {
    await open("fault", "#/overview");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      press("w", window);
      await tick();
      expect(byId("wall")?.querySelectorAll("[data-asset]").length).toBeGreaterThan(3);
      const page = () => byId("wall-page")?.textContent;
      const first = page();
      expect(first).toMatch(/^Page 1 of \d+$/);
      expect(byId("wall")?.querySelector<HTMLElement>("[data-asset]")?.dataset.asset).toBe("pump-2");
      await vi.advanceTimersByTimeAsync(10_100);
      expect(page()).toMatch(/^Page 2 of/);
      press("ArrowLeft");
      await tick();
      expect(page()).toBe(first);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(page()).toBe(first);
      expect(byId("wall")?.textContent).toContain("Held");
      press(" ");
      await vi.advanceTimersByTimeAsync(10_100);
      expect(page()).toMatch(/^Page 2 of/);
      press("Escape");
      await tick();
      expect(byId("wall")).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });
});
