// @vitest-environment happy-dom
/** Where one is: titles, the keyboard's place after a change of screen, and an address that leads nowhere. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { windowLanguage } from "../src/live/language.svelte";
import { Live } from "../src/live/live.svelte";
import { router } from "../src/live/router.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  windowLanguage.choose("system");
  vi.restoreAllMocks();
});
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function open(hash: string): Promise<void> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  windowLanguage.start();
  live = new Live(fakeBackend("normal"));
  window.location.hash = hash;
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await waitFor(() => expect(live.ready).toBe(true));
  await tick();
}

describe("a change of screen", () => {
  it("is in the title, said to screen readers, and takes the keyboard to the heading", async () => {
    await open("#/overview");
    expect(document.title).toBe("Overview – Riverside Pumping Station – Twinscope");
    // A window that opens leaves the keyboard where it is.
    expect([byId("screen-said")?.textContent, document.activeElement]).toEqual(["", document.body]);
    const screens = [
      ["alarms", "Alarms"],
      ["trend", "Trend"],
      ["process", "Process"],
      ["connections", "Connections"],
      ["types", "Types"],
      ["discovery", "Discovery"],
      ["diagnostics", "Diagnostics"],
    ] as const;
    for (const [screen, name] of screens) {
      byId(`nav-${screen}`)?.focus();
      router.go({ screen });
      await waitFor(() => expect(document.title).toBe(`${name} – Riverside Pumping Station – Twinscope`));
      await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
      expect(document.querySelector("main")?.contains(document.activeElement)).toBe(true);
      expect(byId("screen-said")?.textContent).toBe(name);
      expect(byId("screen-said")?.getAttribute("role")).toBe("status");
    }
    router.go({ screen: "asset", id: "pump-2" });
    await waitFor(() => expect(document.title).toBe("Pump 2 – Riverside Pumping Station – Twinscope"));
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Pump 2"));
    router.go({ screen: "asset", id: "pump-1" });
    await waitFor(() => expect(document.activeElement?.textContent).toBe("Pump 1"));
    windowLanguage.choose("de");
    router.go({ screen: "alarms" });
    await waitFor(() => expect(document.title).toBe("Alarme – Riverside Pumping Station – Twinscope"));
  });

  it("leaves the keyboard where a person writes, or a screen has its own place for it", async () => {
    await open("#/diagnostics");
    const field = document.createElement("input");
    document.querySelector("main")?.append(field);
    field.focus();
    // Another part of the screen, then another screen while the field is still there.
    router.go({ screen: "diagnostics", section: "program" });
    await tick();
    expect(document.activeElement).toBe(field);
    router.go({ screen: "alarms" });
    await waitFor(() => expect(document.title).toMatch(/^Alarms/));
    await tick();
    expect(document.activeElement).toBe(field);
  });
});

describe("an asset that the plant does not have", () => {
  it("is said, with what to do, and opens when it comes", async () => {
    await open("#/asset/pump-99");
    await waitFor(() => expect(byId("no-asset")).not.toBeNull());
    expect(byId("no-asset")?.textContent).toContain("pump-99");
    expect(document.title).toMatch(/^No such asset – /);
    byId("no-asset-search")?.click();
    expect(document.activeElement).toBe(byId("search"));
    byId("no-asset-overview")?.click();
    await waitFor(() => expect(byId("no-asset")).toBeNull());
    expect(window.location.hash).toBe("#/overview");
    router.go({ screen: "asset", id: "pump-98" });
    await waitFor(() => expect(byId("no-asset")?.textContent).toContain("pump-98"));
    const plant = await live.backend.plant();
    const [one] = plant.assets;
    if (!one) throw new Error("the played plant has assets");
    vi.spyOn(live.backend, "plant");
    live.backend.plant = async () => ({ ...plant, assets: [...plant.assets, { ...one, id: "pump-98" }] });
    await live.reload();
    await waitFor(() => expect(byId("asset-pump-98")).not.toBeNull());
  });
});
