/** What the overview filters, counts, groups, sorts, lays out and folds. */
import { describe, expect, it } from "vitest";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { AssetState } from "../src/ipc/bindings/AssetState";
import type { AssetView } from "../src/ipc/bindings/AssetView";
import type { PlaceView } from "../src/ipc/bindings/PlaceView";
import type { PlantView } from "../src/ipc/bindings/PlantView";
import { arrange, placeAt } from "../src/lib/overview/arrange";
import { type AssetFacts, connectionOf, factsOf, indexPlant, pathOf } from "../src/lib/overview/facts";
import { countChoices, filtered, isFiltered, NO_FILTER, STATES } from "../src/lib/overview/filter";
import { find, layOut, move, slicesBetween, spotOf } from "../src/lib/overview/rows";
import { treeMove, treeRows, typeAhead } from "../src/lib/overview/tree";
import { FIRST, nextTurn, OTHERS, pagesOf, turnTo, wallGrid } from "../src/lib/overview/wall";
import { parseRoute, routeHash } from "../src/live/router.svelte";

const place = (id: string, level: PlaceView["level"], parent: string | null): PlaceView => ({
  id,
  name: id.toUpperCase(),
  level,
  parent,
});
const asset = (id: string, area: string, type: string, sources: string[] = ["a: x"]): AssetView => ({
  id,
  name: id,
  area,
  type_name: type,
  dtmi: null,
  model: null,
  signals: sources.map((source, key) => ({ key, source }) as AssetView["signals"][number]),
});
const PLANT = {
  areas: [{ id: "", name: "Without a place" }],
  places: [
    place("site", "site", null),
    place("hall", "area", "site"),
    place("line", "line", "hall"),
    place("cell", "cell", "line"),
    place("yard", "area", "site"),
    place("shed", "area", null),
  ],
  assets: [
    asset("p10", "cell", "Pump", ["a: x", "b: y", "b: z"]),
    asset("p2", "hall", "Pump"),
    asset("v1", "yard", "Valve", ["model m"]),
    asset("t1", "", "Tank"),
  ],
} as unknown as PlantView;
const INDEX = indexPlant(PLANT);
const NAMES = new Intl.Collator("en", { numeric: true });

const life = (state: AssetState["state"], anomaly: number | null = null): AssetState => ({
  id: "",
  state,
  since: 0,
  reason: "",
  score: null,
  anomaly_since: anomaly,
  anomaly_shares: [],
});
const alarm = (priority: number, state: AlarmRow["state"]) => ({ priority, state }) as AlarmRow;

/** One acknowledged alarm and one not, an anomaly, a bad value, a silent asset. */
const FACTS: AssetFacts[] = [
  factsOf(PLANT.assets[0] as AssetView, 0, INDEX, [alarm(2, "acked-active")], life("live"), false),
  factsOf(PLANT.assets[1] as AssetView, 1, INDEX, [alarm(3, "unack-returned")], life("live", 5), false),
  factsOf(PLANT.assets[2] as AssetView, 2, INDEX, [], life("standby"), true),
  factsOf(PLANT.assets[3] as AssetView, 3, INDEX, [], life("waiting"), false),
];
const ids = (facts: readonly AssetFacts[]) => facts.map((of) => of.asset.id);

describe("facts", () => {
  it("know every place around an asset and the connections that feed it, the larger first", () => {
    expect(FACTS[0]?.places).toEqual(["cell", "line", "hall", "site"]);
    expect(FACTS[0]?.connections).toEqual(["b", "a"]);
    expect(FACTS[2]?.connections).toEqual([]);
    expect(FACTS[3]?.places).toEqual([""]);
    expect(connectionOf("well: coap://[::1]/a: b")).toBe("well");
  });

  it("end where parents run in a circle", () => {
    const circle = new Map([
      ["a", place("a", "area", "b")],
      ["b", place("b", "site", "a")],
    ]);
    expect(pathOf(circle, "a")).toEqual(["a", "b"]);
  });
});

describe("filter", () => {
  it("shows what fits one choice of each kind", () => {
    expect(ids(filtered(FACTS, NO_FILTER, null))).toEqual(["p10", "p2", "v1", "t1"]);
    expect(ids(filtered(FACTS, { ...NO_FILTER, states: ["alarm"] }, null))).toEqual(["p10", "p2"]);
    expect(ids(filtered(FACTS, { ...NO_FILTER, states: ["unack"] }, null))).toEqual(["p2"]);
    expect(ids(filtered(FACTS, { ...NO_FILTER, states: ["doubt"] }, null))).toEqual(["v1", "t1"]);
    expect(
      ids(filtered(FACTS, { ...NO_FILTER, states: ["alarm", "doubt"], places: ["site"] }, null)),
    ).toEqual(["p10", "p2", "v1"]);
    expect(ids(filtered(FACTS, { ...NO_FILTER, places: ["line"] }, null))).toEqual(["p10"]);
    expect(ids(filtered(FACTS, { ...NO_FILTER, connections: ["a"] }, new Set(["p2", "v1"])))).toEqual(["p2"]);
    expect(isFiltered({ ...NO_FILTER, text: "p" })).toBe(true);
  });

  it("counts for every choice what choosing it alone would show", () => {
    const filters = [
      NO_FILTER,
      { ...NO_FILTER, states: ["alarm"] },
      { ...NO_FILTER, states: ["doubt", "standby"], places: ["yard", "hall"] },
      { ...NO_FILTER, types: ["Pump"], connections: ["b"], places: ["shed"] },
    ];
    for (const filter of filters)
      for (const named of [null, new Set(["p2", "v1"])]) {
        const counts = countChoices(FACTS, filter, named);
        for (const state of STATES)
          expect(counts.states.get(state) ?? 0).toBe(
            filtered(FACTS, { ...filter, states: [state] }, named).length,
          );
        for (const id of ["site", "hall", "line", "shed", ""])
          expect(counts.places.get(id) ?? 0).toBe(filtered(FACTS, { ...filter, places: [id] }, named).length);
        for (const type of ["Pump", "Valve", "Tank"])
          expect(counts.types.get(type) ?? 0).toBe(
            filtered(FACTS, { ...filter, types: [type] }, named).length,
          );
        for (const id of ["a", "b"])
          expect(counts.connections.get(id) ?? 0).toBe(
            filtered(FACTS, { ...filter, connections: [id] }, named).length,
          );
      }
  });
});

describe("groups", () => {
  const groups = (by: Parameters<typeof arrange>[1], sort: Parameters<typeof arrange>[2] = "worst") =>
    arrange(FACTS, by, sort, INDEX.places, NAMES).map(({ about, members }) => [about, ids(members)]);

  it("are places as the plant file has them, of the level asked for or the closest above", () => {
    expect(groups("area")).toEqual([
      ["hall", ["p10", "p2"]],
      ["yard", ["v1"]],
      ["", ["t1"]],
    ]);
    expect(groups("line")[0]).toEqual(["hall", ["p2"]]);
    expect(groups("line")[1]).toEqual(["line", ["p10"]]);
    expect(groups("cell")[1]).toEqual(["cell", ["p10"]]);
    expect(placeAt(FACTS[0] as AssetFacts, "site", INDEX.places)).toBe("site");
  });

  it("are types, priorities and connections", () => {
    expect(groups("type", "name")).toEqual([
      ["Pump", ["p2", "p10"]],
      ["Tank", ["t1"]],
      ["Valve", ["v1"]],
    ]);
    expect(groups("alarm").map(([about]) => about)).toEqual(["2", "3", "5"]);
    expect(groups("connection").map(([about]) => about)).toEqual(["", "a", "b"]);
    expect(groups("none", "plant")).toEqual([["", ["p10", "p2", "v1", "t1"]]]);
  });
});

describe("tiles", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...FACTS[1], at: i }) as AssetFacts);
  const named = (prefix: string, count: number) =>
    many(count).map((facts, i) => ({ ...facts, asset: asset(`${prefix}${i}`, "hall", "Pump") }));
  const layout = layOut(
    [
      { id: "1", about: "1", members: named("a", 5) },
      { id: "2", about: "2", members: named("b", 2) },
    ],
    800,
  );

  it("fill the width with whole columns, and never overlap", () => {
    expect(layout.columns).toBe(3);
    expect(layout.tile * 3 + 20).toBeCloseTo(800);
    expect(layOut([], 100).columns).toBe(1);
    const [first, second] = layout.groups;
    expect(second?.top).toBe(first?.height);
    expect(spotOf(layout, 4).top + 144).toBeLessThan(first?.height ?? 0);
  });

  it("of a slice are all that a picture of it shows", () => {
    const thousand = layOut([{ id: "1", about: "1", members: many(1000) }], 1200);
    for (let top = 0; top < thousand.height; top += 333) {
      const [slice] = slicesBetween(thousand, top, top + 800);
      for (let i = 0; i < 1000; i += 1) {
        const spot = spotOf(thousand, i).top;
        if (spot + 144 > top && spot < top + 800)
          expect(i >= (slice?.from ?? 0) && i < (slice?.to ?? 0)).toBe(true);
      }
      expect((slice?.to ?? 0) - (slice?.from ?? 0)).toBeLessThan(40);
    }
  });

  it("are left by keys as the eye goes, over the edges of groups", () => {
    const at = (id: string) => find(layout, id);
    const key = (id: string, name: Parameters<typeof move>[2]) => {
      const from = at(id);
      const to = from && move(layout, from, name, 2);
      return to ? layout.groups[to.group]?.group.members[to.index]?.asset.id : null;
    };
    expect(key("a2", "ArrowRight")).toBe("a3");
    expect(key("a4", "ArrowRight")).toBe("b0");
    expect(key("b0", "ArrowLeft")).toBe("a4");
    expect(key("a2", "ArrowDown")).toBe("a4");
    expect(key("a4", "ArrowDown")).toBe("b1");
    expect(key("b1", "ArrowUp")).toBe("a4");
    expect(key("a0", "PageDown")).toBe("b0");
    expect(key("b1", "Home")).toBe("a0");
    expect(key("a0", "End")).toBe("b1");
    expect(key("a0", "ArrowUp")).toBeNull();
    expect(key("b1", "ArrowRight")).toBeNull();
  });
});

describe("tree", () => {
  const rows = treeRows(FACTS, INDEX.places, new Set());
  const key = (row: (typeof rows)[number]) => (row.kind === "place" ? row.place.id : row.facts.asset.id);

  it("has the places that hold assets, with what is wrong below told at every level", () => {
    expect(rows.map((row) => [row.level, key(row)])).toEqual([
      [1, "site"],
      [2, "hall"],
      [3, "line"],
      [4, "cell"],
      [5, "p10"],
      [3, "p2"],
      [2, "yard"],
      [3, "v1"],
      [1, ""],
      [2, "t1"],
    ]);
    const site = rows[0]?.sum;
    expect(site).toMatchObject({ assets: 3, priority: 2, loud: false, unacknowledged: 1, doubts: 1 });
    expect(site?.alarms.map(({ count }) => count)).toEqual([0, 1, 1, 0]);
    expect(rows[5]).toMatchObject({ at: 2, of: 2 });
    const folded = treeRows(FACTS, INDEX.places, new Set(["hall"]));
    expect(folded.map(key)).toEqual(["site", "hall", "yard", "v1", "", "t1"]);
    expect(folded[1]?.sum.assets).toBe(2);
  });

  it("answers the keys of a tree", () => {
    expect(treeMove(rows, 1, "ArrowRight", 5)).toEqual({ go: 2 });
    expect(treeMove(rows, 1, "ArrowLeft", 5)).toEqual({ fold: ["hall"] });
    expect(treeMove(rows, 5, "ArrowLeft", 5)).toEqual({ go: 1 });
    expect(treeMove(rows, 0, "ArrowUp", 5)).toBeNull();
    expect(treeMove(rows, 4, "ArrowRight", 5)).toBeNull();
    expect(treeMove(rows, 3, "End", 5)).toEqual({ go: 9 });
    expect(treeMove(rows, 3, "PageDown", 4)).toEqual({ go: 7 });
    expect(treeMove(rows, 6, "*", 5)).toEqual({ unfold: ["hall", "yard"] });
    const closed = treeRows(FACTS, INDEX.places, new Set(["site"]));
    expect(treeMove(closed, 0, "ArrowRight", 5)).toEqual({ unfold: ["site"] });
    expect(typeAhead(["hall", "pump", "hose"], 0, "h")).toBe(2);
    expect(typeAhead(["hall", "pump"], 0, "x")).toBe(-1);
  });
});

describe("wall", () => {
  it("fills any screen with whole tiles, larger than on the overview", () => {
    for (const [width, height] of [
      [984, 620],
      [1240, 700],
      [2520, 1340],
      [3800, 2060],
      [300, 100],
    ] as const) {
      const grid = wallGrid(width, height);
      expect(grid.columns * grid.tile * grid.zoom + (grid.columns - 1) * 16).toBeCloseTo(width);
      expect(grid.rows).toBeGreaterThanOrEqual(1);
      if (grid.rows > 1)
        expect(grid.rows * 144 * grid.zoom + (grid.rows - 1) * 16).toBeLessThanOrEqual(height);
      if (width > 500) expect(grid.zoom).toBeGreaterThan(1.2);
    }
    expect(pagesOf([1, 2, 3], 2)).toEqual([[1, 2], [3]]);
  });

  it("comes to every page, and back to the worst after every few", () => {
    const count = 11;
    const seen: number[] = [];
    let turn = FIRST;
    for (let i = 0; i < 28; i += 1) {
      seen.push(turn.page);
      turn = nextTurn(turn, count);
    }
    expect(new Set(seen).size).toBe(count);
    let since = 0;
    for (const page of seen) {
      since = page === 0 ? 0 : since + 1;
      expect(since).toBeLessThanOrEqual(OTHERS);
    }
    expect(seen.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 0, 5, 6]);
    expect(nextTurn(FIRST, 1)).toEqual(FIRST);
    expect(turnTo(-1, 3).page).toBe(2);
    expect(turnTo(3, 3).page).toBe(0);
  });
});

describe("address", () => {
  it("keeps what is chosen beside the screen", () => {
    const hash = routeHash({ screen: "overview", query: "states=alarm&text=a%2Fb" });
    expect(parseRoute(hash)).toEqual({ screen: "overview", query: "states=alarm&text=a%2Fb" });
    expect(parseRoute("#/overview")).toEqual({ screen: "overview" });
    expect(parseRoute("#/asset/pump-2/3?x=1")).toEqual({ screen: "asset", id: "pump-2", signal: 3 });
  });
});
