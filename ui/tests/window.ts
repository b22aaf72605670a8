/** The window on a played backend, for tests of a screen: each begins with an empty store and ends with nothing mounted. */
import { mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import { Live } from "../src/live/live.svelte";
import { recorder } from "./canvas";

let close: (() => Promise<void>) | undefined;

/** To be called once in a file: every test has a canvas, and its window is closed behind it. */
export function ownWindow(): void {
  beforeEach(() => {
    localStorage.clear();
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  });
  afterEach(async () => {
    await closeWindow();
    document.body.replaceChildren();
    vi.restoreAllMocks();
    window.location.hash = "";
  });
}

/** Opens the window at an address; ready when its first frame is shown. */
export async function openWindow(hash: string, backend: Backend): Promise<Live> {
  window.location.hash = hash;
  const live = new Live(backend);
  const app = mount(App, { target: document.body, props: { live } });
  close = async () => {
    await unmount(app);
    live.stop();
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  return live;
}

export async function closeWindow(): Promise<void> {
  await close?.();
  close = undefined;
}

export async function openTrend(backend: Backend): Promise<Live> {
  const live = await openWindow("#/trend", backend);
  await vi.waitFor(() => expect(byId("trend-chart")).not.toBeNull());
  return live;
}

export function byId<E extends HTMLElement = HTMLElement>(id: string): E | null {
  return document.querySelector<E>(`[data-testid="${id}"]`);
}

export function press(
  on: HTMLElement | null,
  key: string,
  held: { shiftKey?: boolean; ctrlKey?: boolean } = {},
): void {
  on?.dispatchEvent(new KeyboardEvent("keydown", { key, ...held, bubbles: true, cancelable: true }));
}
