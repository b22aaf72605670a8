// @vitest-environment happy-dom
/** What Twinscope tells of itself: alarms like all others, and no asset of the plant. */
import { mount, unmount } from "svelte";
import { afterEach, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { PlantView } from "../src/ipc/bindings/PlantView";
import { fakeBackend } from "../src/ipc/fake";
import { alarmSentence, alarmText, ruleParts } from "../src/lib/alarmwords";
import { NBSP } from "../src/lib/format";
import { connectionTold, isSystem, systemTag, withOwnNames } from "../src/lib/system";
import { alarmList } from "../src/live/alarmlist.svelte";
import { windowLanguage } from "../src/live/language.svelte";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

const ASSET = "$connection.station";
const LOST = "alarm-2-$connection.station-high";
const plain = (text: string | null | undefined) => (text ?? "").replaceAll(NBSP, " ").replace(/\s+/g, " ");
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(id)}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  notices.list = [];
  alarmList.clear();
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

async function open(hash: string): Promise<Live> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  const live = new Live(fakeBackend("flood"));
  const app = mount(App, { target: document.body, props: { live } });
  end = async () => {
    live.stop();
    await unmount(app);
  };
  await live.start();
  await vi.waitFor(() => expect(live.ready).toBe(true));
  window.location.hash = hash;
  return live;
}

function alarm(id: string, state: AlarmRow["state"] = "unack-active"): AlarmRow {
  return {
    id,
    seq: 1,
    asset: id.slice(0, id.indexOf("/")),
    signal: 4,
    kind: "high",
    priority: 2,
    limit: 0,
    value: 3,
    state,
    raised_at: 1,
    returned_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    comment: null,
  };
}

it("tells what is of Twinscope by its id", () => {
  expect([isSystem(ASSET), isSystem("$program"), isSystem("pump-2")]).toEqual([true, true, false]);
  expect([connectionTold(ASSET), connectionTold("$program")]).toEqual(["station", null]);
  expect(systemTag("$connection.a-b_1/left-out:high@17")).toBe("left-out");
  expect(systemTag("$program/not-written")).toBe("not-written");
  expect([systemTag("$program/something:high@1"), systemTag("pump-2/dropped:high@1")]).toEqual([null, null]);
});

it("says what happened, how much of it by now, and what to do, in both languages", () => {
  const lost = alarm(`${ASSET}/dropped:high@17`);
  const said = alarmSentence(lost, undefined, 1_234);
  expect([said.subject, said.value]).toEqual(["Messages lost", "1,234"]);
  expect(said.rule).toBe("so far: narrow the topic filters, or ask for QoS 1 and a persistent session");
  expect(ruleParts(said.rule)).toEqual([said.rule, ""]);
  expect(alarmText(lost, undefined)).toBe(
    "Messages lost: narrow the topic filters, or ask for QoS 1 and a persistent session",
  );
  const over = { ...lost, state: "normal" as const, returned_at: 5 };
  expect(alarmSentence(over, undefined, 1_234)).toMatchObject({
    value: "1,234",
    rule: "in all: narrow the topic filters, or ask for QoS 1 and a persistent session",
  });
  const disk = alarmText(alarm("$program/not-written:high@17"), undefined);
  expect(disk).toBe("History not written: free room on the disk; the status line says what stops it");
  windowLanguage.start();
  windowLanguage.choose("de");
  try {
    const german = alarmSentence(lost, undefined, 1_234);
    expect([german.subject, german.value]).toEqual(["Verlorene Nachrichten", "1.234"]);
    expect(german.rule).toContain("bisher: Topic-Filter einengen");
  } finally {
    windowLanguage.choose("system");
  }
});

it("names the assets without a place in the window's language", () => {
  const areas = [
    { id: "", name: "Without a place" },
    { id: "hall", name: "Halle" },
  ];
  const plant = withOwnNames({ areas, system: [] } as unknown as PlantView);
  const names = () => plant.areas.map(({ name }) => name);
  expect(names()).toEqual(["Without a place", "Halle"]);
  windowLanguage.start();
  windowLanguage.choose("de");
  try {
    expect(names()).toEqual(["Ohne Ort", "Halle"]);
  } finally {
    windowLanguage.choose("system");
  }
});

it("keeps the parts of an ordinary rule together", () => {
  expect(ruleParts(`above high-high${NBSP}7.1`)).toEqual(["above", `high-high${NBSP}7.1`]);
});

it("lists the alarm with all others; it goes on counting, can be acknowledged, and leads to its page", async () => {
  const live = await open("#/alarms");
  await vi.waitFor(() => expect(byId(LOST)).not.toBeNull());
  await vi.waitFor(() =>
    expect(plain(byId(LOST)?.textContent)).toContain("18,420 so far: narrow the topic filters"),
  );
  expect(plain(byId(LOST)?.textContent)).toContain("Connection Pumping station");
  byId(LOST)?.querySelector<HTMLElement>('[data-testid="ack"]')?.click();
  await vi.waitFor(() => expect(byId(LOST)?.dataset.state).toBe("acked-active"));

  byId(LOST)?.querySelector<HTMLElement>(".asset a")?.click();
  await vi.waitFor(() => expect(byId(`asset-${ASSET}`)).not.toBeNull());
  expect(byId("system")?.textContent).toContain("ask for QoS 1 and a persistent session");
  const ways = [...(byId("system")?.querySelectorAll("a") ?? [])].map((way) => way.getAttribute("href"));
  expect(ways).toEqual(["#/diagnostics/dropped", "#/diagnostics/rates", "#/connections/station"]);
  expect(byId(`signal-${ASSET}/dropped`)?.textContent).toContain("Messages lost");
  expect([byId("pane-device"), byId("pane-documents")]).toEqual([null, null]);
  expect(live.alarms.of(ASSET)[0]?.acknowledged_by).toBe("operator");
});

it("is no asset of the plant", async () => {
  const live = await open("#/overview");
  const count = live.plant?.assets.length ?? 0;
  await vi.waitFor(() => expect(document.body.textContent).toContain(`${count} assets`));
  expect(live.plant?.assets.some(({ id }) => isSystem(id))).toBe(false);
  const tiles = [...document.querySelectorAll("[data-testid^='tile-']")];
  expect(tiles.length).toBeGreaterThan(0);
  expect(tiles.some((tile) => (tile as HTMLElement).dataset.testid?.includes("$"))).toBe(false);
});
