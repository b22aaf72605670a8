// @vitest-environment happy-dom
/** Every key that does something, and the list of them. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { keyChoice } from "../src/live/keychoice.svelte";
import { act, actOf, KEYS, type KeyAct, type KeyPlace, strokeOf } from "../src/live/keys";
import { Live } from "../src/live/live.svelte";
import { capsOf, shortcutGroups } from "../src/live/shortcuts";
import { windowKeys } from "../src/live/windowkeys";

/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

const press = (key: string, more: KeyboardEventInit = {}) =>
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });

describe("keys", () => {
  it("reads how a key is written", () => {
    expect(strokeOf("Control+Shift+Z")).toEqual({ control: true, shift: true, key: "z" });
    expect(strokeOf("+")).toEqual({ control: false, shift: false, key: "+" });
    expect(strokeOf("Home")).toEqual({ control: false, shift: false, key: "Home" });
  });

  it("finds what a key does, whatever a keyboard needs to write it", () => {
    expect(actOf(press("?", { shiftKey: true }), "window")).toBe("shortcuts");
    expect(actOf(press("?"), "window")).toBe("shortcuts");
    expect(actOf(press("A"), "window")).toBe("acknowledge");
    expect(actOf(press("a", { ctrlKey: true }), "window")).toBeNull();
    expect(actOf(press("a", { altKey: true }), "window")).toBeNull();
    expect(actOf(press("M", { shiftKey: true }), "trend")).toBe("unmark");
    expect(actOf(press("m"), "trend")).toBe("mark");
    expect(actOf(press(" "), "wall")).toBe("hold");
    expect(actOf(press("z", { ctrlKey: true }), "binding")).toBe("undo");
    expect(actOf(press("Z", { metaKey: true, shiftKey: true }), "binding")).toBe("redo");
    expect(actOf(press("Enter", { ctrlKey: true }), "search")).toBe("narrow");
  });

  it("never means two things at one place", () => {
    for (const place of Object.keys(KEYS) as KeyPlace[]) {
      const all = Object.values<readonly string[]>(KEYS[place]).flat();
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it("keeps the browser from what the window does", () => {
    const event = press("Escape");
    const leave = vi.fn();
    expect(act(event, "overview", { wall: vi.fn(), clear: leave })).toBe(true);
    expect(leave).toHaveBeenCalledWith("Escape");
    expect(event.defaultPrevented).toBe(true);
    const other = press("x");
    expect(act(other, "overview", { wall: vi.fn(), clear: leave })).toBe(false);
    expect(other.defaultPrevented).toBe(false);
  });

  it("can be kept from acting on one character alone", () => {
    keyChoice.choose(false);
    expect(actOf(press("a"), "window")).toBeNull();
    expect(actOf(press("w"), "overview")).toBeNull();
    expect(actOf(press("Escape"), "overview")).toBe("clear");
    // These act only where the focus is.
    expect(actOf(press("m"), "trend")).toBe("mark");
    keyChoice.choose(true);
    expect(actOf(press("a"), "window")).toBe("acknowledge");
  });
});

describe("list of shortcuts", () => {
  it("has words for every key of the table", () => {
    const groups = shortcutGroups();
    expect(groups.map(({ place }) => place)).toEqual(Object.keys(KEYS));
    for (const { place, title, lines } of groups) {
      expect(title).not.toBe(`keys-${place}`);
      expect(lines.map(({ name }) => name)).toEqual(Object.keys(KEYS[place]));
      for (const { name, ways, what } of lines) {
        expect(what).not.toBe(`keys-${place}-${name}`);
        expect(ways.flat().join("")).not.toContain("keys-key");
        expect(ways.flat().every((cap) => cap.length > 0)).toBe(true);
      }
    }
    expect(capsOf("Control+Shift+Z")).toEqual(["Ctrl", "Shift", "Z"]);
    expect(capsOf("PageUp")).toEqual(["Page up"]);
    expect(capsOf("Shift+ArrowLeft")).toEqual(["Shift", "←"]);
  });
});

describe("in the window", () => {
  let end: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await end?.();
    document.body.replaceChildren();
    window.location.hash = "";
  });

  async function open(): Promise<void> {
    const live = new Live(fakeBackend("fault"));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
  }
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

  it("every key that acts anywhere is taken by a part of it", async () => {
    await open();
    const missing = (Object.keys(KEYS.window) as KeyAct<"window">[]).filter((name) => !windowKeys.has(name));
    expect(missing).toEqual([]);
  });

  it("? opens the list, which is closed by its button and opens no second one", async () => {
    await open();
    window.dispatchEvent(press("?"));
    await waitFor(() => expect(byId("shortcuts")?.textContent).toContain("Acknowledge the worst alarm"));
    window.dispatchEvent(press("?"));
    await tick();
    expect(document.querySelectorAll("[data-testid=shortcuts]")).toHaveLength(1);
    byId("shortcuts-done")?.click();
    await waitFor(() => expect(byId("shortcuts")).toBeNull());
  });

  it("a digit leads to a screen, and a comma to the settings", async () => {
    await open();
    window.dispatchEvent(press("2"));
    await waitFor(() => expect(window.location.hash).toBe("#/process"));
    window.dispatchEvent(press(","));
    await waitFor(() => expect(byId("settings-done")).not.toBeNull());
  });
});
