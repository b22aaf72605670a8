// @vitest-environment happy-dom
/** The discovery screen on the played backend: by hand, by keys, while the plant goes on talking. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { DiscoveryView } from "../src/ipc/bindings/DiscoveryView";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  notices.list = [];
  vi.restoreAllMocks();
});

/** A busy machine takes its time. */
const PATIENCE = { timeout: 15_000 };
const waitFor = <T>(look: () => T | Promise<T>) => vi.waitFor(look, PATIENCE);
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function shown(id: string): Promise<HTMLElement> {
  await waitFor(() => expect(byId(id)).not.toBeNull());
  return byId(id) as HTMLElement;
}

async function open(change: Partial<Backend> = {}, scene = "fault"): Promise<Backend> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  const backend = { ...fakeBackend(scene), ...change };
  live = new Live(backend);
  window.location.hash = "#/discovery";
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  await shown("discovery");
  return backend;
}

async function choose(id: string): Promise<void> {
  (await shown(`found-${id}`)).click();
  await waitFor(() => expect(live.discovery.proposal?.row.asset.id).toBe(id));
  await tick();
}

async function write(field: HTMLElement | null, text: string): Promise<void> {
  const input = field as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
}

function key(target: Element | null, name: string): void {
  target?.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

describe("what was found", () => {
  it("is shown with the first asset's card, value, unit, age and quality", async () => {
    await open();
    await choose("blower");
    const row = await shown("found-signal-motor-current");
    expect(row.textContent).toMatch(/21\.7\s*A/);
    expect(row.textContent).toMatch(/GOOD · \d/);
    expect(byId("found-signal-serial")?.textContent).toContain("no value yet");
    expect(byId("found-accept")?.textContent).toContain("Accept 4 signals");
  });

  it("makes rows for two hundred signals at a time, and accepts them all", async () => {
    const backend = fakeBackend("fault");
    const many = async (id: string) => {
      const view = await backend.discoveryProposal(id);
      const [first] = view?.signals ?? [];
      if (!view || !first) return view;
      const signals = Array.from({ length: 450 }, (_, i) => ({ ...first, address: `t#${i}`, id: `s-${i}` }));
      return { ...view, row: { ...view.row, signals: 450 }, signals };
    };
    await open({ ...backend, discoveryProposal: many });
    await choose("blower");
    const rows = () => document.querySelectorAll("[data-testid=found-card] tbody tr").length;
    expect(rows()).toBe(200);
    expect(byId("found-accept")?.textContent).toContain("450 signals");
    byId("found-more-signals")?.click();
    await tick();
    byId("found-more-signals")?.click();
    await tick();
    expect(rows()).toBe(450);
    expect(byId("found-more-signals")).toBeNull();
  });

  it("is text, whatever it holds", async () => {
    await open();
    await choose("drop-table-signal");
    expect(byId("found-card")?.textContent).toContain('"; DROP TABLE signal; --');
    expect(document.querySelector("#app img, .discovery img, [data-testid=discovery] img")).toBeNull();
    expect(
      [...document.querySelectorAll("[data-testid=found-card] tbody b")].map((b) => b.textContent),
    ).toContain("3.5");
    const name = byId("found-signal-b-bold-b")?.querySelector<HTMLInputElement>("input[type=text]");
    expect(name?.value).toBe("<b>bold</b>");
  });

  it("tells why, with the topic, and gives the focus back", async () => {
    await open();
    await choose("dosing-pump-1");
    const why = await shown("why-pressure");
    why.focus();
    why.click();
    await tick();
    const panel = await waitFor(() => {
      const found = document.querySelector<HTMLElement>('[role="dialog"][tabindex="0"]');
      expect(document.activeElement).toBe(found);
      return found;
    });
    expect(panel?.textContent).toContain("riverside/dosing/dosing-pump-1#pressure_kPa");
    expect(panel?.textContent).toContain("Guessed");
    key(panel, "Escape");
    await tick();
    expect(document.querySelector('[role="dialog"][tabindex="0"]')).toBeNull();
    expect(document.activeElement).toBe(why);
  });

  it("says what to do when there is nothing, and why when it cannot be asked", async () => {
    await open({ discovery: () => Promise.reject({ message: "the pipeline has stopped" }) });
    await waitFor(() =>
      expect(byId("discovery")?.querySelector("[role=alert]")?.textContent).toContain("stopped"),
    );
    await end?.();
    live.stop();
    await open({}, "empty");
    expect((await shown("discovery-nothing")).textContent).toContain("Add a connection");
  });
});

describe("the tree", () => {
  it("is one stop of the tab key, and goes, folds and ticks by keys", async () => {
    await open();
    await choose("blower");
    const row = byId("found-blower");
    expect(document.querySelectorAll('[role=treeitem][tabindex="0"]')).toHaveLength(1);
    row?.focus();
    key(row, "ArrowDown");
    await tick();
    key(document.activeElement, "ArrowDown");
    await waitFor(() => expect(live.discovery.selected).toContain("compressor"));
    expect((document.activeElement as HTMLElement).dataset.testid).toBe("found-compressor-station-north");
    key(document.activeElement, " ");
    await tick();
    expect(document.activeElement?.getAttribute("aria-checked")).toBe("true");
    expect(byId("found-accept-ticked")?.textContent).toContain("1 asset, 50 signals");
    key(document.activeElement, "ArrowLeft");
    await tick();
    expect(document.activeElement?.getAttribute("aria-checked")).toBe("mixed");
    key(document.activeElement, "ArrowLeft");
    await tick();
    expect(document.activeElement?.getAttribute("aria-expanded")).toBe("false");
    expect(byId("found-compressor-station-north")).toBeNull();
  });

  it("stands still under the pointer, and says how much is held back", async () => {
    const backend = fakeBackend("fault");
    let change = (view: DiscoveryView) => view;
    await open({ ...backend, discovery: async (query) => change(await backend.discovery(query)) });
    await shown("found-blower");
    const names = () =>
      [...document.querySelectorAll<HTMLElement>('[role=treeitem][aria-level="3"]')].map(
        (row) => row.dataset.testid,
      );
    const before = names();
    const tree = byId("found-tree");
    tree?.dispatchEvent(new Event("pointerenter"));
    change = (view) => {
      const [first, , ...rest] = view.proposals;
      if (!first) return view;
      const fresh = { ...first, id: "station new", asset: { ...first.asset, id: "new", name: "New" } };
      return { ...view, proposals: [fresh, first, ...rest] };
    };
    await live.discovery.refresh();
    await tick();
    expect(names()).toEqual(before);
    expect(byId("discovery")?.textContent).toContain("1 more: show");
    tree?.dispatchEvent(new Event("pointerleave"));
    await tick();
    expect(names()[0]).toBe("found-new");
    expect(byId("found-blower")).toBeNull();
  });
});

describe("what a person writes", () => {
  it("survives news and other cards, is what is accepted, and can be taken back", async () => {
    const backend = await open();
    const accept = vi.spyOn(backend, "discoveryPreview");
    await choose("dosing-pump-1");
    await write(byId("found-asset-name"), "Chlorine pump");
    await write(byId("found-unit-pressure"), "bar");
    byId("found-signal-stroke")?.querySelector<HTMLElement>("input[type=checkbox]")?.click();
    await tick();
    await live.discovery.refresh();
    await choose("blower");
    await choose("dosing-pump-1");
    expect((byId("found-asset-name") as HTMLInputElement).value).toBe("Chlorine pump");
    expect(byId("found-accept")?.textContent).toContain("Accept 3 signals");
    byId("found-accept")?.click();
    await shown("accept-lines");
    const [asset] = accept.mock.calls[0]?.[0].assets ?? [];
    expect(asset?.name).toBe("Chlorine pump");
    expect(asset?.signals?.map(({ id, unit }) => `${id} ${unit}`)).toEqual([
      "flow l/h",
      "pressure bar",
      "running ",
    ]);
    [...document.querySelectorAll<HTMLElement>("dialog button")]
      .find((b) => b.textContent === "Cancel")
      ?.click();
    await tick();
    byId("found-reset")?.click();
    await tick();
    expect((byId("found-asset-name") as HTMLInputElement).value).toBe("Dosing pump 1");
    expect(byId("found-accept")?.textContent).toContain("Accept 4 signals");
  });

  it("is told what is wrong at its field before anything is written", async () => {
    const backend = await open();
    const accept = vi.spyOn(backend, "discoveryAccept");
    await choose("dosing-pump-1");
    await write(byId("found-asset-id"), "Not an id");
    expect(byId("found-card")?.textContent).toContain("Begin with a-z or 0-9");
    byId("found-accept")?.click();
    expect((await shown("accept-faults")).textContent).toContain("Not an id");
    expect((byId("accept-write") as HTMLButtonElement).disabled).toBe(true);
    expect(accept).not.toHaveBeenCalled();
  });

  it("makes places by their name", async () => {
    const backend = await open();
    const preview = vi.spyOn(backend, "discoveryPreview");
    await choose("dosing-pump-1");
    const place = byId("found-place") as HTMLSelectElement;
    place.value = [...place.options].find(({ text }) => text.startsWith("Another"))?.value ?? "";
    place.dispatchEvent(new Event("change", { bubbles: true }));
    await write(await shown("found-place-new"), "Upper roof");
    byId("found-accept")?.click();
    await shown("accept-lines");
    expect(preview.mock.calls[0]?.[0].assets[0]).toMatchObject({
      place: "upper-roof",
      place_name: "Upper roof",
    });
  });
});

describe("accepting", () => {
  it("shows the exact lines, writes what was looked at, and leads to the asset", async () => {
    const backend = await open();
    const accept = vi.spyOn(backend, "discoveryAccept");
    await choose("dosing-pump-1");
    byId("found-accept")?.click();
    const lines = await shown("accept-lines");
    expect(lines.textContent).toContain('name = "Dosing pump 1"');
    expect(lines.textContent).toContain('flow = "riverside/dosing/dosing-pump-1#flow_l_h"');
    byId("accept-write")?.click();
    await waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(accept.mock.calls[0]?.[0]).toMatchObject({ base: "1", found: 1 });
    const link = await shown("told-dosing-pump-1");
    expect(link.getAttribute("href")).toBe("#/asset/dosing-pump-1");
    await waitFor(() => expect(byId("found-dosing-pump-1")).toBeNull());
    // The next one takes its place in the card.
    await waitFor(() => expect(live.discovery.selected).toContain("dosing-pump-2"));
  });

  it("takes several at once", async () => {
    const backend = await open();
    const accept = vi.spyOn(backend, "discoveryAccept");
    await shown("found-dosing-pump-1");
    for (const id of ["dosing-pump-1", "dosing-pump-2", "blower"]) {
      byId(`found-${id}`)?.querySelector<HTMLElement>(".tick")?.click();
    }
    await tick();
    byId("found-accept-ticked")?.click();
    await shown("accept-lines");
    byId("accept-write")?.click();
    await waitFor(() => expect(byId("discovery-told")?.textContent).toContain("3 assets, 12 signals"));
    expect(accept.mock.calls[0]?.[0].assets.map(({ signals }) => signals?.length ?? null)).toEqual([
      null,
      null,
      null,
    ]);
    await waitFor(() => expect(byId("found-accept-ticked")).toBeNull());
  });

  it("cannot be left while the file is written, and says so", async () => {
    const backend = fakeBackend("fault");
    let write: () => void = () => {};
    const may = new Promise<void>((resolve) => {
      write = resolve;
    });
    await open({
      ...backend,
      discoveryAccept: (acceptance) => may.then(() => backend.discoveryAccept(acceptance)),
    });
    await choose("dosing-pump-1");
    byId("found-accept")?.click();
    await shown("accept-lines");
    byId("accept-write")?.click();
    await waitFor(() => expect(byId("accept-writing")?.textContent).toContain("cannot be stopped"));
    expect((byId("accept-cancel") as HTMLButtonElement).disabled).toBe(true);
    document.querySelector("dialog")?.dispatchEvent(new Event("cancel", { cancelable: true }));
    await tick();
    expect(document.querySelector("dialog")).not.toBeNull();
    write();
    await waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    await shown("told-dosing-pump-1");
  });

  it("forgets a tick when what was ticked is proposed no more, whatever is listed", async () => {
    const backend = await open();
    await shown("found-dosing-pump-1");
    for (const id of ["dosing-pump-1", "blower"]) {
      byId(`found-${id}`)?.querySelector<HTMLElement>(".tick")?.click();
    }
    await tick();
    expect(byId("found-accept-ticked")?.textContent).toContain("2 assets");
    live.discovery.text = "cold store";
    const [first] = live.discovery.ticked.keys();
    await backend.discoveryIgnore({ proposals: [first ?? ""], filters: [] });
    await live.discovery.refresh();
    await waitFor(() => expect(byId("found-accept-ticked")?.textContent).toContain("1 asset,"));
  });

  it("says that the file was changed meanwhile, and shows the lines anew", async () => {
    const backend = await open();
    const failing = vi
      .spyOn(backend, "discoveryAccept")
      .mockRejectedValueOnce({ message: "plant.toml was changed" });
    await choose("dosing-pump-1");
    byId("found-accept")?.click();
    await shown("accept-lines");
    byId("accept-write")?.click();
    const again = await shown("accept-again");
    expect((byId("accept-write") as HTMLButtonElement).disabled).toBe(true);
    expect(document.querySelector("dialog [role=alert]")?.textContent).toContain("was changed");
    again.click();
    await waitFor(() => expect(byId("accept-again")).toBeNull());
    byId("accept-write")?.click();
    await waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(failing).toHaveBeenCalledTimes(2);
  });
});

describe("not this", () => {
  it("is left alone, with a way back at once and from the list", async () => {
    await open();
    await choose("cold-store");
    await write(byId("found-asset-name"), "Freezer");
    byId("found-ignore")?.click();
    await waitFor(() => expect(byId("found-cold-store")).toBeNull());
    expect(byId("discovery-told")?.textContent).toContain("zigbee2mqtt/cold-store");
    (await shown("told-undo")).click();
    await shown("found-cold-store");
    await choose("cold-store");
    expect((byId("found-asset-name") as HTMLInputElement).value).toBe("Freezer");
    byId("found-ignore")?.click();
    await waitFor(() => expect(byId("discovery-ignored")?.textContent).toContain("2"));
    byId("discovery-ignored")?.click();
    await shown("ignored-list");
    document.querySelector<HTMLElement>('[aria-label="Propose zigbee2mqtt/cold-store again"]')?.click();
    await shown("found-cold-store");
  });
});

describe("a connection that is gone", () => {
  it("narrows nothing any more", async () => {
    const backend = fakeBackend("fault");
    let removed = "";
    await open({
      ...backend,
      discovery: async (query) => {
        const view = await backend.discovery(query);
        const stays = ({ connection }: { connection: string }) => connection !== removed;
        const by_connection = view.by_connection.filter(({ id }) => id !== removed);
        return { ...view, by_connection, proposals: view.proposals.filter(stays) };
      },
    });
    live.discovery.connection = "station";
    await live.discovery.refresh();
    await shown("found-blower");
    expect(live.discovery.connection).toBe("station");
    removed = "station";
    await live.discovery.refresh();
    await shown("found-drop-table-signal");
    expect(live.discovery.connection).toBe("");
    expect(notices.list.at(-1)?.text).toContain("“Station broker” is not in the plant any more");
  });
});

describe("the way there", () => {
  it("leads from a connection and from a plant without assets", async () => {
    await open({}, "fresh");
    window.location.hash = "#/overview";
    const link = await shown("heard-all");
    expect(link.textContent).toContain("2 values are heard that are not in the plant");
    window.location.hash = "#/connections";
    const ofStation = await shown("heard-station");
    window.location.hash = ofStation.getAttribute("href") ?? "";
    await shown("found-blower");
    expect(live.discovery.connection).toBe("station");
    expect(byId("found-drop-table-signal")).toBeNull();
  });
});
