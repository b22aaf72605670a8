// @vitest-environment happy-dom
/** The search field: whatever has a name is found, its kind is said, and it leads there. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import { fakeBackend } from "../src/ipc/fake";
import { countFits, entryOf, FOUND_KINDS, type FoundEntry, findAll, keyOf } from "../src/lib/searchall";
import { alarmList } from "../src/live/alarmlist.svelte";
import { Live } from "../src/live/live.svelte";
import { overviewOptions } from "../src/live/options.svelte";
import { parseRoute, type Route, routeHash, router } from "../src/live/router.svelte";
import { recorder } from "./canvas";

describe("finding", () => {
  const alarm = (id: string) => ({ id, priority: 1, state: "unack-active" }) as AlarmRow;
  const alarms = Array.from({ length: 40 }, (_, i) =>
    entryOf({ kind: "alarm", alarm: alarm(`a${i}`) }, `Pump flow ${i} above high`, "Pump 1"),
  );
  const others: FoundEntry[] = [
    entryOf({ kind: "screen", id: "trend" }, "Trend", ""),
    entryOf({ kind: "place", id: "hall" }, "Pump hall", "Area"),
    entryOf({ kind: "connection", id: "station" }, "Pump station", "127.0.0.1:1883"),
    entryOf({ kind: "picture", id: "pumps.svg" }, "Pumps", "pumps.svg"),
  ];

  it("leaves no kind out where another has many", () => {
    const found = findAll([...alarms, ...others], "pump", 8);
    const kinds = found.map(({ target }) => target.kind);
    expect(new Set(kinds)).toEqual(new Set(["alarm", "place", "picture", "connection"]));
    // What is left of the room goes to those of which there are more.
    expect(kinds.filter((kind) => kind === "alarm")).toHaveLength(5);
    expect(found).toHaveLength(8);
    expect(countFits([...alarms, ...others], "pump above")).toBe(40);
    expect(countFits(alarms, " ")).toBe(0);
  });

  it("puts a name that begins so first, and among equals the kinds in their order", () => {
    expect(findAll([...alarms, ...others], "pump hall", 8)[0]?.title).toBe("Pump hall");
    const kinds = findAll([...others, ...alarms.slice(0, 2)], "pump", 8).map(({ target }) => target.kind);
    const order = kinds.map((kind) => FOUND_KINDS.indexOf(kind));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(findAll(others, "svg", 8).map(keyOf)).toEqual(["picture:pumps.svg"]);
    expect(findAll(others, "station 1883", 8).map(keyOf)).toEqual(["connection:station"]);
  });
});

describe("addresses", () => {
  it("of an alarm and of a connection survive the round trip", () => {
    const routes: Route[] = [
      { screen: "alarms", opened: "pump 2/ä:high-high@1&x=?#" },
      { screen: "connections", connection: "a b/ü" },
      { screen: "connections" },
    ];
    for (const route of routes) expect(parseRoute(routeHash(route))).toEqual(route);
  });
});

let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  localStorage.clear();
  overviewOptions.adopt("");
  alarmList.clear();
  alarmList.chosen = "";
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

const byId = <E extends HTMLElement = HTMLElement>(id: string) =>
  document.querySelector<E>(`[data-testid="${id}"]`);
const options = () => [...document.querySelectorAll<HTMLElement>("#search-hits [role=option]")];

async function open(scene = "fault"): Promise<Live> {
  const live = new Live(fakeBackend(scene));
  const app = mount(App, { target: document.body, props: { live } });
  end = async () => {
    await unmount(app);
    live.stop();
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  await vi.waitFor(() => expect(live.connectionsKnown).toBe(true));
  return live;
}

async function write(text: string): Promise<HTMLInputElement> {
  const field = byId<HTMLInputElement>("search");
  if (!field) throw new Error("no search field");
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
  return field;
}

/** Chooses the first hit of a kind by the mouse. */
async function choose(text: string, kind: string): Promise<string> {
  await write(text);
  await vi.waitFor(() => expect(options().some(({ dataset }) => dataset.kind === kind)).toBe(true));
  const hit = options().find(({ dataset }) => dataset.kind === kind);
  const said = hit?.textContent ?? "";
  hit?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
  await tick();
  return said;
}

describe("the field", () => {
  it("finds a standing alarm and leads to its row", async () => {
    const live = await open();
    const worst = live.alarms.standing[0];
    expect(await choose("vibration high-high", "alarm")).toContain("Alarm");
    await vi.waitFor(() => expect(router.route.screen).toBe("alarms"));
    await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.id).toBe(worst?.id));
  });

  it("finds places, pictures, connections and screens, names their kinds, and goes there", async () => {
    const live = await open();
    expect(await choose("pump hall", "place")).toContain("Place");
    expect(overviewOptions.filter.places).toHaveLength(1);
    expect(router.route.screen).toBe("overview");
    const [row] = live.connections;
    expect(await choose(row?.form.name ?? "", "connection")).toContain("Connection");
    await vi.waitFor(() => expect(document.activeElement).toBe(byId(`connection-${row?.form.id}`)));
    expect(await choose("diagnostics", "screen")).toContain("Screen");
    await vi.waitFor(() => expect(router.route.screen).toBe("diagnostics"));
    await write("x");
    await vi.waitFor(() => expect(live.pictures.list?.rows.length).toBeGreaterThan(1));
    const picture = live.pictures.list?.rows.at(-1);
    expect(await choose(picture?.title ?? "", "picture")).toContain("Process picture");
    await vi.waitFor(() => expect(router.route.screen).toBe("process"));
    expect(live.pictures.name).toBe(picture?.name);
  });

  it("shows all standing alarms with the words in the alarm list", async () => {
    const live = await open("deluge");
    const field = await write("pump 12");
    const line = byId("search-alarms");
    const count = Number(/[\d,]+/.exec(line?.textContent ?? "")?.[0].replaceAll(",", ""));
    expect(count).toBeGreaterThan(4);
    // It is the last option, and is reached by keys.
    for (let i = 0; i < options().length; i += 1)
      field.dispatchEvent(
        new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true, cancelable: true }),
      );
    await tick();
    expect(line?.getAttribute("aria-selected")).toBe("true");
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(byId("alarms-shown")?.textContent).toContain("of 3,000"));
    expect(Number(byId("alarm-table")?.getAttribute("aria-rowcount")) - 1).toBe(count);
    expect(live.alarms.standing.length).toBeGreaterThan(count);
  });
});
