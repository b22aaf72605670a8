import { describe, expect, it } from "vitest";
import { firstPicks } from "../src/components/domain/trend/build";
import { placeLabels } from "../src/components/domain/trend/labels";
import { packLanes } from "../src/components/domain/trend/model";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import { makePlant } from "../src/ipc/fake/plant";
import { continued, refreshed } from "../src/lib/history";
import { axisRange, niceBounds, steady, tickDecimals, valueTicks } from "../src/lib/scale";
import { buildIndex, find } from "../src/lib/search";
import { aligned, bounds, panned, pausedAt, zoomed } from "../src/lib/window";
import { assetRank, compareAlarms, worstAlarm } from "../src/lib/worst";
import { parseRoute, routeHash } from "../src/live/router.svelte";
import { random } from "./random";

const row = (id: string, priority: number, state: AlarmRow["state"], raised: number): AlarmRow => ({
  id,
  seq: 1,
  asset: "a",
  signal: 0,
  kind: "high",
  priority,
  limit: 1,
  value: 2,
  state,
  raised_at: raised,
  returned_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
});

describe("worst first", () => {
  it("puts unacknowledged before acknowledged, then priority, then active, then the newest", () => {
    const alarms = [
      row("acked-1", 1, "acked-active", 9),
      row("old-2", 2, "unack-active", 1),
      row("new-2", 2, "unack-active", 5),
      row("returned-2", 2, "unack-returned", 8),
      row("first-1", 1, "unack-active", 2),
      row("third", 3, "unack-active", 9),
    ];
    expect([...alarms].sort(compareAlarms).map(({ id }) => id)).toEqual([
      "first-1",
      "new-2",
      "old-2",
      "returned-2",
      "third",
      "acked-1",
    ]);
    expect(worstAlarm(alarms)?.id).toBe("first-1");
    expect(worstAlarm([])).toBeUndefined();
  });

  it("orders assets by alarm, then silence, then life", () => {
    const ranks = [
      assetRank([row("a", 1, "unack-active", 0)], "live"),
      assetRank([row("a", 1, "acked-active", 0)], "stale"),
      assetRank([row("a", 2, "unack-returned", 0)], "live"),
      assetRank([row("a", 4, "acked-active", 0)], "live"),
      assetRank([], "stale"),
      assetRank([], "waiting"),
      assetRank([], "live"),
      assetRank([], "standby"),
    ];
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ranks.length);
  });
});

describe("value axis", () => {
  it("has round bounds around its data", () => {
    expect(niceBounds(0.3, 7.8)).toEqual({ low: 0, high: 10 });
    const flat = niceBounds(412, 412);
    expect(flat.low).toBeLessThan(412);
    expect(flat.high).toBeGreaterThan(412);
    expect(niceBounds(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it("takes in limits that are near, not those that would flatten the trace", () => {
    const near = axisRange([[2, 3]], [[0.5, 3.5]], [4.5, 7.1]);
    expect(near.high).toBeGreaterThanOrEqual(7.1);
    const far = axisRange([[2, 3]], [[0.5, 3.5]], [4.5, 60]);
    expect(far.high).toBeLessThan(10);
    expect(axisRange([null], [null], [5])).toEqual({ low: 0, high: 1 });
  });

  it("shows a limit just outside the scale that another limit has made", () => {
    // The first limit is within reach of the data (up to 5.5), the second only of the scale with the first (0 to 5).
    expect(axisRange([[1.5, 3]], [[1, 3]], [4.5, 6.2]).high).toBeGreaterThanOrEqual(6.2);
    expect(axisRange([[1.5, 3]], [[1, 3]], [4.5, 8]).high).toBeLessThan(8);
    expect(axisRange([[8, 9]], [[8, 10]], [5.5]).low).toBeLessThanOrEqual(5.5);
  });

  it("stands still while the data fits and fills it", () => {
    const old = { low: 0, high: 10 };
    expect(steady(old, { low: 1, high: 9 })).toBe(old);
    expect(steady(old, { low: 1, high: 11 })).toEqual({ low: 1, high: 11 });
    expect(steady(old, { low: 4, high: 6 })).toEqual({ low: 4, high: 6 });
  });

  it("has ticks that can be told apart", () => {
    expect(valueTicks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(tickDecimals([0.1, 0.15])).toBe(2);
    expect(tickDecimals([5, 10])).toBe(0);
  });
});

describe("first signals of a trend", () => {
  const plant = makePlant(1);
  const pump = plant.view.assets.find((asset) => asset.id === "pump-2");
  if (!pump) throw new Error("the played plant has no pump 2");
  const key = (id: string) => plant.byId.get(`pump-2/${id}`) ?? -1;
  const alarm = (signal: string, priority: number, state: AlarmRow["state"]): AlarmRow => ({
    ...row(signal, priority, state, 0),
    signal: key(signal),
  });

  it("are the first two key values while all is well", () => {
    expect(firstPicks(pump, [], [])).toEqual([key("vibration_de"), key("bearing_temperature")]);
  });

  it("begin with the signal of the worst alarm", () => {
    const alarms = [alarm("suction_pressure", 3, "unack-active"), alarm("flow", 1, "unack-active")];
    expect(firstPicks(pump, alarms, [])).toEqual([key("flow"), key("suction_pressure")]);
  });

  it("take the largest part of an anomaly for the alarm of its score", () => {
    const shares = [
      [key("power"), 0.7],
      [key("flow"), 0.2],
    ] as const;
    expect(firstPicks(pump, [alarm("anomaly", 3, "acked-active")], shares)).toEqual([
      key("power"),
      key("vibration_de"),
    ]);
    const worse = [alarm("flow", 1, "unack-active"), alarm("anomaly", 3, "unack-active")];
    expect(firstPicks(pump, worse, shares)).toEqual([key("flow"), key("power")]);
    // The score itself has a lane of its own.
    expect(firstPicks(pump, [alarm("anomaly", 3, "unack-active")], [])).not.toContain(key("anomaly"));
  });
});

describe("words about doubtful spans", () => {
  const measure = (text: string) => text.length * 6;
  const wish = (left: number, name = "Drive-end vibration", words = ["uncertain", "from history"]) => ({
    left,
    words,
    name,
  });

  it("begin where their span does, and end inside the plot", () => {
    expect(placeLabels([wish(100)], 900, measure)).toEqual([
      { text: "uncertain, from history: Drive-end vibration", left: 100 },
    ]);
    expect(placeLabels([wish(-400)], 900, measure)[0]?.left).toBe(5);
    const [edge] = placeLabels([wish(899)], 900, measure);
    expect((edge?.left ?? 0) + measure(edge?.text ?? "")).toBe(895);
  });

  it("lose the reason first and the end of the name last", () => {
    const texts = [250, 120, 60, 30].map((width) => placeLabels([wish(10)], width, measure)[0]?.text);
    expect(texts).toEqual(["uncertain: Drive-end vibration", "uncertain: Drive-…", undefined, undefined]);
    expect(placeLabels([wish(10)], 70, measure)[0]?.text).toBe("uncertain");
  });

  it("tell signals in one breath that begin together, and count those that have no room", () => {
    const many = [wish(890, "Flow"), wish(892, "Speed"), wish(894, "Power"), wish(895, "Flow")];
    const texts = [900, 200, 165].map((width) => placeLabels(many, width, measure).map(({ text }) => text));
    expect(texts).toEqual([
      ["uncertain, from history: Flow, Speed, Power"],
      ["uncertain: Flow, Speed, Power"],
      ["uncertain: Flow, Speed +1"],
    ]);
    expect(placeLabels([wish(500), wish(510), wish(60)], 900, measure)).toHaveLength(2);
  });

  it("are never written over each other nor over the edges, and the newest stay", () => {
    const next = random(11);
    const reasons = ["stale", "from history", "frozen"];
    for (let round = 0; round < 200; round += 1) {
      const width = 200 + next() * 900;
      const wishes = Array.from({ length: 1 + Math.floor(next() * 12) }, (_, i) =>
        wish(next() * width * 1.2 - width * 0.2, `Signal ${i}`, ["bad", reasons[i % 3] ?? ""]),
      );
      const placed = placeLabels(wishes, width, measure).sort((a, b) => a.left - b.left);
      expect(placed.length).toBeGreaterThan(0);
      let end = 0;
      for (const { text, left } of placed) {
        expect(left).toBeGreaterThan(end);
        end = left + measure(text);
      }
      expect(end).toBeLessThanOrEqual(width);
      const newest = wishes.toSorted((a, b) => b.left - a.left)[0];
      expect(placed.some(({ text }) => text.includes(newest?.name ?? ""))).toBe(true);
    }
  });
});

describe("alarm history", () => {
  const at = (id: string, seq: number): AlarmRow => ({ ...row(id, 2, "normal", 0), seq });
  const ids = (rows: readonly AlarmRow[]) => rows.map(({ id }) => id);

  it("goes on behind the last row, without one that came forward meanwhile", () => {
    expect(ids(continued([at("d", 9), at("c", 8)], [at("c", 3), at("b", 2)]))).toEqual(["d", "c", "b"]);
  });

  it("keeps older pages when the newest is asked for again", () => {
    const known = [at("c", 6), at("b", 5), at("a", 4)];
    expect(ids(refreshed([at("a", 7), at("c", 6)], known))).toEqual(["a", "c", "b"]);
    // Nothing known overlaps with the page: what lies between is missing.
    expect(ids(refreshed([at("x", 20), at("y", 19)], known))).toEqual(["x", "y"]);
    expect(refreshed([], known)).toEqual([]);
  });
});

describe("window of time", () => {
  const now = 1_000_000 * 3600;
  const follow = { mode: "follow", span: 900_000_000 } as const;

  it("follows live until it is touched", () => {
    expect(bounds(follow, now)).toEqual([now - 900_000_000, now]);
    expect(panned(follow, -0.5, now)).toEqual({
      mode: "paused",
      t0: now - 1_350_000_000,
      t1: now - 450_000_000,
    });
  });

  it("zooms around the pointer", () => {
    const at = now - 300_000_000;
    const [t0, t1] = bounds(zoomed(follow, 0.5, at, now), now);
    expect(t1 - t0).toBeCloseTo(450_000_000, 0);
    expect((at - t0) / (t1 - t0)).toBeCloseTo(2 / 3, 9);
  });

  it("never becomes shorter than a second, nor leaves the past", () => {
    const tiny = pausedAt(now - 10, now, now);
    expect(bounds(tiny, now)[1] - bounds(tiny, now)[0]).toBe(1_000_000);
    const [t0] = bounds(panned(follow, 40, now), now);
    expect(t0).toBeLessThan(now);
  });

  it("asks on a grid that stands still while the window moves", () => {
    const one = aligned(1_000, 11_000, 10);
    const two = aligned(1_400, 11_400, 10);
    expect(one).toEqual({ t0: 1_000, t1: 11_000, width: 10 });
    expect(two).toEqual({ t0: 1_000, t1: 12_000, width: 11 });
    expect(aligned(0, 1e12, 99_999).width).toBeLessThanOrEqual(4_096);
  });
});

describe("search", () => {
  const index = buildIndex(makePlant(1).view);

  it("finds assets before signals and needs every word", () => {
    expect(find(index, "pump 2", 3)[0]).toMatchObject({ asset: "pump-2", signal: null });
    const hits = find(index, "vibr PUMP 1", 10);
    expect(hits.length).toBeGreaterThan(2);
    // What matches by its address only ("edge-1") comes after what matches by name.
    expect(hits.map((hit) => hit.asset === "pump-1").indexOf(false)).toBe(2);
    expect(find(index, "  ", 5)).toEqual([]);
    expect(find(index, "pump", 4)).toHaveLength(4);
  });
});

describe("lanes and addresses", () => {
  it("gives overlapping alarms lanes of their own, and uses a lane again", () => {
    const lanes = packLanes([
      { t0: 0, t1: 10, priority: 2 },
      { t0: 5, t1: 8, priority: 1 },
      { t0: 12, t1: 14, priority: 2 },
    ]);
    expect(lanes.map(({ priority, lane }) => [priority, lane])).toEqual([
      [1, 0],
      [2, 1],
      [2, 0],
    ]);
  });

  it("survives the round trip through the address", () => {
    for (const route of [
      { screen: "overview" },
      { screen: "alarms" },
      { screen: "asset", id: "pump 2/ä", signal: 17 },
      { screen: "asset", id: "pump-2", signal: null },
    ] as const) {
      expect(parseRoute(routeHash(route))).toEqual(route);
    }
    expect(parseRoute("#/nowhere")).toEqual({ screen: "overview" });
  });
});
