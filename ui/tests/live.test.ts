// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backend } from "../src/ipc/backend";
import type { AlarmList } from "../src/ipc/bindings/AlarmList";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import { fakeBackend } from "../src/ipc/fake";
import { encodeFrame, encodeTrend, type FakeFrame } from "../src/ipc/fake/encode";
import { Live } from "../src/live/live.svelte";
import { TrendFeed } from "../src/live/trendfeed";

const FAKED = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "Date",
  "performance",
  "requestAnimationFrame",
] as const;
const NOW = 1_792_000_000_000_000;

const alarm = (id: string, seq: number, state: AlarmRow["state"]): AlarmRow => ({
  id,
  seq,
  asset: "pump-2",
  signal: 1,
  kind: "high",
  priority: 2,
  limit: 1,
  value: 2,
  state,
  raised_at: NOW,
  returned_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
});

function frame(part: Partial<FakeFrame>): ArrayBuffer {
  return encodeFrame({
    now: NOW,
    number: 1,
    alarmSeq: 0,
    revision: 1,
    samples: [],
    tail: { texts: [], alarms: [], assets: [] },
    ...part,
  });
}

/** A backend whose frames the test sends. */
function scripted(): {
  backend: Backend;
  send: (part: Partial<FakeFrame>) => void;
  subscriptions: () => number;
  list: AlarmList;
} {
  let onFrame: (bytes: ArrayBuffer) => void = () => {};
  let subscriptions = 0;
  const list: AlarmList = { seq: 0, rows: [] };
  const backend: Backend = {
    ...fakeBackend("normal"),
    alarms: async () => list,
    async subscribe(handler) {
      subscriptions += 1;
      onFrame = handler;
    },
  };
  return { backend, send: (part) => onFrame(frame(part)), subscriptions: () => subscriptions, list };
}

describe("live", () => {
  let live: Live;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...FAKED] });
  });
  afterEach(() => {
    live.stop();
    vi.useRealTimers();
  });

  const begin = async (backend: Backend) => {
    live = new Live(backend);
    await live.start();
  };
  const paint = () => vi.advanceTimersByTimeAsync(40);

  it("subscribes again when a frame is missing, and not otherwise", async () => {
    const { backend, send, subscriptions } = scripted();
    await begin(backend);
    expect(subscriptions()).toBe(1);
    send({ number: 7 });
    send({ number: 8 });
    await paint();
    expect(subscriptions()).toBe(1);
    send({ number: 10 });
    await paint();
    expect(subscriptions()).toBe(2);
    // The first frame of the new subscription has any number.
    send({ number: 55 });
    send({ number: 56 });
    await paint();
    expect(subscriptions()).toBe(2);
  });

  it("is ready after the first painted frame, and shows the newest value", async () => {
    const { backend, send } = scripted();
    await begin(backend);
    expect(live.ready).toBe(false);
    const sample = { key: 3, kind: 1, status: 0, reason: 0, time: NOW, received: NOW, value: 1.5 };
    send({ samples: [sample] });
    send({ number: 2, samples: [{ ...sample, value: 2.5 }] });
    await paint();
    expect(live.ready).toBe(true);
    expect(live.cell(3).number).toBe(2.5);
    expect(live.cell(3).status).toBe(0);
  });

  it("asks for the alarm list when a transition is missing", async () => {
    const { backend, send, list } = scripted();
    await begin(backend);
    send({ alarmSeq: 1, tail: { texts: [], alarms: [alarm("a", 1, "unack-active")], assets: [] } });
    expect(live.alarms.standing.map(({ id }) => id)).toEqual(["a"]);
    list.seq = 4;
    list.rows = [alarm("b", 4, "unack-active")];
    send({ number: 2, alarmSeq: 4 });
    await paint();
    expect(live.alarms.standing.map(({ id }) => id)).toEqual(["b"]);
    expect(live.alarms.of("pump-2")).toHaveLength(1);
  });

  it("never goes back to an older transition", async () => {
    const { backend } = scripted();
    await begin(backend);
    live.alarms.apply([alarm("a", 5, "acked-active")]);
    live.alarms.apply([alarm("a", 4, "unack-active")]);
    expect(live.alarms.standing[0]?.state).toBe("acked-active");
    live.alarms.replace({ seq: 4, rows: [] });
    expect(live.alarms.standing).toHaveLength(1);
    live.alarms.apply([alarm("a", 6, "normal")]);
    expect(live.alarms.standing).toHaveLength(0);
  });

  it("refuses a list from before an alarm ended, and asks again", async () => {
    const { backend, send, list } = scripted();
    await begin(backend);
    live.alarms.apply([alarm("a", 5, "unack-active"), alarm("a", 6, "normal")]);
    expect(live.alarms.replace({ seq: 5, rows: [alarm("a", 5, "unack-active")] })).toBe(false);
    expect(live.alarms.standing).toHaveLength(0);
    list.seq = 8;
    list.rows = [alarm("b", 8, "unack-active")];
    send({ number: 3, alarmSeq: 8 });
    await paint();
    await paint();
    expect(live.alarms.standing.map(({ id }) => id)).toEqual(["b"]);
  });

  it("says since when nothing comes", async () => {
    const { backend, send } = scripted();
    await begin(backend);
    send({});
    await paint();
    expect(live.silentSince).toBeNull();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(live.silentSince).toBe(NOW);
    send({ number: 2, now: NOW + 7_000_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(live.silentSince).toBeNull();
  });

  it("keeps a broken frame from the screen, says so, and goes on", async () => {
    const { backend, send } = scripted();
    let raw: (bytes: ArrayBuffer) => void = () => {};
    await begin({
      ...backend,
      subscribe: (handler) => {
        raw = handler;
        return backend.subscribe(handler);
      },
    });
    raw(new ArrayBuffer(2_000));
    expect(live.frameFault).toMatch(/TWF1/);
    send({});
    expect(live.frameFault).toBeNull();
  });

  it("says why the plant cannot be read, and tries again by itself", async () => {
    const good = fakeBackend("normal");
    let broken = true;
    await begin({
      ...good,
      plant: async () => {
        if (broken) throw { message: "plant.toml, line 3: no such key" };
        return good.plant();
      },
    });
    expect(live.fault).toBe("plant.toml, line 3: no such key");
    broken = false;
    await vi.advanceTimersByTimeAsync(2_100);
    expect(live.fault).toBeNull();
    expect(live.plant?.name).toBe("Riverside Pumping Station");
  });
});

describe("trend feed", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...FAKED] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const request = (signal: number) => ({ signals: [signal], t0: 0, t1: 10, width: 10 });
  const answer = (key: number) => encodeTrend([[key, [[1], [1], [1], [1], [1], [1], [0]]]]);

  it("asks one query at a time, the newest wish only, and rests between them", async () => {
    const asked: number[] = [];
    const seen: number[] = [];
    const feed = new TrendFeed(
      async ({ signals }) => {
        asked.push(signals[0] ?? -1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return answer(signals[0] ?? 0);
      },
      ({ request: { signals } }) => seen.push(signals[0] ?? -1),
      () => {},
    );
    feed.want(request(1), 500);
    await vi.advanceTimersByTimeAsync(10);
    feed.want(request(2), 500);
    feed.want(request(3), 500);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toEqual([1]);
    await vi.advanceTimersByTimeAsync(400);
    expect(asked).toEqual([1, 3]);
    expect(seen).toEqual([1, 3]);
    feed.close();
  });

  it("lets a wish in haste rest no longer than it asked for, whatever waits or is under way", async () => {
    const asked: number[] = [];
    const feed = new TrendFeed(
      async ({ signals }) => {
        asked.push(signals[0] ?? -1);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return answer(signals[0] ?? 0);
      },
      () => {},
      () => {},
    );
    feed.want(request(1), 2_000);
    await vi.advanceTimersByTimeAsync(10);
    feed.want(request(2), 30);
    feed.want(request(3), 2_000);
    await vi.advanceTimersByTimeAsync(150);
    expect(asked).toEqual([1, 3]);
    feed.close();
  });

  it("drops an answer to a question that nobody asks any more", async () => {
    const seen: number[] = [];
    const feed = new TrendFeed(
      async ({ signals }) => {
        await new Promise((resolve) => setTimeout(resolve, signals[0] === 1 ? 400 : 20));
        return answer(signals[0] ?? 0);
      },
      ({ request: { signals } }) => seen.push(signals[0] ?? -1),
      () => {},
    );
    feed.want(request(1), 80);
    await vi.advanceTimersByTimeAsync(50);
    feed.drop();
    feed.want(request(2), 80);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([2]);
    feed.close();
  });

  it("gives up a query that hangs, says so, and asks again", async () => {
    const errors: string[] = [];
    let calls = 0;
    const seen: number[] = [];
    const feed = new TrendFeed(
      ({ signals }) => {
        calls += 1;
        return calls === 1 ? new Promise(() => {}) : Promise.resolve(answer(signals[0] ?? 0));
      },
      ({ request: { signals } }) => seen.push(signals[0] ?? -1),
      (message) => errors.push(message),
    );
    feed.want(request(1), 80);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(errors).toHaveLength(1);
    feed.want(request(2), 80);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual([2]);
    feed.close();
  });
});
