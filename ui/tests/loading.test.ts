// @vitest-environment happy-dom
/** Screens are loaded when they are wanted: what was shown before stays until they are there. */
import { expect, it, vi } from "vitest";
import { recorder } from "./canvas";

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

it("keeps the screen until the next one is there, and loads the others by itself", async () => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  // Nothing of what was loaded before.
  vi.resetModules();
  const { mount, tick, unmount } = await import("svelte");
  const { parts } = await import("../src/views/parts.svelte");
  const { default: App } = await import("../src/App.svelte");
  const { Live } = await import("../src/live/live.svelte");
  const { fakeBackend } = await import("../src/ipc/fake");
  const rest = vi.spyOn(parts, "loadRest").mockResolvedValue();
  window.location.hash = "#/overview";
  const live = new Live(fakeBackend("normal"));
  const app = mount(App, { target: document.body, props: { live } });
  await live.start();
  await vi.waitFor(() => expect(byId("overview-count")).not.toBeNull(), 20_000);
  await vi.waitFor(() => expect(rest).toHaveBeenCalledTimes(1), 20_000);
  expect(parts.get("alarms")).toBeUndefined();
  window.location.hash = "#/alarms";
  await tick();
  expect(byId("overview-count")).not.toBeNull();
  await vi.waitFor(() => expect(byId("alarms-standing")).not.toBeNull(), 20_000);
  expect(byId("overview-count")).toBeNull();
  rest.mockRestore();
  const beats: number[] = [];
  await parts.loadRest(async (ms) => void beats.push(ms));
  expect(parts.get("trend") && parts.get("settings")).toBeDefined();
  expect(Math.min(...beats)).toBeGreaterThan(0);
  await unmount(app);
  live.stop();
});
