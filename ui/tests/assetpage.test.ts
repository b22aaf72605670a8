// @vitest-environment happy-dom
/** An asset's page: its device, what happened to it, its documents; and what is taken back. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { AssetEvent } from "../src/ipc/bindings/AssetEvent";
import type { EventsQuery } from "../src/ipc/bindings/EventsQuery";
import type { EventWhat } from "../src/ipc/bindings/EventWhat";
import { fakeBackend } from "../src/ipc/fake";
import { auditWords, eventWords, withNewest } from "../src/lib/asset/events";
import { expiryText, factGroups, factSource, factValue, notTold } from "../src/lib/asset/facts";
import { NBSP } from "../src/lib/format";
import { assetPanes } from "../src/live/assetpanes.svelte";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

const plain = (text: string | null | undefined) => (text ?? "").replaceAll(NBSP, " ");
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  assetPanes().chooseSide("signals");
  assetPanes().chooseList("alarms");
  notices.list = [];
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

async function open(hash: string, own: Partial<Backend> = {}): Promise<Live> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  const live = new Live({ ...fakeBackend("fault"), ...own });
  const app = mount(App, { target: document.body, props: { live } });
  end = async () => {
    live.stop();
    await unmount(app);
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  window.location.hash = hash;
  await vi.waitFor(() => expect(byId("pane-device") ?? byId("connection-new")).not.toBeNull());
  return live;
}

const ALARM: EventWhat = {
  kind: "alarm",
  occurrence: "o",
  change: "raised",
  rule: "high",
  priority: 2,
  acknowledged: false,
  limit: 4.5,
  value: 4.75,
  signal: 7,
  user: "",
  comment: "",
};

const NAMES = {
  signal: (key: number) =>
    key === 7 ? ({ name: "Vibration", decimals: 1, unit: "mm/s" } as never) : undefined,
  connection: (id: string) => id.toUpperCase(),
};

function words(what: EventWhat): string {
  const { what: first, more } = eventWords({ at: 0, what }, NAMES);
  return plain(more === "" ? first : `${first} | ${more}`);
}

describe("events in words", () => {
  it("says what happened, and to what", () => {
    expect(words(ALARM)).toBe("Vibration 4.8 mm/s above high 4.5");
    expect(words({ ...ALARM, change: "returned", value: 4.1 })).toBe(
      "Vibration is back to normal | 4.1 mm/s",
    );
    expect(words({ ...ALARM, change: "acknowledged", user: "ann", comment: "seen" })).toBe(
      "Vibration acknowledged by ann | seen",
    );
    expect(words({ kind: "quality", status: 2, reason: 2, signal: 7, signals: 1 })).toBe(
      "BAD · node death | Vibration",
    );
    expect(words({ kind: "quality", status: 0, reason: 0, signal: 7, signals: 5 })).toBe(
      "Values are good again | 5 signals",
    );
    expect(words({ kind: "link", connection: "c", state: "down", reason: "gone" })).toBe(
      "C: Not connected, trying again | gone",
    );
    expect(
      words({ kind: "audit", seq: 3, user: "", action: "plant-file", subject: "plant.toml", detail: "" }),
    ).toBe("Plant file edited: plant.toml | outside of Twinscope");
    expect(
      auditWords({ kind: "audit", seq: 3, user: "a", action: "new-thing", subject: "x", detail: "" }),
    ).toBe("new-thing x");
  });

  it("puts the newest page before the older ones that are known", () => {
    const at = (...times: number[]) => times.map((time): AssetEvent => ({ at: time, what: ALARM }));
    expect(withNewest({ rows: at(9, 8), more: true }, at(8, 7, 5)).map((event) => event.at)).toEqual([
      9, 8, 7, 5,
    ]);
    expect(withNewest({ rows: at(9), more: false }, at(9, 7)).map((event) => event.at)).toEqual([9]);
    expect(withNewest({ rows: [], more: false }, at(9))).toEqual([]);
  });
});

describe("facts in words", () => {
  it("says of what nobody told that it was not told", () => {
    const fact = {
      kind: "firmware" as const,
      value: "4.2",
      unit: "",
      signal: null,
      device: "d",
      convention: "Homie 5",
      topic: "t",
      at: 1,
      kept: false,
    };
    const groups = factGroups([
      { ...fact, kind: "presence", value: "sleeping", convention: "", topic: "" },
      fact,
      { ...fact, kind: "battery", device: "", topic: "t/state", at: 9e6 },
    ]);
    expect(groups.map(({ source, facts }) => [source, facts.length])).toEqual([
      ["Homie 5 · d · t", 2],
      ["Homie 5 · t/state", 1],
    ]);
    expect(notTold([fact])).toEqual(["Maker", "Model", "Address", "Signal strength", "Battery"]);
    expect(factValue({ ...fact, kind: "presence", value: "sleeping" })).toBe("asleep");
    expect(factValue({ ...fact, kind: "strength", value: "-61", unit: "dBm" })).toBe("-61 dBm");
    expect(factSource(fact)).toBe("Homie 5 · d · t");
    expect(plain(expiryText({ what: { text: "x", sentences: [] }, at: 0, days: 1, near: true }))).toBe(
      "x ends in 1 day",
    );
  });
});

describe("the page of an asset", () => {
  it("shows who told which fact, and says what nobody told", async () => {
    const live = await open("#/asset/pump-2");
    byId("pane-device")?.click();
    await vi.waitFor(() => expect(byId("device")?.textContent).toContain("NP-315 VSD"));
    const text = plain(byId("device")?.textContent);
    expect(text).toContain("Station broker");
    expect(text).toContain("this client's certificate (CN=twinscope) ends in 19 days");
    expect(text).toContain("Told before this start");
    expect(text).toContain("Not told: Battery");
    live.past.go(live.presentInstant() - 3_600e6);
    await vi.waitFor(() => expect(live.past.shown).not.toBeNull());
    await tick();
    expect(plain(byId("device")?.textContent)).not.toContain("NP-315 VSD");
  });

  it("lists events by kind and page, and in the past none behind the instant", async () => {
    const asked: EventsQuery[] = [];
    const assetEvents: Backend["assetEvents"] = async (query) => {
      asked.push(query);
      const all = Array.from({ length: 120 }, (_, n): AssetEvent => ({ at: 1_000e6 - n * 1e6, what: ALARM }));
      const rows = all.filter(({ at }) => at < query.before);
      return { rows: rows.slice(0, query.limit), more: rows.length > query.limit };
    };
    const live = await open("#/asset/pump-2", { assetEvents });
    byId("pane-events")?.click();
    const shown = () => document.querySelectorAll('[data-testid="event-trend"]').length;
    await vi.waitFor(() => expect(shown()).toBe(50));
    byId("events-older")?.click();
    await vi.waitFor(() => expect(shown()).toBe(100));
    byId("events-older")?.click();
    await vi.waitFor(() => expect(shown()).toBe(120));
    expect(byId("events-older")).toBeNull();
    byId("events-link")?.click();
    await vi.waitFor(() => expect(asked.at(-1)?.kinds).toEqual(["link"]));
    await vi.waitFor(() => expect(shown()).toBe(50));
    const at = live.presentInstant() - 3_600e6;
    live.past.go(at);
    await vi.waitFor(() => expect(live.past.shown).not.toBeNull());
    await vi.waitFor(() => expect(asked.at(-1)?.before).toBe((live.past.shown ?? 0) + 1));
    byId("event-trend")?.click();
    await vi.waitFor(() => expect(window.location.hash).toBe("#/trend"));
  });

  it("shows an audit entry whole", async () => {
    await open("#/asset/pump-2");
    byId("pane-events")?.click();
    await vi.waitFor(() => expect(byId("events-audit")).not.toBeNull());
    byId("events-audit")?.click();
    await vi.waitFor(() => expect(byId("event-entry")).not.toBeNull());
    byId("event-entry")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog")?.textContent).toContain("Audit entry 41"));
    expect(document.querySelector("dialog")?.textContent).toContain("edited by hand");
  });

  it("opens a file at once and a page only after its whole address was seen", async () => {
    const openDocument = vi.fn(async () => {});
    await open("#/asset/pump-2", { openDocument });
    byId("pane-documents")?.click();
    await vi.waitFor(() => expect(byId("document-0")).not.toBeNull());
    byId("document-0")?.click();
    await vi.waitFor(() =>
      expect(openDocument).toHaveBeenCalledWith("pump-2", 0, "documents/np-315/manual.pdf"),
    );
    expect((byId("document-3") as HTMLButtonElement).disabled).toBe(true);
    byId("document-2")?.click();
    await vi.waitFor(() => expect(byId("document-address")).not.toBeNull());
    const address = "https://parts.nordstrom.example/np-315?serial=NP315-20417";
    expect(byId("document-address")?.textContent).toBe(address);
    expect(openDocument).toHaveBeenCalledTimes(1);
    byId("document-go")?.click();
    await vi.waitFor(() => expect(openDocument).toHaveBeenLastCalledWith("pump-2", 2, address));
  });
});

describe("a connection that was removed", () => {
  it("comes back by the notice that tells of it", async () => {
    const live = await open("#/connections");
    const count = live.connections.length;
    const card = byId("connection-station");
    card?.querySelector<HTMLButtonElement>("header button:last-of-type")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog .primary")).not.toBeNull());
    document.querySelector<HTMLButtonElement>("dialog .primary")?.click();
    await vi.waitFor(() => expect(live.connections.length).toBe(count - 1));
    await vi.waitFor(() => expect(byId("notice-undo")).not.toBeNull());
    byId("notice-undo")?.click();
    await vi.waitFor(() => expect(live.connections.length).toBe(count));
    await vi.waitFor(() => expect(byId("connection-station")).not.toBeNull());
    expect(byId("notice-undo")).toBeNull();
  });
});

describe("a path", () => {
  it("is taken from the system's dialog, and can be typed", async () => {
    const asked: unknown[] = [];
    const pickPath: Backend["pickPath"] = async (request) => {
      asked.push(request.kind);
      return "/etc/plant/ca.pem";
    };
    await open("#/connections", { pickPath });
    byId("connection-edit")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog [data-testid=pick]")).not.toBeNull());
    document.querySelector<HTMLButtonElement>("dialog [data-testid=pick]")?.click();
    const input = () => document.querySelector<HTMLInputElement>("dialog .row:has([data-testid=pick]) input");
    await vi.waitFor(() => expect(input()?.value).toBe("/etc/plant/ca.pem"));
    expect(asked).toEqual(["open"]);
  });
});
