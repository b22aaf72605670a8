// @vitest-environment happy-dom
/** Alarms of a range or of an asset: asked for by time, and nothing is called "none" before that is known. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { ChartModel } from "../src/components/domain/trend/model";
import { alarmsSaid } from "../src/components/domain/trend/words";
import type { Backend } from "../src/ipc/backend";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { AlarmsPage } from "../src/ipc/bindings/AlarmsPage";
import type { AlarmsQuery } from "../src/ipc/bindings/AlarmsQuery";
import { fakeBackend } from "../src/ipc/fake";
import { ALL_KNOWN, type AlarmLane, mergedAlarms } from "../src/lib/spanalarms";
import { ASSET_PAGE, AssetAlarmList } from "../src/live/assetalarms.svelte";
import { Live } from "../src/live/live.svelte";
import { ALARMS_MAX, TrendAlarms } from "../src/live/trendalarms.svelte";
import { trendBoard } from "../src/live/trendboard.svelte";
import { recorder } from "./canvas";

const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;

function row(id: string, raised_at: number, change: Partial<AlarmRow> = {}): AlarmRow {
  return {
    id,
    seq: 1,
    asset: "pump-2",
    signal: 3,
    kind: "high",
    priority: 2,
    limit: 4.5,
    value: 4.75,
    state: "normal",
    raised_at,
    returned_at: raised_at + MINUTE,
    acknowledged_at: raised_at,
    acknowledged_by: "ann",
    comment: null,
    ...change,
  };
}

/** Answers when it is told to. */
function slow() {
  const asked: { query: AlarmsQuery; answer: (page: AlarmsPage) => void; fail: (why: string) => void }[] = [];
  const alarmsWithin = (query: AlarmsQuery) =>
    new Promise<AlarmsPage>((resolve, reject) => {
      asked.push({ query, answer: resolve, fail: (message) => reject({ message }) });
    });
  return { alarmsWithin, asked };
}

const OF = { signals: [3] };
const PLANT = {};

describe("the alarms of a trend", () => {
  const all: TrendAlarms[] = [];
  afterEach(() => {
    for (const one of all.splice(0)) one.close();
  });
  function make() {
    const history = slow();
    const alarms = new TrendAlarms(history);
    all.push(alarms);
    return { alarms, asked: history.asked };
  }

  it("are not known before history has answered, and asked for again only beyond what was answered", async () => {
    const { alarms, asked } = make();
    const lane = (t0: number, t1: number) => alarms.lane(OF, [t0, t1], null).state;
    alarms.want(OF, [1_000, 2_000], null, [PLANT, 1]);
    expect(lane(1_000, 2_000)).toBe("asking");
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(asked[0]?.query).toEqual({
      asset: null,
      signals: [3],
      t0: 0,
      t1: 3_000,
      at: null,
      behind: null,
      limit: ALARMS_MAX,
    });
    asked[0]?.answer({ rows: [row("a", 1_500)], more: 0 });
    await vi.waitFor(() => expect(lane(1_000, 2_000)).toBe("known"));
    expect(alarms.rows.map(({ id }) => id)).toEqual(["a"]);
    alarms.want(OF, [500, 1_500], null, [PLANT, 1]);
    expect(lane(500, 1_500)).toBe("known");
    // Another range: what is there is no answer to it.
    alarms.want(OF, [-5_000, 1_000], null, [PLANT, 1]);
    expect(lane(-5_000, 1_000)).toBe("asking");
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.query.t0).toBe(-11_000);
    // Others' alarms: an answer under way is none of theirs.
    alarms.want({ asset: "pump-1" }, [1_000, 2_000], null, [PLANT, 1]);
    asked[1]?.answer({ rows: [row("b", 600)], more: 0 });
    await tick();
    expect(alarms.rows).toEqual([]);
    await vi.waitFor(() => expect(asked[2]?.query.asset).toBe("pump-1"));
  });

  it("are asked for anew when one changes, and stay meanwhile", async () => {
    const { alarms, asked } = make();
    alarms.want(OF, [1_000, 2_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked[0]?.answer({ rows: [row("a", 1_500)], more: 0 });
    await vi.waitFor(() => expect(alarms.rows).toHaveLength(1));
    alarms.want(OF, [1_000, 2_000], null, [PLANT, 2]);
    expect(alarms.rows).toHaveLength(1);
    expect(alarms.lane(OF, [1_000, 2_000], null)).toEqual(ALL_KNOWN);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  it("that did not fit are counted, and asked for again closer by", async () => {
    const { alarms, asked } = make();
    alarms.want(OF, [10_000, 20_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked[0]?.answer({ rows: [row("a", 19_000)], more: 70 });
    await vi.waitFor(() => expect(alarms.lane(OF, [10_000, 20_000], null).more).toBe(70));
    alarms.want(OF, [10_000, 20_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect([asked[1]?.query.t0, asked[1]?.query.t1]).toEqual([9_000, 21_000]);
    asked[1]?.answer({ rows: [row("a", 19_000)], more: 40 });
    await vi.waitFor(() => expect(alarms.lane(OF, [10_000, 20_000], null).more).toBe(40));
    // As close as it gets for this range.
    alarms.want(OF, [10_000, 20_000], null, [PLANT, 1]);
    alarms.want(OF, [12_000, 14_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(3));
    expect([asked[2]?.query.t0, asked[2]?.query.t1]).toEqual([11_800, 14_200]);
  });

  it("are unknown when history fails, until it answers again", async () => {
    const { alarms, asked } = make();
    alarms.want(OF, [1_000, 2_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    asked[0]?.fail("The disk is gone.");
    await vi.waitFor(() => expect(alarms.failure).toBe("The disk is gone."));
    expect(alarms.lane(OF, [1_000, 2_000], null).state).toBe("unknown");
    alarms.want(OF, [1_000, 2_000], null, [PLANT, 1]);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    asked[1]?.answer({ rows: [], more: 0 });
    await vi.waitFor(() => expect(alarms.lane(OF, [1_000, 2_000], null)).toEqual(ALL_KNOWN));
    expect(alarms.failure).toBe("");
  });

  it("of an instant of the past are those that were known then", async () => {
    const { alarms, asked } = make();
    const state = (at: number | null) => alarms.lane(OF, [1_000, 2_000], at).state;
    alarms.want(OF, [1_000, 2_000], 1_800, [PLANT, 1]);
    await vi.waitFor(() => expect(asked[0]?.query.at).toBe(1_800));
    asked[0]?.answer({ rows: [], more: 0 });
    await vi.waitFor(() => expect(state(1_800)).toBe("known"));
    // Back in time, or the present: another question. Played on, the answer stands for a moment only.
    expect(state(1_700)).toBe("asking");
    expect(state(null)).toBe("asking");
    alarms.want(OF, [1_000, 2_000], 1_900, [PLANT, 1]);
    expect(state(1_900)).toBe("known");
    await vi.waitFor(() => expect(state(1_900)).toBe("asking"));
    await vi.waitFor(() => expect(asked[1]?.query.at).toBe(1_900));
  });
});

describe("what stands and what history answered", () => {
  it("are one list, in which what stands is newer, and nothing is later than the instant", () => {
    const standing = [row("a", 1_000, { state: "acked-active", returned_at: null })];
    const found = [
      row("late", 2_001),
      row("b", 1_900, { returned_at: 2_100 }),
      row("a", 1_000),
      row("c", 500, { returned_at: 900 }),
    ];
    expect(mergedAlarms(standing, found, null).map(({ id }) => id)).toEqual(["a", "late", "b", "c"]);
    const then = mergedAlarms(standing, found, 2_000);
    expect(then.map(({ id, returned_at }) => [id, returned_at])).toEqual([
      ["a", null],
      ["b", null],
      ["c", 900],
    ]);
  });
});

describe("the lane", () => {
  const said = (lane: AlarmLane, ...spans: [number, number][]) =>
    alarmsSaid({
      t0: 100,
      t1: 200,
      lane,
      alarms: spans.map(([t0, t1]) => ({ t0, t1, priority: 1 })),
    } as unknown as ChartModel);

  it("says that there are none only when that is known", () => {
    expect(said(ALL_KNOWN)).toBe("no alarms in view");
    expect(said(ALL_KNOWN, [10, 99])).toBe("no alarms in view");
    expect(said(ALL_KNOWN, [10, 110])).toBe("alarms");
    expect(said({ state: "asking", more: 0 })).toContain("asked");
    expect(said({ state: "asking", more: 0 }, [150, 160])).toBe("alarms");
    expect(said({ state: "unknown", more: 0 }, [150, 160])).toContain("not known");
    expect(said({ state: "known", more: 1_234 })).toContain("1,234 earlier");
    expect(said({ state: "known", more: 1_234 }, [150, 160])).toContain("1,234 more");
    expect(said({ state: "known", more: 100_000 })).toContain("≥ 100,000");
  });
});

describe("the alarms of an asset", () => {
  it("come in pages, and all that was paged to is renewed", async () => {
    const rows = Array.from({ length: 50 }, (_, i) => row(`r${i}`, 1_000 - i));
    const alarmsWithin = vi.fn(async ({ behind, limit }: AlarmsQuery) => {
      const rest = rows.slice(rows.findIndex(({ id }) => id === behind) + 1);
      return { rows: rest.slice(0, limit), more: Math.max(0, rest.length - limit) };
    });
    const list = new AssetAlarmList({ alarmsWithin });
    list.want("pump-2", null);
    expect(list.known).toBe(false);
    await vi.waitFor(() => expect(list.known).toBe(true));
    expect([list.rows.length, list.more]).toEqual([ASSET_PAGE, 30]);
    await list.older();
    expect([list.rows.length, list.more]).toEqual([40, 10]);
    rows.unshift(row("new", 2_000));
    list.want("pump-2", null);
    await vi.waitFor(() => expect(list.rows[0]?.id).toBe("new"));
    expect([list.rows.length, list.more]).toEqual([40, 11]);
    list.want("pump-1", 5);
    expect([list.rows.length, list.known]).toEqual([0, false]);
    await vi.waitFor(() => expect(alarmsWithin.mock.lastCall?.[0]).toMatchObject({ asset: "pump-1", at: 5 }));
  });
});

describe("screens", () => {
  let end: (() => Promise<void>) | undefined;
  const drawn = recorder();
  const words = () => drawn.calls.filter(({ name }) => name === "fillText").map(({ text }) => text);
  const lane = () => words().findLast((text) => text.includes("alarms"));
  beforeEach(() => {
    localStorage.clear();
    drawn.calls.length = 0;
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => drawn.context as never);
  });
  afterEach(async () => {
    await end?.();
    end = undefined;
    document.body.replaceChildren();
    vi.restoreAllMocks();
    window.location.hash = "";
  });
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

  async function open(hash: string, change: Partial<Backend>): Promise<Live> {
    window.location.hash = hash;
    const live = new Live({ ...fakeBackend("normal"), ...change });
    const app = mount(App, { target: document.body, props: { live } });
    end = async () => {
      await unmount(app);
      live.stop();
    };
    await live.start();
    return live;
  }

  it("show an alarm of a month ago on the trend, however many came after it", async () => {
    const long = Date.now() * 1_000 - 30 * DAY;
    const history = slow();
    const live = await open("#/trend", { alarmsWithin: history.alarmsWithin });
    await vi.waitFor(() => expect(byId("trend-chart")).not.toBeNull());
    const board = trendBoard(live);
    const signal = live.asset("pump-2")?.signals.find(({ id }) => id === "pump-2/flow");
    board.add("pump-2/flow");
    board.view.zoomTo(long, long + 60 * MINUTE);
    const of = () => history.asked.filter(({ query }) => query.t0 <= long && query.t1 >= long + 60 * MINUTE);
    await vi.waitFor(() => expect(of()).not.toHaveLength(0));
    await vi.waitFor(() => expect(lane()).toContain("asked"));
    expect(words()).not.toContain("no alarms in view");
    const alarm = row("old", long + 10 * MINUTE, { signal: signal?.key ?? -1 });
    for (const { answer } of of()) answer({ rows: [alarm], more: 0 });
    await vi.waitFor(() => expect(lane()).toBe("alarms"));
  });

  it("list all alarms of an asset, a page at a time", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => row(`r${i}`, Date.now() * 1_000 - i * DAY));
    const alarmsWithin = vi.fn(async ({ behind, limit }: AlarmsQuery) => {
      const rest = rows.slice(rows.findIndex(({ id }) => id === behind) + 1);
      return { rows: rest.slice(0, limit), more: Math.max(0, rest.length - limit) };
    });
    await open("#/asset/pump-2", { alarmsWithin });
    await vi.waitFor(() => expect(byId("asset-alarms-older")?.textContent).toContain("10"));
    byId("asset-alarms-older")?.click();
    await vi.waitFor(() => expect(byId("asset-alarms-older")).toBeNull());
    const items = document.querySelectorAll('[aria-label="Alarms of this asset"] li');
    expect(items).toHaveLength(30);
  });
});
