// @vitest-environment happy-dom
/** The process screen on the played backend: live values in a drawing, binding by hand and by keys, saving, live reload. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { PictureView } from "../src/ipc/bindings/PictureView";
import { fakeBackend } from "../src/ipc/fake";
import { withBindings } from "../src/ipc/fake/pictures";
import { said } from "../src/ipc/fake/said";
import { fraction, isOn, showOf, unbound } from "../src/lib/picture/bindings";
import { boxOf, panned, showing, zoomed } from "../src/lib/picture/viewport";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { Pictures } from "../src/live/pictures.svelte";

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live?.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  notices.list = [];
  vi.restoreAllMocks();
});

const PATIENCE = { timeout: 15_000 };
const waitFor = <T>(look: () => T | Promise<T>) => vi.waitFor(look, PATIENCE);
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const inside = () => byId("picture")?.shadowRoot ?? null;
const bound = (attribute: string) =>
  inside()?.querySelector<SVGElement>(`[aria-label^="${attribute}"]`) ?? null;

/** One picture of three elements. */
function one(text: string): Partial<Backend> & { files: { text: string; stamp: number } } {
  const files = { text, stamp: 1 };
  const row = () => ({ name: "hall.svg", title: "hall", stamp: String(files.stamp) });
  const view = (): PictureView => ({ row: row(), text: files.text, print: files.text });
  return {
    files,
    pictures: async () => ({
      folder: "/p",
      rows: [row()],
      left_out: [{ name: "x.svg", reason: said("too large") }],
    }),
    picture: async () => view(),
    savePicture: vi.fn(async (_name, print, bindings) => {
      if (print !== files.text) throw { message: "hall.svg was changed by another program" };
      files.text = withBindings(files.text, bindings);
      files.stamp += 1;
      return view();
    }),
  };
}

const HALL = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">
  <text id="flow" data-signal="pump-2/vibration_de"><tspan>0</tspan></text>
  <rect id="pump" width="10" height="10" data-signal="pump-2/speed" data-on="> 100"/>
  <g id="skid" data-asset="edge-2"><path d="M0 0h1"/></g><text data-signal="gone/flow">0</text>
  <rect id="tank" width="4" height="40" data-signal="high-tank/level" data-show="bar"/>
  <rect id="dial" width="4" height="40" data-signal="high-tank/level" data-show="indicator"/></svg>`;

async function open(change: Partial<Backend>, scene = "fault"): Promise<void> {
  live = new Live({ ...fakeBackend(scene), ...change });
  window.location.hash = "#/process";
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  await waitFor(() => expect(byId("process")).not.toBeNull());
}

async function write(id: string, text: string): Promise<void> {
  const input = byId(id) as HTMLInputElement;
  input.focus();
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
}

const key = (target: EventTarget, name: string, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, composed: true, ...more }));

describe("a process picture", () => {
  it("shows values, states, alarms and silence, and says what it cannot show", async () => {
    await open(one(HALL));
    await waitFor(() => expect(bound("Pump 2, Drive-end vibration")?.textContent).toMatch(/^\d\.\d.mm\/s$/));
    const value = bound("Pump 2, Drive-end vibration")?.querySelector("tspan");
    // An alarm of the first priority stands on it; the colour is an alarm's.
    await waitFor(() => expect(value?.classList.contains("p1")).toBe(true));
    expect(bound("Pump 2, Speed")?.classList.contains("tw-on")).toBe(true);
    await waitFor(() => expect(bound("Edge node 2, no data")?.classList.contains("tw-silent")).toBe(true));
    expect(inside()?.querySelector(".tw-alarm.p1")).not.toBeNull();
    expect(inside()?.querySelector(".tw-pointer")?.getAttribute("transform")).toMatch(/^translate\(0 1\d/);
    const part = Number(inside()?.querySelector("clipPath rect")?.getAttribute("height"));
    expect(part).toBeGreaterThan(0.6);
    expect(part).toBeLessThan(0.8);
    expect(byId("picture-missing")?.textContent).toContain("1 binding");
    expect(byId("process")?.textContent).toContain("too large");
    expect(bound("Bound to gone/flow")?.textContent).toContain("?");
  });

  it("touches an element only when what it shows changes", async () => {
    await open(
      one(HALL.replace("</svg>", '<text id="mode" data-signal="pump-1/mode">x</text></svg>')),
      "normal",
    );
    await waitFor(() => expect(bound("Pump 1, Mode")?.textContent).toBe("Auto"));
    const touched = new Set<string>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        touched.add(element?.closest("[id]")?.id ?? "");
      }
    });
    const root = inside()?.querySelector("svg") as SVGElement;
    observer.observe(root, { subtree: true, characterData: true, childList: true });
    const flushes = live.flushes;
    await waitFor(() => expect(live.flushes).toBeGreaterThan(flushes + 8));
    await waitFor(() => expect(touched.has("flow")).toBe(true));
    expect(touched.has("mode")).toBe(false);
    expect(touched.has("skid")).toBe(false);
    observer.disconnect();
  });

  it("moves with the data only, while on, and not where motion is unwanted", async () => {
    const moving = `<svg xmlns="http://www.w3.org/2000/svg"><g id="on" data-signal="pump-1/speed" data-show="turn"><path d="M0 0h1"/></g>
      <g id="off" data-signal="pump-3/speed" data-show="turn"><path d="M0 0h1"/></g>
      <path id="pipe" style="stroke-dasharray:4 4" data-signal="pump-1/flow" data-show="flow"/></svg>`;
    await open(one(moving), "normal");
    const at = (id: string) => inside()?.querySelector<SVGElement>(`#${id}`) ?? null;
    await waitFor(() => expect(at("on")?.getAttribute("transform")).toMatch(/^rotate\(\d+ /));
    await waitFor(() => expect(at("pipe")?.style.getPropertyValue("stroke-dashoffset")).not.toBe(""));
    expect(at("off")?.getAttribute("transform")).toBeNull();
    expect(at("off")?.classList.contains("tw-stopped")).toBe(true);
    await end?.();
    document.body.replaceChildren();
    const { matchMedia } = window;
    vi.spyOn(window, "matchMedia").mockImplementation((query) =>
      query.includes("reduced-motion")
        ? ({ ...matchMedia(query), matches: true } as MediaQueryList)
        : matchMedia(query),
    );
    await open(one(moving), "normal");
    await waitFor(() => expect(at("off")?.classList.contains("tw-stopped")).toBe(true));
    const flushes = live.flushes;
    await waitFor(() => expect(live.flushes).toBeGreaterThan(flushes + 4));
    expect(at("on")?.getAttribute("transform")).toBeNull();
    expect(at("on")?.classList.contains("tw-stopped")).toBe(false);
  });

  it("leads to assets and signals by Enter, and from element to element by arrows", async () => {
    await open(one(HALL));
    await waitFor(() => expect(bound("Pump 2, Drive-end vibration")).not.toBeNull());
    const first = bound("Pump 2, Drive-end vibration") as SVGElement;
    expect(first.getAttribute("tabindex")).toBe("0");
    first.focus();
    await waitFor(() => expect(byId("picture-card")?.textContent).toContain("High-high"));
    await waitFor(() => expect(byId("picture-card")?.textContent).toContain("GOOD"));
    key(first, "ArrowRight");
    await waitFor(() => expect(bound("Pump 2, Speed")?.getAttribute("tabindex")).toBe("0"));
    expect(first.getAttribute("tabindex")).toBe("-1");
    key(bound("Pump 2, Speed") as SVGElement, "Enter");
    await waitFor(() => expect(window.location.hash).toMatch(/^#\/asset\/pump-2\/\d+$/));
  });

  it("is bound from the list, undone, redone and saved into its file", async () => {
    const backend = one(HALL);
    await open(backend);
    await waitFor(() => expect(byId("picture-edit")).not.toBeNull());
    byId("picture-edit")?.click();
    await waitFor(() => expect(byId("element-3")).not.toBeNull());
    await write("picture-filter", "skid");
    expect(byId("element-3")).toBeNull();
    byId("element-4")?.click();
    await waitFor(() => expect(byId("binding-form")?.textContent).toContain("Edge node 2"));
    await write("picture-target", "pump 1 flow");
    key(byId("picture-target") as HTMLElement, "Enter");
    await waitFor(() => expect(byId("picture-unsaved")?.textContent).toContain("1 element"));
    expect(bound("Pump 1, Flow")).not.toBeNull();
    key(window, "z", { ctrlKey: true });
    await waitFor(() => expect(byId("picture-unsaved")).toBeNull());
    expect(bound("Pump 1, Flow")).toBeNull();
    key(window, "z", { ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(byId("picture-unsaved")).not.toBeNull());
    byId("show-turn")?.click();
    await tick();
    key(window, "s", { ctrlKey: true });
    await waitFor(() => expect(backend.files.stamp).toBe(2));
    expect(backend.files.text).toBe(
      HALL.replace('data-asset="edge-2"', 'data-signal="pump-1/flow" data-show="turn"'),
    );
    await waitFor(() => expect(byId("picture-unsaved")).toBeNull());
    expect(notices.list.at(-1)?.text).toContain(".bak");
  });

  it("tells who could not be read, and what to do without a picture", async () => {
    await open(one("<svg"));
    await waitFor(() => expect(byId("process")?.textContent).toContain("not well-formed"));
    await end?.();
    document.body.replaceChildren();
    await open({}, "empty");
    await waitFor(() => expect(byId("no-pictures")?.textContent).toContain("Inkscape"));
    byId("picture-import")?.click();
    await waitFor(() => expect(byId("picture-path")).not.toBeNull());
    await write("picture-path", "/home/a.png");
    byId("picture-bring")?.click();
    await waitFor(() => expect(document.querySelector("dialog [role=alert]")?.textContent).toContain(".svg"));
    await write("picture-path", "/home/a.svg");
    byId("picture-bring")?.click();
    await waitFor(() => expect(byId("picture-tab-a")?.getAttribute("aria-current")).toBe("page"));
  });
});

describe("pictures of the folder", () => {
  it("follow edits by hand, keep what is being bound, and say when both happened", async () => {
    const backend = one(HALL);
    const pictures = new Pictures(backend as Backend);
    await pictures.look();
    backend.files.text = HALL.replace("pump-2", "pump-1");
    backend.files.stamp += 1;
    await pictures.look();
    expect(pictures.shown?.text).toContain("pump-1/vibration_de");
    pictures.bind({ ...unbound(2), asset: "pump-3" }, undefined);
    expect(await pictures.choose("other.svg")).toBe(false);
    backend.files.text = HALL;
    backend.files.stamp += 1;
    await pictures.look();
    expect(pictures.overtaken).toBe(true);
    expect(pictures.changes.size).toBe(1);
    await expect(pictures.save()).rejects.toMatchObject({ message: expect.stringContaining("changed") });
    pictures.discard();
    await vi.waitFor(() => expect(pictures.shown?.text).toBe(HALL));
    expect(pictures.changes.size).toBe(0);
    // Its file is taken away while something is bound.
    pictures.bind({ ...unbound(2), asset: "pump-3" }, undefined);
    const other = { name: "other.svg", title: "other", stamp: "1" };
    backend.pictures = async () => ({ folder: "/p", rows: [other], left_out: [] });
    await pictures.look();
    expect(pictures.overtaken).toBe(true);
    expect(pictures.changes.size).toBe(1);
    pictures.discard();
    // Back to what the file says is no change.
    pictures.bind(unbound(2), undefined);
    expect(pictures.changes.size).toBe(0);
  });
});

describe("what a binding means", () => {
  it("is on by its rule, else by number and word", () => {
    expect(isOn("> 5", 6, "")).toBe(true);
    expect(isOn("< -1.5", -1, "")).toBe(false);
    expect(isOn("Auto, Manual", Number.NaN, "manual")).toBe(true);
    expect(isOn("1", 1, "")).toBe(true);
    expect(isOn(null, 0, "")).toBe(false);
    expect(isOn(null, Number.NaN, "")).toBe(false);
    expect(isOn(null, Number.NaN, "Stopped")).toBe(false);
    expect(isOn(null, Number.NaN, "Auto")).toBe(true);
  });

  it("has a scale of its own or that of the signal", () => {
    expect(fraction(5, unbound(0), [0, 10])).toBe(0.5);
    expect(fraction(5, { low: 10, high: 0 }, null)).toBe(0.5);
    expect(fraction(99, unbound(0), [0, 10])).toBe(1);
    expect(fraction(5, unbound(0), null)).toBeNull();
    expect(fraction(Number.NaN, unbound(0), [0, 1])).toBeNull();
    expect(showOf({ ...unbound(1), signal: "a/b" }, "text")).toBe("value");
    expect(showOf({ ...unbound(1), asset: "a", show: "bar" }, "rect")).toBe("asset");
  });
});

describe("the view of a picture", () => {
  const whole = { x: 0, y: 0, width: 100, height: 50 };

  it("zooms about a point, and never beyond the picture", () => {
    const near = zoomed(whole, whole, 2, { x: 100, y: 50 });
    expect(near).toEqual({ x: 50, y: 25, width: 50, height: 25 });
    expect(zoomed(near, whole, 0.01, { x: 60, y: 30 })).toEqual(whole);
    expect(zoomed(whole, whole, 1e9, { x: 0, y: 0 }).width).toBe(100 / 16);
    expect(panned(near, whole, 1_000, -1_000)).toEqual({ ...near, x: 50, y: 0 });
    const seen = showing(near, whole, { x: 2, y: 2, width: 4, height: 4 });
    expect(seen.x).toBeLessThanOrEqual(2);
    expect(seen.y).toBeLessThanOrEqual(2);
  });

  it("begins with the view box, else with width and height", () => {
    const of = (attributes: Record<string, string>) => boxOf((name) => attributes[name] ?? null);
    expect(of({ viewBox: "1,2 30 40" })).toEqual({ x: 1, y: 2, width: 30, height: 40 });
    expect(of({ width: "96px", height: "1in" })).toEqual({ x: 0, y: 0, width: 96, height: 96 });
    expect(of({ viewBox: "0 0 -1 NaN", width: "100%" })).toEqual({ x: 0, y: 0, width: 800, height: 600 });
  });
});
