// @vitest-environment happy-dom
/** What the window says in its corner: nothing goes before it could be read. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Notices from "../src/components/domain/Notices.svelte";
import { notices } from "../src/live/notices.svelte";

let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  vi.useFakeTimers();
  notices.closeAll();
  const app = mount(Notices, { target: document.body });
  end = () => unmount(app);
});
afterEach(async () => {
  notices.closeAll();
  vi.useRealTimers();
  await end?.();
  document.body.replaceChildren();
});
const seen = () =>
  [...document.querySelectorAll("[data-testid=notice] p")].map((one) => one.textContent?.trim());
const button = (id: string) => document.querySelector<HTMLButtonElement>(`[data-testid="${id}"]`);
const texts = () => notices.list.map(({ text }) => text);

describe("notices", () => {
  it("that tell of failures stay until they are closed, however many come", async () => {
    for (const name of ["a", "b", "c", "d", "e", "f"]) notices.tell(name, true);
    await tick();
    expect(seen()).toEqual(["c", "d", "e", "f"]);
    expect(button("notices-more")?.textContent).toContain("2 more notices");
    vi.advanceTimersByTime(3_600_000);
    expect(texts()).toEqual(["a", "b", "c", "d", "e", "f"]);
    button("notices-more")?.click();
    await tick();
    expect(seen()).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(button("notices-more")?.getAttribute("aria-expanded")).toBe("true");
    button("notices-close-all")?.click();
    await tick();
    expect([seen(), texts()]).toEqual([[], []]);
    expect(button("notices-more")).toBeNull();
  });

  it("go after they were seen for a while, which waits while others stand before them", () => {
    const closed = vi.fn();
    notices.tell("saved", false, closed);
    vi.advanceTimersByTime(3_000);
    for (const name of ["a", "b", "c", "d"]) notices.tell(name, true);
    vi.advanceTimersByTime(60_000);
    expect(texts()).toContain("saved");
    expect(closed).not.toHaveBeenCalled();
    notices.close(notices.list.at(-1)?.id ?? 0);
    vi.advanceTimersByTime(6_900);
    expect(texts()).toContain("saved");
    vi.advanceTimersByTime(200);
    expect(texts()).toEqual(["a", "b", "c"]);
    expect(closed).toHaveBeenCalledOnce();
  });

  it("of the same failure are one, the newest, which says how often it came", async () => {
    notices.tell("no answer", true);
    notices.tell("other", true);
    notices.tell("no answer", true);
    notices.tell("no answer", true);
    await tick();
    expect(texts()).toEqual(["other", "no answer"]);
    expect(seen()[1]).toContain("(3 times)");
  });

  it("that can be taken back step aside, and can be had as long as that is possible", async () => {
    const undo = vi.fn();
    notices.tellWithUndo("removed", undo, 600_000);
    await tick();
    expect(seen()).toEqual(["removed"]);
    vi.advanceTimersByTime(31_000);
    await tick();
    expect(seen()).toEqual([]);
    button("notices-more")?.click();
    await tick();
    expect(seen()).toEqual(["removed"]);
    button("notice-undo")?.click();
    expect(undo).toHaveBeenCalledOnce();
    expect(texts()).toEqual([]);
    notices.tellWithUndo("removed too", undo, 600_000);
    vi.advanceTimersByTime(599_000);
    expect(texts()).toEqual(["removed too"]);
    vi.advanceTimersByTime(2_000);
    expect(texts()).toEqual([]);
    expect(undo).toHaveBeenCalledOnce();
  });

  it("are bounded, and what there was no room for is counted and closed", async () => {
    const closed = vi.fn();
    notices.tell("first", false, closed);
    for (let i = 0; i < 201; i += 1) notices.tell(`failure ${i}`, true);
    await tick();
    expect(notices.list).toHaveLength(200);
    expect(closed).toHaveBeenCalledOnce();
    expect(notices.lost).toBe(1);
    expect(document.querySelector("[role=alert]")?.textContent).toContain("1 older failure");
  });
});
