// @vitest-environment happy-dom
/** The whole window on the played backend: what the window test of the real program relies on. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  delete document.documentElement.dataset.ready;
});

async function open(scene: string, change: Partial<Backend> = {}): Promise<Backend> {
  const backend = { ...fakeBackend(scene), ...change };
  const live = new Live(backend);
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  return backend;
}

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

describe("window", () => {
  it("says when it shows its first picture, to the page and to the program", async () => {
    const uiReady = vi.fn(async () => {});
    await open("fault", { uiReady });
    expect(document.documentElement.dataset.ready).toBeUndefined();
    await vi.waitFor(() => expect(document.documentElement.dataset.ready).toBe("true"));
    await vi.waitFor(() => expect(uiReady).toHaveBeenCalledTimes(1));
  });

  it("shows every asset, the ways to the screens, the counters and the title", async () => {
    await open("fault");
    await vi.waitFor(() => expect(byId("status-connection")?.textContent).toContain("2 brokers"));
    expect(byId("tile-pump-2")).not.toBeNull();
    expect(document.querySelectorAll("[data-asset]")).toHaveLength(15);
    for (const id of ["nav-overview", "nav-alarms", "nav-connections"]) expect(byId(id)).not.toBeNull();
    expect(document.title).toBe("(2) Riverside Pumping Station · Twinscope");
    // The pump hall lists the pump with the unacknowledged alarm first.
    const hall = document.querySelector('section[aria-label="Pump hall"]');
    expect(hall?.querySelector<HTMLElement>("[data-asset]")?.dataset.asset).toBe("pump-2");
  });

  it("acknowledges the worst alarm with the key A, but not while a person types", async () => {
    const backend = await open("fault");
    const acknowledge = vi.spyOn(backend, "acknowledge");
    byId("search")?.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    expect(acknowledge).not.toHaveBeenCalled();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
    await vi.waitFor(() => expect(document.title.startsWith("(1)")).toBe(true));
    expect(acknowledge.mock.calls[0]?.[0]).toContain("pump-2/vibration_de/high-high");
  });

  it("acknowledges in the alarm table", async () => {
    await open("fault");
    window.location.hash = "#/alarms";
    await vi.waitFor(() => expect(byId("alarm-1-pump-2-high-high")).not.toBeNull());
    const row = byId("alarm-1-pump-2-high-high");
    expect(row?.dataset.state).toBe("unack-active");
    row?.querySelector<HTMLElement>('[data-testid="ack"]')?.click();
    await vi.waitFor(() => expect(byId("alarm-1-pump-2-high-high")?.dataset.state).toBe("acked-active"));
    expect(byId("alarm-1-pump-2-high-high")?.textContent).toContain("operator");
  });

  it("shows connections with what was rejected, and asks before a rebirth", async () => {
    const requestRebirth = vi.fn(async () => {});
    await open("fault", { requestRebirth });
    window.location.hash = "#/connections";
    await vi.waitFor(() => expect(byId("rejects-station")?.textContent).toContain("json-too-deep"));
    document.querySelector<HTMLElement>('[aria-label="Ask Riverside/edge-2 for a rebirth"]')?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog")).not.toBeNull());
    expect(requestRebirth).not.toHaveBeenCalled();
    const ask = [...document.querySelectorAll("dialog button")].find((button) =>
      button.textContent?.includes("Ask for"),
    );
    (ask as HTMLElement).click();
    await vi.waitFor(() => expect(requestRebirth).toHaveBeenCalledWith("station", "Riverside/edge-2"));
  });

  it("tells a person without a broker what to do next", async () => {
    await open("empty");
    await vi.waitFor(() => expect(byId("first-run")?.textContent).toContain("cargo xtask demo"));
  });

  it("says why there is no plant", async () => {
    await open("error");
    await vi.waitFor(() =>
      expect(document.querySelector('[role="alert"]')?.textContent).toContain("plant.toml, line 41"),
    );
  });

  it("asks whether to keep collecting, and passes the answer on", async () => {
    const closeWindow = vi.fn(async () => {});
    let ask = () => {};
    await open("normal", {
      closeWindow,
      onAskClose: async (handler) => {
        ask = handler;
        return () => {};
      },
    });
    ask();
    await vi.waitFor(() => expect(byId("close-tray")).not.toBeNull());
    byId("close-remember")?.click();
    byId("close-tray")?.click();
    await vi.waitFor(() => expect(closeWindow).toHaveBeenCalledWith(true, true));
    await vi.waitFor(() => expect(byId("close-tray")).toBeNull());
  });
});
