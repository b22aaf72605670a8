// @vitest-environment happy-dom
/** The screen of diagnostics on the played backend. */
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
});

const PUMP = "#/diagnostics/messages/station/spBv1.0%2FRiverside%2FDDATA%2Fedge-1%2Fpump-2";

async function open(hash: string, change: Partial<Backend> = {}, scene = "flood"): Promise<Live> {
  window.location.hash = hash;
  const live = new Live({ ...fakeBackend(scene), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  return live;
}

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const key = (target: Element, name: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));

describe("diagnostics", () => {
  it("names what floods, and leads by keys to its messages", async () => {
    await open("#/diagnostics");
    await vi.waitFor(() => expect(byId("rates-flood")?.textContent).toContain("lab/analyser/raw"));
    const links = [...(byId("rates")?.querySelectorAll("a") ?? [])];
    links[0]?.focus();
    key(links[0] as Element, "ArrowDown");
    expect(document.activeElement).toBe(links[1]);
    key(links[1] as Element, "Home");
    expect(document.activeElement).toBe(links[0]);
    key(links[0] as Element, "Enter");
    await vi.waitFor(() =>
      expect(window.location.hash).toBe("#/diagnostics/messages/station/lab%2Fanalyser%2Fraw"),
    );
    await vi.waitFor(() => expect(byId("tapped-message")?.textContent).toContain("AQ-7 <lab>"), 4_000);
  });

  it("ends the tap with the screen", async () => {
    const endTap = vi.fn(async () => {});
    await open(PUMP, { endTap });
    await vi.waitFor(() => expect(byId("tap-list")).not.toBeNull(), 4_000);
    expect(endTap).not.toHaveBeenCalled();
    window.location.hash = "#/diagnostics/program";
    await vi.waitFor(() => expect(endTap).toHaveBeenCalledTimes(1));
  });

  it("shows values in the units in which they came, whatever unit a person chose", async () => {
    const live = await open(PUMP);
    live.units.choose("temperature", "°F");
    await live.reload();
    await vi.waitFor(() => expect(byId("fields")?.textContent).toContain("°C"), 4_000);
    expect(byId("fields")?.textContent).not.toContain("°F");
    live.units.choose("temperature", null);
  });

  it("says what to do about what was dropped, and shows the evidence", async () => {
    await open("#/diagnostics/dropped");
    await vi.waitFor(() => expect(byId("dropped")?.textContent).toContain("Narrow the topic filters"));
    byId("dropped-json-too-deep")?.click();
    await vi.waitFor(() => expect(byId("evidence")?.querySelectorAll("li").length).toBe(3));
    byId("evidence")?.querySelector("button")?.click();
    await vi.waitFor(() => expect(byId("json-tree")).not.toBeNull());
    expect(byId("evidence-kept")?.textContent).toContain("3 of 15 are kept");
  });

  it("lists older evidence when a person asks, and keeps it as more comes", async () => {
    let newest = 120;
    const row = (number: number) => ({
      number,
      topic: `t/${number}`,
      detail: "",
      at: 0,
      bytes: 9,
      kept_bytes: 1,
    });
    const evidence = vi.fn(async (_connection: string, _reason: string, before: number | null) => {
      const first = (before ?? newest + 1) - 1;
      const rows = Array.from({ length: Math.min(50, first) }, (_, i) => row(first - i));
      return { rows, total: newest, kept: newest, more: first > 50 };
    });
    const evidencePayload = vi.fn(async () => "37");
    const before = await fakeBackend("flood").connections();
    const connections = async () =>
      before.map((row) => ({ ...row, rejects: row.rejects.map((of) => ({ ...of, count: newest })) }));
    const live = await open("#/diagnostics/dropped", { connections, evidence, evidencePayload });
    await vi.waitFor(() => expect(byId("dropped-json-too-deep")).not.toBeNull());
    byId("dropped-json-too-deep")?.click();
    const lines = () => [...(byId("evidence")?.querySelectorAll("li") ?? [])];
    await vi.waitFor(() => expect(lines().length).toBe(50));
    for (const length of [100, 120]) {
      [...(byId("evidence")?.querySelectorAll("button") ?? [])].at(-1)?.click();
      await vi.waitFor(() => expect(lines().length).toBe(length));
    }
    expect(byId("evidence")?.textContent).not.toContain("Older ones");
    newest = 123;
    await live.reload();
    await vi.waitFor(() => expect(lines().length).toBe(123), 8_000);
    expect(lines()[0]?.textContent).toContain("t/123");
    lines()[122]?.querySelector("button")?.click();
    await vi.waitFor(() => expect(evidencePayload).toHaveBeenCalledWith("station", 1));
    await vi.waitFor(() => expect(byId("payload")?.textContent).toMatch(/first\s1\sB of\s9/));
  });

  it("says that nothing was dropped, and why there is nothing to see", async () => {
    await open("#/diagnostics/dropped", {}, "normal");
    await vi.waitFor(() => expect(byId("nothing-dropped")).not.toBeNull());
  });

  it("says where to go when nothing is connected", async () => {
    await open("#/diagnostics/rates", {}, "empty");
    await vi.waitFor(() => expect(document.querySelector('a[href="#/connections"].go')).not.toBeNull());
  });
});
