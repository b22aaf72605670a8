// @vitest-environment happy-dom
/** Documents of an asset: added after their lines were seen, removed, taken back; nothing of it in the past. */
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../src/ipc/fake";
import { belowFolder } from "../src/lib/asset/documents";
import { notices } from "../src/live/notices.svelte";
import { byId, openWindow, ownWindow } from "./window";

ownWindow();

describe("a file", () => {
  it("lies in the folder of the plant or below it", () => {
    expect(belowFolder("/srv/plant/manual.pdf", "/srv/plant")).toBe("manual.pdf");
    expect(belowFolder("/srv/plant/a/b.pdf", "/srv/plant/")).toBe("a/b.pdf");
    expect(belowFolder("C:\\Plant\\a\\b.pdf", "C:\\Plant")).toBe("a/b.pdf");
    expect(belowFolder("a/b.pdf", "/srv/plant")).toBe("a/b.pdf");
    for (const path of ["/srv/plant2/x.pdf", "/etc/passwd", "../x.pdf", "a/../../x.pdf", "", "/srv/plant"])
      expect(belowFolder(path, "/srv/plant")).toBeNull();
    expect(belowFolder("/x.pdf", "")).toBeNull();
  });
});

async function write(id: string, text: string): Promise<void> {
  const field = byId<HTMLInputElement>(id);
  if (!field) throw new Error(`${id} is missing`);
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
}

async function openDocuments(backend = fakeBackend("fault")) {
  const live = await openWindow("#/asset/pump-2", backend);
  await vi.waitFor(() => expect(byId("pane-documents")).not.toBeNull());
  byId("pane-documents")?.click();
  await vi.waitFor(() => expect(byId("document-3")).not.toBeNull());
  return live;
}

const titles = () => [...document.querySelectorAll('[data-testid="documents"] b')].map((b) => b.textContent);
const look = () =>
  byId("document-dialog")
    ?.querySelector("form")
    ?.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));

describe("documents", () => {
  it("are added after their lines were seen, and that is taken back", async () => {
    const backend = fakeBackend("fault");
    const changes = vi.spyOn(backend, "changeDocuments");
    await openDocuments(backend);
    const before = titles();
    byId("document-add")?.click();
    await tick();
    byId("pick")?.click();
    await vi.waitFor(() => expect(byId<HTMLInputElement>("document-name")?.value).toBe("service plan"));
    look();
    await vi.waitFor(() =>
      expect(byId("document-lines")?.textContent).toContain('file = "documents/np-315/service-plan.pdf"'),
    );
    expect(changes).not.toHaveBeenCalled();
    byId("document-write")?.click();
    await vi.waitFor(() => expect(titles()).toEqual([...before, "service plan"]));
    await vi.waitFor(() => expect(byId("document-dialog")).toBeNull());
    await vi.waitFor(() => expect(byId("notice-undo")).not.toBeNull());
    expect(notices.list.at(-1)?.text).toBe("Document added: service plan");
    byId("notice-undo")?.click();
    await vi.waitFor(() => expect(titles()).toEqual(before));
    expect(notices.list.at(-1)?.text).toMatch(/^Taken back: The documents of .+ were changed\.$/);
  });

  it("are no files from elsewhere, no second one of a title, and pages by their whole address", async () => {
    const backend = fakeBackend("fault");
    const lines = vi.spyOn(backend, "documentsLines");
    await openDocuments(backend);
    byId("document-add")?.click();
    await tick();
    await write("document-path", "/etc/passwd");
    await write("document-name", "Manual of another");
    expect(byId("document-dialog")?.textContent).toContain("This file lies elsewhere");
    expect(byId<HTMLButtonElement>("document-look")?.disabled).toBe(true);
    byId("document-page")?.click();
    await tick();
    await write("document-address-field", "https://maker.example/pump");
    await write("document-name", titles()[0] ?? "");
    expect(byId("document-dialog")?.textContent).toContain("Another document of this asset has this title");
    look();
    expect(lines).not.toHaveBeenCalled();
    await write("document-name", "Maker");
    look();
    await vi.waitFor(() => expect(lines).toHaveBeenCalled());
    expect(lines.mock.calls[0]?.[0].after.at(-1)).toEqual({
      title: "Maker",
      place: "https://maker.example/pump",
      web: true,
    });
  });

  it("are removed and put back, and not touched in the past", async () => {
    const live = await openDocuments();
    const before = titles();
    byId("document-remove-1")?.click();
    await vi.waitFor(() => expect(titles()).toEqual(before.filter((_, i) => i !== 1)));
    await vi.waitFor(() => expect(notices.list.at(-1)?.text).toContain("Document removed from the list:"));
    byId("notice-undo")?.click();
    await vi.waitFor(() => expect(titles()).toEqual(before));
    live.past.go(live.presentInstant() - 600e6);
    await vi.waitFor(() => expect(live.past.on).toBe(true));
    await tick();
    expect(byId<HTMLButtonElement>("document-add")?.disabled).toBe(true);
    const change = { asset: "pump-2", before: [], after: [] };
    await expect(live.backend.changeDocuments(change)).rejects.toThrow("past");
  });
});
