// @vitest-environment happy-dom
/** The picture of a trend on its way into a file: what a person is told of it, and how they end it. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { notices } from "../src/live/notices.svelte";
import { byId, openWindow, ownWindow } from "./window";

ownWindow();

interface Answer {
  resolve: (path: string) => void;
  reject: (error: unknown) => void;
}

/** The page of an asset in front of a program whose disk is as slow as the test wants. */
async function opened(change: Partial<Backend> = {}) {
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) =>
    done(new Blob([new Uint8Array(4)])),
  );
  const answers: Answer[] = [];
  const saveTrendPicture = vi.fn(
    () => new Promise<string>((resolve, reject) => void answers.push({ resolve, reject })),
  );
  const cancelTrendPicture = vi.fn(async () => {});
  notices.closeAll();
  await openWindow("#/asset/pump-2", {
    ...fakeBackend("fault"),
    saveTrendPicture,
    cancelTrendPicture,
    ...change,
  });
  await vi.waitFor(() => expect(byId("trend-picture")).not.toBeNull());
  return { answers, saveTrendPicture, cancelTrendPicture };
}

const button = () => byId<HTMLButtonElement>("trend-picture");
const isBusy = () => button()?.getAttribute("aria-busy") === "true";
const told = () => notices.list.map(({ text, failed }) => [text, failed]);

async function slowly(): Promise<void> {
  await vi.waitFor(() => expect(byId("picture-saving")).not.toBeNull(), { timeout: 3_000 });
}

async function begin(answers: readonly Answer[], count = 1): Promise<void> {
  button()?.click();
  await vi.waitFor(() => expect(answers).toHaveLength(count));
  await tick();
}

describe("a picture that is being saved", () => {
  it("makes its button busy, which keeps the keyboard and begins nothing more, and is told when it takes long", async () => {
    const { answers, saveTrendPicture } = await opened();
    button()?.focus();
    await begin(answers);
    expect([isBusy(), button()?.disabled]).toEqual([true, false]);
    expect(document.activeElement).toBe(button());
    button()?.click();
    await tick();
    expect(saveTrendPicture).toHaveBeenCalledTimes(1);
    expect(byId("picture-saving")).toBeNull();
    await slowly();
    const progress = byId("picture-saving")?.querySelector("progress");
    expect([progress?.getAttribute("aria-label"), Number(progress?.getAttribute("value"))]).toEqual([
      "Writing the picture's file …",
      1,
    ]);
    answers[0]?.resolve("/pictures/trend-1.png");
    await vi.waitFor(() => expect(told()).toEqual([["Picture saved to /pictures/trend-1.png", false]]));
    await tick();
    expect([isBusy(), byId("picture-saving")]).toEqual([false, null]);
  });

  it("goes on behind another screen, whose camera is busy too", async () => {
    const { answers } = await opened();
    await begin(answers);
    window.location.hash = "#/trend";
    await vi.waitFor(() => expect(byId("trend-screen")).not.toBeNull());
    expect(isBusy()).toBe(true);
    await slowly();
    answers[0]?.resolve("/pictures/trend-1.png");
    await vi.waitFor(() => expect(told()).toHaveLength(1));
  });

  it("can be cancelled: the person goes on at once, and what became of it is told when it is known", async () => {
    const { answers, cancelTrendPicture } = await opened();
    await begin(answers);
    await slowly();
    byId("picture-cancel")?.click();
    await tick();
    expect([isBusy(), byId("picture-saving")]).toEqual([false, null]);
    expect(cancelTrendPicture).toHaveBeenCalledTimes(1);
    expect(told()).toEqual([]);
    // Another one meanwhile is not touched by the end of the first.
    await begin(answers, 2);
    answers[0]?.reject({ message: "it was cancelled" });
    await vi.waitFor(() =>
      expect(told()).toEqual([["Saving the picture was cancelled. No file was left.", false]]),
    );
    await tick();
    expect(isBusy()).toBe(true);
    answers[1]?.resolve("/pictures/trend-2.png");
    await vi.waitFor(() => expect(told()[1]).toEqual(["Picture saved to /pictures/trend-2.png", false]));
  });

  it("is told of where its file was there before it was cancelled", async () => {
    const { answers } = await opened();
    await begin(answers);
    await slowly();
    byId("picture-cancel")?.click();
    answers[0]?.resolve("/pictures/trend-1.png");
    await vi.waitFor(() => expect(told()).toEqual([["Picture saved to /pictures/trend-1.png", false]]));
  });

  it("is not sent when it is cancelled before it is packed", async () => {
    const { saveTrendPicture, cancelTrendPicture } = await opened();
    let pack: BlobCallback = () => {};
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) => {
      pack = done;
    });
    button()?.click();
    await slowly();
    expect(byId("picture-saving")?.textContent).toContain("Making the picture …");
    byId("picture-cancel")?.click();
    pack(new Blob([new Uint8Array(4)]));
    await vi.waitFor(() =>
      expect(told()).toEqual([["Saving the picture was cancelled. No file was left.", false]]),
    );
    expect([saveTrendPicture.mock.calls, cancelTrendPicture.mock.calls]).toEqual([[], []]);
  });

  it("says why there is none: the program could not write it, or the window not make it", async () => {
    const { answers } = await opened();
    await begin(answers);
    answers[0]?.reject({ message: "the disk is full" });
    await vi.waitFor(() => expect(told()).toEqual([["the disk is full", true]]));
    await tick();
    expect(isBusy()).toBe(false);
    notices.closeAll();
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done) => done(null));
    button()?.click();
    await vi.waitFor(() =>
      expect(told()).toEqual([
        ["The picture could not be made. Make the window smaller, then try again.", true],
      ]),
    );
  });
});
