// @vitest-environment happy-dom
/** The whole window on the played backend: what the window test of the real program relies on. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { OpeningView } from "../src/ipc/bindings/OpeningView";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { theme } from "../src/live/theme.svelte";
import { recorder } from "./canvas";

/** A loaded machine takes longer than a second, for a part of the window that is loaded when it is wanted. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  delete document.documentElement.dataset.ready;
  vi.restoreAllMocks();
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
    await waitFor(() => expect(document.documentElement.dataset.ready).toBe("true"));
    await waitFor(() => expect(uiReady).toHaveBeenCalledTimes(1));
  });

  it("shows every asset, the ways to the screens, the counters and the title", async () => {
    await open("fault");
    await waitFor(() => expect(byId("status-connection")?.textContent).toContain("3 connections"));
    await waitFor(() => expect(byId("tile-pump-2")).not.toBeNull());
    expect(document.querySelectorAll("[data-asset]")).toHaveLength(15);
    for (const id of ["nav-overview", "nav-alarms", "nav-connections"]) expect(byId(id)).not.toBeNull();
    expect(document.title).toBe("(2) Overview – Riverside Pumping Station – Twinscope");
    // The pump hall lists the pump with the unacknowledged alarm first.
    const hall = document.querySelector('section[aria-label="Pump hall"]');
    expect(hall?.querySelector<HTMLElement>("[data-asset]")?.dataset.asset).toBe("pump-2");
  });

  it("does not call live what no connection brings", async () => {
    const backend = await open("fault");
    await waitFor(() => expect(byId("clock")?.textContent).toContain("LIVE"));
    for (const { form } of await backend.connections()) await backend.removeConnection(form.id);
    await waitFor(() => expect(byId("clock")?.textContent).toContain("NO LINK"));
    expect(byId("clock")?.textContent).not.toContain("LIVE");
  });

  it("acknowledges the worst alarm with the key A, but not while a person types", async () => {
    const backend = await open("fault");
    const acknowledge = vi.spyOn(backend, "acknowledge");
    byId("search")?.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
    expect(acknowledge).not.toHaveBeenCalled();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
    await waitFor(() => expect(document.title.startsWith("(1)")).toBe(true));
    expect(acknowledge.mock.calls[0]?.[0]).toContain("pump-2/vibration_de/high-high");
  });

  it("acknowledges in the alarm table", async () => {
    await open("fault");
    window.location.hash = "#/alarms";
    await waitFor(() => expect(byId("alarm-1-pump-2-high-high")).not.toBeNull());
    const row = byId("alarm-1-pump-2-high-high");
    expect(row?.dataset.state).toBe("unack-active");
    row?.querySelector<HTMLElement>('[data-testid="ack"]')?.click();
    await waitFor(() => expect(byId("alarm-1-pump-2-high-high")?.dataset.state).toBe("acked-active"));
    expect(byId("alarm-1-pump-2-high-high")?.textContent).toContain("operator");
  });

  it("shows connections with what was rejected, and asks before a rebirth", async () => {
    const requestRebirth = vi.fn(async () => {});
    await open("fault", { requestRebirth });
    window.location.hash = "#/connections";
    await waitFor(() => expect(byId("rejects-station")?.textContent).toContain("JSON nested too deeply"));
    await waitFor(() => expect(byId("session-row-Riverside/edge-2")).not.toBeNull());
    document.querySelector<HTMLElement>('[aria-label="Ask Riverside/edge-2 for a rebirth"]')?.click();
    await waitFor(() => expect(document.querySelector("dialog")).not.toBeNull());
    expect(requestRebirth).not.toHaveBeenCalled();
    const ask = [...document.querySelectorAll("dialog button")].find((button) =>
      button.textContent?.includes("Ask for"),
    );
    (ask as HTMLElement).click();
    await waitFor(() => expect(requestRebirth).toHaveBeenCalledWith("station", "Riverside/edge-2"));
  });

  it("tells a person without a broker what to do next", async () => {
    await open("empty");
    await waitFor(() => expect(byId("first-demo")?.textContent).toContain("Try the demo"));
    expect(byId("first-connect")).not.toBeNull();
    expect(byId("folder-path")).not.toBeNull();
  });

  it("says why the program could not be started, in the whole window, and has it opened for that", async () => {
    const fail = () => Promise.reject({ message: "The folder /srv/plant is in use by another Twinscope." });
    const uiReady = vi.fn(async () => {});
    const closeWindow = vi.fn(async () => {});
    // Every command that needs the program answers the same error; those of the window itself work.
    await open("normal", {
      plant: fail,
      subscribe: fail,
      alarms: fail,
      alarmHistory: fail,
      connections: fail,
      settings: fail,
      trend: fail,
      uiReady,
      closeWindow,
    });
    await waitFor(() => expect(byId("fault")?.textContent).toContain("in use by another Twinscope"));
    expect(byId("fault")?.querySelector('[role="alert"]')?.textContent).toContain("try again");
    expect(byId("folder-path")).not.toBeNull();
    expect(byId("fault-demo")).not.toBeNull();
    expect(document.documentElement.dataset.ready).toBe("true");
    expect(uiReady).toHaveBeenCalledTimes(1);
    // Nothing beside it that would not work.
    expect(byId("nav-overview")).toBeNull();
    byId("fault-quit")?.click();
    await waitFor(() => expect(closeWindow).toHaveBeenCalledWith(false, false));
  });

  it("leads to another plant when its own cannot be opened, or tries again", async () => {
    const said = { message: "plant.toml, line 3: there is no such key" };
    const openOwn = vi.fn(() => Promise.reject(said));
    await open("normal", { plant: () => Promise.reject(said), openOwn });
    await waitFor(() => expect(byId("fault-again")).not.toBeNull());
    byId("fault-again")?.click();
    await waitFor(() => expect(byId("opening-failure")?.textContent).toContain("no such key"));
    expect(openOwn).toHaveBeenCalledTimes(1);
  });

  it("waits for a first plant that takes long, and says so", async () => {
    const starting = { message: "the plant is being opened" };
    const view = { number: 1, what: "own", step: "workspace", failure: null } as const;
    let way: OpeningView = view;
    const cancelOpening = vi.fn(async () => {
      way = { ...view, step: "cancelled" };
    });
    await open("normal", { plant: () => Promise.reject(starting), opening: async () => way, cancelOpening });
    await waitFor(() => expect(byId("fault")?.textContent).toContain("Opening the plant"));
    expect(byId("fault")?.querySelector('[role="alert"]')).toBeNull();
    byId("opening-cancel")?.click();
    await waitFor(() => expect(byId("fault-again")).not.toBeNull());
    expect(cancelOpening).toHaveBeenCalledTimes(1);
  });

  it("shows the plant when the second try succeeds, and tells the program once only", async () => {
    const good = fakeBackend("normal");
    const uiReady = vi.fn(async () => {});
    let broken = true;
    await open("normal", {
      plant: () => (broken ? Promise.reject({ message: "plant.toml, line 41" }) : good.plant()),
      uiReady,
    });
    expect(byId("fault")?.textContent).toContain("plant.toml, line 41");
    broken = false;
    await waitFor(() => expect(byId("tile-pump-1")).not.toBeNull());
    expect(byId("fault")).toBeNull();
    expect(uiReady).toHaveBeenCalledTimes(1);
  });

  it("keeps what closing the window does, and says when it could not", async () => {
    let fails = false;
    const setSettings = vi.fn(async () => {
      if (fails) throw { message: "settings.toml cannot be written: the disk is full." };
    });
    await open("normal", { setSettings });
    byId("nav-settings")?.focus();
    byId("nav-settings")?.click();
    const choice = (value: string) => byId(`settings-close-${value}`) as HTMLInputElement;
    await waitFor(() => expect(choice("ask").checked).toBe(true));
    expect(byId("settings-workspace")?.textContent).toBe("/home/operator/riverside");
    choice("tray").click();
    await waitFor(() => expect(setSettings).toHaveBeenCalledWith({ on_close: "tray", language: "en" }));
    fails = true;
    choice("quit").click();
    await waitFor(() =>
      expect(document.querySelector('dialog [role="alert"]')?.textContent).toContain("disk is full"),
    );
    expect(choice("tray").checked).toBe(true);
    byId("settings-done")?.click();
    await waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(document.activeElement).toBe(byId("nav-settings"));
  });

  it("changes colours in the settings", async () => {
    await open("normal");
    byId("nav-settings")?.click();
    await waitFor(() => expect(byId("settings-theme-light")).not.toBeNull());
    byId("settings-theme-light")?.click();
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe("light"));
    byId("settings-theme-dark")?.click();
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe("dark"));
    byId("settings-theme-system")?.click();
    await waitFor(() => expect(theme.choice).toBe("system"));
  });

  it("turns the pages of the alarm history by sequence number", async () => {
    const rows = Array.from({ length: 450 }, (_, i): AlarmRow => {
      const seq = 450 - i;
      return {
        id: `flow-${seq}`,
        seq,
        asset: "pump-1",
        signal: 3,
        kind: "low",
        priority: 3,
        limit: 240,
        value: 230,
        state: "normal",
        // A sequence number says nothing about when an alarm was raised.
        raised_at: 1_790_000_000_000_000 - seq * 1_000_000,
        returned_at: 1_791_000_000_000_000,
        acknowledged_at: null,
        acknowledged_by: null,
        comment: null,
      };
    });
    const alarmHistory = vi.fn(async (before: number, limit: number) =>
      rows.filter((row) => before === 0 || row.seq < before).slice(0, limit),
    );
    await open("normal", { alarmHistory });
    window.location.hash = "#/alarms";
    await waitFor(() => expect(byId("alarms-history")).not.toBeNull());
    byId("alarms-history")?.click();
    // Rows far from the screen do not exist.
    const shown = () => Number(byId("alarm-table")?.getAttribute("aria-rowcount")) - 1;
    await waitFor(() => expect(shown()).toBe(200));
    byId("alarms-older")?.click();
    await waitFor(() => expect(shown()).toBe(400));
    byId("alarms-older")?.click();
    await waitFor(() => expect(shown()).toBe(450));
    expect(byId("alarms-older")).toBeNull();
    const asked = alarmHistory.mock.calls.filter(([, limit]) => limit === 200).map(([before]) => before);
    expect(asked.filter((before) => before !== 0)).toEqual([251, 51]);
  });

  it("says since when an asset lives, and keeps the model's method behind a disclosure", async () => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
    const backend = await open("fault");
    window.location.hash = "#/asset/pump-2";
    await waitFor(() => expect(byId("why")?.textContent).toContain("0 false alarms in 9.2"));
    expect(byId("asset-pump-2")?.textContent).toMatch(/live since .{4,8}\d\d:\d\d:\d\d/);
    expect(byId("why")?.textContent).not.toContain("ridge regression");
    const shares = (await backend.anomaly("pump-2"))?.shares ?? [];
    expect(shares.length).toBeGreaterThan(4);
    expect(byId("why")?.querySelectorAll("li").length).toBe(shares.length);
    byId("why-how")?.click();
    await waitFor(() => expect(byId("why")?.textContent).toContain("ridge regression"));
    expect(byId("why-how")?.getAttribute("aria-expanded")).toBe("true");
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
    await waitFor(() => expect(byId("close-tray")).not.toBeNull());
    const remember = byId("close-remember") as HTMLInputElement;
    expect(remember.checked).toBe(true);
    remember.click();
    byId("close-tray")?.click();
    await waitFor(() => expect(closeWindow).toHaveBeenCalledWith(true, false));
    await waitFor(() => expect(byId("close-tray")).toBeNull());
  });
});
