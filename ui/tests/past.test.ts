// @vitest-environment happy-dom
/** The past: what is shown of it, what goes on meanwhile, and the way back. */
import { flushSync, mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { FrameTail } from "../src/ipc/bindings/FrameTail";
import { fakeBackend } from "../src/ipc/fake";
import { encodeFrame, type FakeSample } from "../src/ipc/fake/encode";
import { Live } from "../src/live/live.svelte";

const S = 1_000_000;
const NOW = 1_792_000_000 * S;
const EMPTY: FrameTail = { texts: [], alarms: [], assets: [] };

const sample = (value: number, time: number): FakeSample => ({
  key: 3,
  kind: 1,
  status: 0,
  reason: 0,
  time,
  received: time,
  value,
});

const alarm = (id: string, seq: number, state: AlarmRow["state"], raised = NOW): AlarmRow => ({
  id,
  seq,
  asset: "pump-2",
  signal: 1,
  kind: "high",
  priority: 2,
  limit: 1,
  value: 2,
  state,
  raised_at: raised,
  returned_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
});

function then(at: number, value: number, alarms: AlarmRow[] = []): ArrayBuffer {
  const tail = {
    ...EMPTY,
    alarms,
    assets: [{ ...WAITING, id: "pump-2", state: "stale" as const, reason: "NDEATH" }],
    links: [{ connection: "station", state: "down" as const, since: 0, reason: { text: "", sentences: [] } }],
  };
  return encodeFrame({
    now: at,
    number: 0,
    alarmSeq: 1,
    revision: 1,
    samples: [sample(value, at - S)],
    tail,
  });
}

const WAITING = { since: 0, score: null, anomaly_since: null, anomaly_shares: [] };

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
  document.body.replaceChildren();
  window.location.hash = "";
  localStorage.clear();
  vi.restoreAllMocks();
});

/** A plant whose frames and answers the test gives. */
async function scripted(change: Partial<Backend> = {}) {
  let onFrame: (bytes: ArrayBuffer) => void = () => {};
  let number = 0;
  const backend: Backend = {
    ...fakeBackend("normal"),
    alarms: async () => ({ seq: 0, rows: [] }),
    subscribe: async (handler) => {
      onFrame = handler;
    },
    plantAsOf: vi.fn(async (at: number) => then(at, 7)),
    ...change,
  };
  const live = new Live(backend);
  await live.start();
  ends.push(() => live.stop());
  const send = (value: number, alarms: AlarmRow[] = []) => {
    number += 1;
    const alarmSeq = Math.max(0, ...alarms.map(({ seq }) => seq));
    const assets = [{ ...WAITING, id: "pump-2", state: "live" as const, reason: "" }];
    const samples = [sample(value, NOW + number)];
    onFrame(
      encodeFrame({ now: NOW, number, alarmSeq, revision: 1, samples, tail: { ...EMPTY, alarms, assets } }),
    );
  };
  send(1);
  await vi.waitFor(() => expect(live.ready).toBe(true));
  return { live, backend, send };
}

describe("the past", () => {
  it("shows values, ages, states, links and alarms of the instant, and the present at once on the way back", async () => {
    const standing = alarm("then", 1, "unack-active", NOW - 7_300 * S);
    const { live, send } = await scripted({ plantAsOf: async (at) => then(at, 7, [standing]) });
    const at = NOW - 3_600 * S;
    live.past.go(at);
    expect(live.past.on).toBe(false);
    await vi.waitFor(() => expect(live.past.shown).toBe(at));
    expect(live.cell(3).number).toBe(7);
    expect(live.now).toBe(at);
    expect(live.stateOf("pump-2").state).toBe("stale");
    expect(live.stateOf("pump-1").state).toBe("waiting");
    expect(live.alarms.standing.map(({ id }) => id)).toEqual(["then"]);
    expect(live.alarms.of("pump-2")).toHaveLength(1);
    expect(live.links).toEqual([{ id: "station", state: "down" }]);

    const flushed = vi.fn();
    live.onFlush(flushed);
    send(2);
    await new Promise((done) => setTimeout(done, 60));
    expect(live.cell(3).number).toBe(7);
    expect(flushed).not.toHaveBeenCalled();

    live.past.live();
    expect(live.past.on).toBe(false);
    expect(live.cell(3).number).toBe(2);
    expect(live.stateOf("pump-2").state).toBe("live");
    expect(live.alarms.standing).toEqual([]);
    expect(live.now).toBeGreaterThanOrEqual(NOW);
    expect(flushed).toHaveBeenCalledTimes(1);
  });

  it("asks for one instant at a time, and of those wished for meanwhile the newest only", async () => {
    const answers: ((frame: ArrayBuffer) => void)[] = [];
    const plantAsOf = vi.fn(() => new Promise<ArrayBuffer>((done) => answers.push(done)));
    const { live } = await scripted({ plantAsOf });
    const [a, b, c] = [NOW - 10 * S, NOW - 20 * S, NOW - 30 * S];
    for (const at of [a, b, c]) live.past.go(at);
    expect(plantAsOf.mock.calls).toEqual([[a]]);
    answers[0]?.(then(a, 1));
    await vi.waitFor(() => expect(plantAsOf).toHaveBeenCalledTimes(2));
    expect(live.past.shown).toBe(a);
    expect(plantAsOf).toHaveBeenLastCalledWith(c);
    // Back to live while history is still asked: its answer comes to nothing.
    live.past.live();
    answers[1]?.(then(c, 3));
    await new Promise((done) => setTimeout(done, 10));
    expect(live.past.shown).toBeNull();
    expect(live.cell(3).number).toBe(1);
  });

  it("stays where it was when history does not answer, and says why", async () => {
    const { live } = await scripted({
      plantAsOf: async () => {
        throw { message: "telemetry.db is damaged" };
      },
    });
    live.past.go(NOW - 60 * S);
    await vi.waitFor(() => expect(live.past.told).toContain("damaged"));
    expect(live.past.on).toBe(false);
    expect(live.past.wanted).toBeNull();
  });

  it("says that nothing was recorded yet", async () => {
    const nothing = (at: number) =>
      encodeFrame({ now: at, number: 0, alarmSeq: 0, revision: 1, samples: [], tail: EMPTY });
    const { live } = await scripted({ plantAsOf: async (at) => nothing(at) });
    live.past.go(NOW - 60 * S);
    await vi.waitFor(() => expect(live.past.empty).toBe(true));
    expect(live.cell(3).words).toBe("–");
    expect(live.cell(3).time).toBe(0);
  });

  it("counts alarms that come meanwhile, and lets nobody acknowledge what is past", async () => {
    const { live, send, backend } = await scripted();
    const acknowledge = vi.spyOn(backend, "acknowledge");
    send(1, [alarm("before", 1, "unack-active")]);
    live.past.go(NOW - 60 * S);
    await vi.waitFor(() => expect(live.past.on).toBe(true));
    send(1, [alarm("new", 2, "unack-active"), alarm("before", 3, "unack-returned")]);
    expect(live.past.news.map(({ id }) => id)).toEqual(["new"]);
    await expect(live.acknowledge("new")).rejects.toThrow("past");
    expect(acknowledge).not.toHaveBeenCalled();
    live.past.live();
    expect(live.past.news).toEqual([]);
    expect(live.alarms.unacknowledged).toHaveLength(2);
  });

  it("goes from alarm to alarm, and to the present where there is time no more", async () => {
    const raised = [NOW - 500 * S, NOW - 100 * S];
    const { live } = await scripted({
      raisedBeside: async (at, later) =>
        (later ? raised.find((time) => time > at) : raised.findLast((time) => time < at)) ?? null,
    });
    for (const expected of [raised[1], raised[0]]) {
      await live.past.stepAlarm(false);
      await vi.waitFor(() => expect(live.past.shown).toBe(expected));
    }
    await live.past.stepAlarm(false);
    expect(live.past.told).not.toBe("");
    await live.past.stepAlarm(true);
    await vi.waitFor(() => expect(live.past.shown).toBe(raised[1]));
    live.past.step(60 * S);
    await vi.waitFor(() => expect(live.past.shown).toBe(NOW - 40 * S));
    live.past.step(60 * S);
    expect(live.past.on).toBe(false);
  });

  it("leaves the present by the smallest step, too", async () => {
    const { live } = await scripted();
    // The browser counts whole milliseconds: between key and question no time need pass.
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now);
    const present = live.instant();
    live.past.step(-S);
    await vi.waitFor(() => expect(live.past.shown).toBe(present - S));
  });

  it("plays as quickly as was asked, and ends live", async () => {
    const { live } = await scripted();
    live.past.go(NOW - 100 * S);
    await vi.waitFor(() => expect(live.past.on).toBe(true));
    live.past.play(60);
    await vi.waitFor(() => expect(live.past.shown ?? 0).toBeGreaterThan(NOW - 95 * S), { timeout: 3_000 });
    expect(live.past.shown).toBeLessThan(NOW);
    live.past.pause();
    const stopped = live.past.wanted;
    await new Promise((done) => setTimeout(done, 400));
    expect(live.past.wanted).toBe(stopped);
    live.past.go(NOW - 3 * S);
    live.past.play(60);
    await vi.waitFor(() => expect(live.past.wanted).toBeNull(), { timeout: 3_000 });
    expect(live.past.speed).toBe(0);
  });

  it("asks history for the alarms up to the instant", async () => {
    const alarmHistoryAsOf = vi.fn(async () => []);
    const { live, backend } = await scripted({ alarmHistoryAsOf });
    const present = vi.spyOn(backend, "alarmHistory");
    await live.alarmHistory(0, 5);
    expect(present).toHaveBeenCalledWith(0, 5);
    live.past.go(NOW - 60 * S);
    await vi.waitFor(() => expect(live.past.on).toBe(true));
    await live.alarmHistory(0, 5);
    expect(alarmHistoryAsOf).toHaveBeenCalledWith(NOW - 60 * S, 0, 5);
  });
});

describe("time bar", () => {
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  const press = (key: string, on: EventTarget = window) => {
    on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    flushSync();
  };

  async function open(scene: string, change: Partial<Backend> = {}): Promise<Live> {
    const live = new Live({ ...fakeBackend(scene), ...change });
    const app = mount(App, { target: document.body, props: { live } });
    ends.push(() => unmount(app));
    await live.start();
    await tick();
    await vi.waitFor(() => expect(live.ready).toBe(true));
    return live;
  }

  const past = async () => vi.waitFor(() => expect(byId("time-bar")?.dataset.at).toBeDefined());

  it("is left and entered by keys, and says which it is", async () => {
    const live = await open("fault");
    expect(byId("clock")?.textContent).toContain("LIVE");
    press("t");
    expect(document.activeElement).toBe(byId("time-strip"));
    press("ArrowLeft", byId("time-strip") ?? window);
    await past();
    expect(byId("clock")?.textContent).toContain("PAST");
    expect(byId("time-strip")?.getAttribute("aria-valuetext")).not.toBe("LIVE");
    expect(live.presentInstant() - (live.past.shown ?? 0)).toBeGreaterThan(59 * S);
    press("l");
    await vi.waitFor(() => expect(byId("clock")?.textContent).toContain("LIVE"));
    press("PageDown", byId("time-strip") ?? window);
    await past();
    press("Escape", byId("time-strip") ?? window);
    expect(live.past.on).toBe(false);
  });

  it("takes a date and time in the plant's zone, and says what is none or still to come", async () => {
    const live = await open("fault");
    const field = byId("time-at") as HTMLInputElement;
    const type = (text: string) => {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      press("Enter", field);
    };
    type("yesterday");
    expect(byId("time-bar")?.querySelector("[role=status]")?.textContent).not.toBe("");
    type("2999-01-01 00:00");
    expect(live.past.wanted).toBeNull();
    type("2026-01-15 12:00");
    await past();
    expect(live.past.shown).toBe(Date.UTC(2026, 0, 15, 11) * 1000);
    expect(byId("time-bar")?.querySelector("[role=status]")?.textContent).toContain("Nothing was recorded");
  });

  it("lets nothing be changed in the past, and gives the reason", async () => {
    const acknowledge = vi.fn();
    const live = await open("fault", { acknowledge });
    live.past.step(-100 * S);
    await past();
    const button = byId("ack-worst") as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    expect(button.title).toContain("past");
    press("a");
    await tick();
    expect(acknowledge).not.toHaveBeenCalled();
    window.location.hash = "#/connections";
    await vi.waitFor(() => expect(byId("connection-new")).not.toBeNull());
    expect(byId("present-screen")).not.toBeNull();
    expect((byId("connection-new") as HTMLButtonElement).disabled).toBe(true);
    await expect(live.backend.removeConnection("station")).rejects.toThrow("past");
    window.location.hash = "#/process";
    await vi.waitFor(() => expect(byId("picture-edit")).not.toBeNull());
    expect((byId("picture-edit") as HTMLButtonElement).disabled).toBe(true);
  });

  it("tells of alarms that come meanwhile, and leads to them", async () => {
    const live = await open("news");
    live.past.step(-100 * S);
    await past();
    await vi.waitFor(() => expect(byId("past-news")).not.toBeNull(), { timeout: 8_000 });
    byId("past-news")?.click();
    await tick();
    expect(live.past.on).toBe(false);
    expect(window.location.hash).toBe("#/alarms");
  });

  it("keeps its span over a restart", async () => {
    const live = await open("fault");
    const list = byId("time-span") as HTMLSelectElement;
    list.value = String(8 * 3_600 * S);
    list.dispatchEvent(new Event("change", { bubbles: true }));
    expect(live.past.strip.span).toBe(8 * 3_600 * S);
    expect(new Live(fakeBackend("fault")).past.strip.span).toBe(8 * 3_600 * S);
  });
});
