// @vitest-environment happy-dom
/** Annotations of a trend: grouped, listed, written by keyboard, taken back, refused in the past; never markup. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../src/ipc/backend";
import type { AnnotationView } from "../src/ipc/bindings/AnnotationView";
import { fakeBackend } from "../src/ipc/fake";
import { groupsOf, MARKER_APART, shortText, touching } from "../src/lib/notes";
import type { Live } from "../src/live/live.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { TrendNotes } from "../src/live/trendnotes.svelte";
import { byId, openTrend, ownWindow, press } from "./window";

ownWindow();

const MINUTE = 60_000_000;

function note(id: number, t0: number, t1 = t0, text = `text ${id}`): AnnotationView {
  return {
    id,
    draft: { asset: "pump-2", signal: null, t0, t1, text },
    author: "ann",
    made_at: 5,
    changed_by: null,
    changed_at: null,
    revision: 1,
  };
}

describe("groups", () => {
  it("put together what could not be hit apart, and keep the rest", () => {
    const rows = [note(3, 2_000, 9_000), note(1, 0), note(2, 100)];
    const groups = groupsOf(rows, 10);
    expect(groups.map((group) => group.rows.map(({ id }) => id))).toEqual([[1, 2], [3]]);
    expect(groups.map(({ t0, t1 }) => [t0, t1])).toEqual([
      [0, 100],
      [2_000, 9_000],
    ]);
    for (let i = 1; i < groups.length; i += 1)
      expect((groups[i]?.t0 ?? 0) - (groups[i - 1]?.t0 ?? 0)).toBeGreaterThanOrEqual(MARKER_APART * 10);
    // Another text is another marker: what is shown of it is made anew.
    expect(groupsOf([{ ...note(1, 0), revision: 2 }], 10)[0]?.key).not.toBe(
      groupsOf([note(1, 0)], 10)[0]?.key,
    );
  });

  it("know what touches a range, its ends included", () => {
    const rows = [note(1, 10), note(2, 20, 40), note(3, 50)];
    expect(touching(rows, 10, 20).map(({ id }) => id)).toEqual([1, 2]);
    expect(touching(rows, 41, 49)).toEqual([]);
  });

  it("tell the beginning of a long text by whole letters", () => {
    expect(shortText(" a\n b ")).toBe(" a b ");
    const long = shortText("😀".repeat(90));
    expect([...long]).toHaveLength(80);
    expect(long.endsWith("😀…")).toBe(true);
  });
});

describe("what history knows", () => {
  const backend = (more: boolean) => {
    const annotations = vi.fn<Backend["annotations"]>(async () => ({ rows: [note(1, 0)], more }));
    return { annotations, notes: new TrendNotes({ ...fakeBackend("fault"), annotations }) };
  };

  it("is asked for once a range, and not again within it", async () => {
    vi.useFakeTimers();
    const { annotations, notes } = backend(false);
    notes.want(["pump-2"], [1_000, 2_000]);
    await vi.runAllTimersAsync();
    notes.want(["pump-2"], [1_500, 2_500]);
    notes.want(["pump-2"], [1_900, 1_901]);
    await vi.runAllTimersAsync();
    expect(annotations.mock.calls).toEqual([[{ assets: ["pump-2"], t0: 0, t1: 3_000 }]]);
    notes.want(["pump-2"], [2_500, 3_500]);
    notes.want(["pump-1"], [2_500, 3_500]);
    expect(notes.rows).toEqual([]);
    await vi.runAllTimersAsync();
    expect(annotations.mock.calls.slice(1)).toEqual([[{ assets: ["pump-1"], t0: 1_500, t1: 4_500 }]]);
    vi.useRealTimers();
  });

  it("is asked for again closer by where there was more than a list holds", async () => {
    vi.useFakeTimers();
    const { annotations, notes } = backend(true);
    notes.want(["pump-2"], [1_000, 2_000]);
    await vi.runAllTimersAsync();
    expect(notes.more).toBe(true);
    notes.want(["pump-2"], [1_500, 1_600]);
    await vi.runAllTimersAsync();
    expect(annotations).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });

  it("is made, changed, removed, and each of it taken back", async () => {
    const notes = new TrendNotes(fakeBackend("normal"));
    const texts = () => notes.rows.map(({ draft }) => draft.text);
    await notes.make({ asset: "pump-2", signal: null, t0: 5, t1: 5, text: "one" });
    await notes.undo();
    expect(texts()).toEqual([]);
    await notes.undo();
    expect(texts()).toEqual(["one"]);
    const [seen] = notes.rows;
    if (!seen) throw new Error("it is missing");
    await notes.change(seen, { ...seen.draft, text: "two" });
    await notes.undo();
    expect(texts()).toEqual(["one"]);
    const [again] = notes.rows;
    if (!again) throw new Error("it is missing");
    await notes.remove(again);
    expect(texts()).toEqual([]);
    await notes.undo();
    expect(texts()).toEqual(["one"]);
    // Who saw an older one changes nothing, and sees the new one.
    await expect(notes.change(seen, { ...seen.draft, text: "late" })).rejects.toThrow("meanwhile");
    expect(texts()).toEqual(["one"]);
    expect(notes.undoable).toBeNull();
  });
});

async function open(): Promise<Live> {
  const live = await openTrend(fakeBackend("fault"));
  trendBoard(live).replace(["pump-2/vibration_de", "pump-2/flow"]);
  await tick();
  return live;
}

async function listed(): Promise<string> {
  byId("trend-below-notes")?.click();
  await tick();
  return byId("trend-notes")?.textContent ?? "";
}

describe("on the trend screen", () => {
  it("are written, changed and removed by keyboard, and a text is never markup", async () => {
    const live = await open();
    const { view } = trendBoard(live);
    const now = live.instant();
    view.select(now - 4 * MINUTE, now - 2 * MINUTE);
    press(byId("trend-chart"), "n");
    await tick();
    const field = byId<HTMLTextAreaElement>("trend-note-text");
    if (!field) throw new Error("no field");
    field.value = '<img src=x onerror="alert(1)">';
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    byId("trend-note-save")?.click();
    await vi.waitFor(() => expect(byId("trend-note-text")).toBeNull());
    expect(await listed()).toContain('<img src=x onerror="alert(1)">');
    expect(document.querySelector("[data-testid=trend-notes] img")).toBeNull();
    const made = (await live.backend.annotations({ assets: ["pump-2"], t0: now - 3 * MINUTE, t1: now }))
      .rows[0];
    expect(made?.draft).toMatchObject({
      signal: "pump-2/vibration_de",
      t0: Math.round(now - 4 * MINUTE),
      t1: Math.round(now - 2 * MINUTE),
    });
    byId(`trend-note-row-${made?.id}`)
      ?.querySelector<HTMLElement>("[data-testid=trend-note-remove]")
      ?.click();
    await vi.waitFor(() => expect(byId(`trend-note-row-${made?.id}`)).toBeNull());
    press(byId("trend-chart"), "z", { ctrlKey: true });
    await vi.waitFor(() => expect(byId(`trend-note-row-${made?.id}`)).not.toBeNull());
  });

  it("are about the instant of the cursor where nothing is marked", async () => {
    const live = await open();
    const { view } = trendBoard(live);
    view.cursor = live.instant() - MINUTE;
    expect(view.meant()).toEqual([view.cursor, view.cursor]);
    view.cursor = null;
    // Time goes on between the two.
    view.zoomTo(live.instant() - 2 * MINUTE, live.instant() - MINUTE);
    expect(view.meant()).toEqual(view.bounds());
  });

  it("of the past are read and not written", async () => {
    const live = await open();
    live.past.go(live.instant() - 5 * MINUTE);
    await vi.waitFor(() => expect(live.past.on).toBe(true));
    await tick();
    expect(byId<HTMLButtonElement>("trend-annotate")?.disabled).toBe(true);
    press(byId("trend-chart"), "n");
    await tick();
    expect(byId("trend-note-text")).toBeNull();
    const draft = { asset: "pump-2", signal: null, t0: 1, t1: 1, text: "x" };
    await expect(live.backend.annotate(draft)).rejects.toThrow("past");
    await vi.waitFor(async () => expect(await listed()).toContain("bearing audibly rough"));
  });
});
