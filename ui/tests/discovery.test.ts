/** What discovery shows and sends: the tree, lists that stand still, what a person changed, words. */
import { describe, expect, it } from "vitest";
import type { ProposalView } from "../src/ipc/bindings/ProposalView";
import { everythingHeard } from "../src/ipc/fake/heard";
import { said } from "../src/ipc/fake/said";
import {
  type AssetEdit,
  acceptedAsset,
  assetDraft,
  choiceNamed,
  faultOf,
  idProblem,
  sharedIds,
  takenCount,
} from "../src/lib/acceptance";
import {
  countWords,
  freshness,
  groundsOf,
  kindWords,
  valuesWords,
  valueWords,
} from "../src/lib/discoverywords";
import { tickedOf, treeMove, treeRows } from "../src/lib/foundtree";
import { placeBeside } from "../src/lib/place";
import { steady } from "../src/lib/steady";

const ALL = everythingHeard(2);
const rows = ALL.map(({ row }) => row);

function view(id: string): ProposalView {
  const found = ALL.find(({ row }) => row.asset.id === id);
  if (!found) throw new Error(id);
  return { ...found, more: 0 };
}

const nobody = () => undefined;

describe("the tree", () => {
  const keys = (folded: string[] = []) => treeRows(rows, new Set(folded)).map(({ key }) => key);

  it("lists assets under their connection and convention, each once", () => {
    const tree = treeRows(rows, new Set());
    const assets = tree.filter((row) => row.kind === "asset");
    expect(assets.map(({ key }) => key).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    expect(tree[0]).toMatchObject({ kind: "connection", name: "Station broker", level: 1 });
    expect(tree[1]).toMatchObject({ kind: "convention", name: "Sparkplug B", level: 2 });
    expect(new Set(tree.map(({ key }) => key)).size).toBe(tree.length);
  });

  it("leaves out what is under a folded row, and still counts it", () => {
    const tree = treeRows(rows, new Set(["connection:station"]));
    expect(tree[0]).toMatchObject({ open: false, below: rows.filter((row) => row.connection === "station") });
    expect(tree[1]).toMatchObject({ kind: "connection", name: "Laboratory" });
    expect(keys(["connection:station sparkplug-b"])).not.toContain(rows[0]?.id);
  });

  it("has names where a source gave none", () => {
    const bare = rows.slice(0, 1).map((row) => ({ ...row, connection_name: "", convention_name: "" }));
    expect(treeRows(bare, new Set())).toMatchObject([{ name: "station" }, { name: "No convention" }, {}]);
  });

  it("moves as trees do", () => {
    const tree = treeRows(rows, new Set());
    const [first, second, third] = tree.map(({ key }) => key);
    const last = tree.at(-1)?.key;
    expect(treeMove(tree, first ?? "", "ArrowDown")).toEqual({ go: second });
    expect(treeMove(tree, first ?? "", "ArrowUp")).toBeNull();
    expect(treeMove(tree, first ?? "", "End")).toEqual({ go: last });
    expect(treeMove(tree, last ?? "", "ArrowDown")).toBeNull();
    expect(treeMove(tree, third ?? "", "ArrowLeft")).toEqual({ go: second });
    expect(treeMove(tree, third ?? "", "ArrowRight")).toBeNull();
    expect(treeMove(tree, second ?? "", "ArrowLeft")).toEqual({ fold: second });
    expect(treeMove(tree, second ?? "", "ArrowRight")).toEqual({ go: third });
    const folded = treeRows(rows, new Set([second ?? ""]));
    expect(treeMove(folded, second ?? "", "ArrowRight")).toEqual({ unfold: second });
    expect(treeMove(folded, second ?? "", "ArrowLeft")).toEqual({ go: first });
    expect(treeMove([], "x", "ArrowDown")).toBeNull();
  });

  it("says whether all, some or none below are ticked", () => {
    expect(tickedOf(rows, new Set())).toBe("none");
    expect(tickedOf(rows, new Set([rows[1]?.id ?? ""]))).toBe("some");
    expect(tickedOf(rows, new Set(rows.map(({ id }) => id)))).toBe("all");
  });
});

describe("a list under a pointer", () => {
  const key = (row: { id: string }) => row.id;
  const list = (...ids: string[]) => ids.map((id) => ({ id, at: ids.length }));

  it("keeps every row in its place, renews it, and holds back what is new", () => {
    const next = [{ id: "new", at: 9 }, ...list("c", "a")];
    const { rows: shown, gone, waiting } = steady(list("a", "b", "c"), next, key, true);
    expect(shown.map(key)).toEqual(["a", "b", "c"]);
    expect(shown[0]?.at).toBe(2);
    expect([...gone]).toEqual(["b"]);
    expect(waiting).toBe(1);
  });

  it("is the newest one when it is let go, and when nothing was shown", () => {
    expect(steady(list("a"), list("b", "a"), key, false).rows.map(key)).toEqual(["b", "a"]);
    expect(steady([], list("b"), key, true)).toMatchObject({ waiting: 0, rows: [{ id: "b" }] });
  });
});

describe("an acceptance", () => {
  const blower = view("blower");
  const edit: AssetEdit = {
    id: "blower-1",
    place: { id: "roof", name: "Roof", exists: false },
    signals: {
      "spBv1.0/Riverside/edge-3/blower#Motor/Speed": { unit: " rpm ", name: "Speed" },
      "spBv1.0/Riverside/edge-3/blower#Serial": { left: true },
    },
  };

  it("says what the person saw, with what they changed", () => {
    const accepted = acceptedAsset(blower.row, blower, edit, nobody);
    expect(accepted).toMatchObject({
      proposal: blower.row.id,
      id: "blower-1",
      name: "Blower",
      exists: false,
      place: "roof",
      place_name: "Roof",
      type: "blower",
      type_name: "HB 250",
    });
    expect(accepted.signals?.map(({ id, unit, name }) => [id, unit, name])).toEqual([
      ["motor-current", "A", "Motor current"],
      ["motor-speed", "rpm", "Speed"],
      ["outlet-pressure", "kPa", "Outlet pressure"],
    ]);
    expect(takenCount(blower.row, blower, edit)).toBe(3);
  });

  it("takes all as proposed where the person did not look, or could not see all", () => {
    expect(acceptedAsset(blower.row, undefined, undefined, nobody).signals).toBeNull();
    expect(acceptedAsset(blower.row, { ...blower, more: 3 }, undefined, nobody).signals).toBeNull();
    expect(acceptedAsset(blower.row, { ...blower, more: 3 }, edit, nobody).signals).toHaveLength(3);
    expect(takenCount(blower.row, undefined, undefined)).toBe(4);
  });

  it("joins an asset of the plant when it is given that one's id", () => {
    const known = (id: string) => (id === "pump-1" ? { id, name: "Pump 1" } : undefined);
    const draft = assetDraft(blower.row, { id: "pump-1", name: "Mine", signals: {} }, known);
    expect(draft).toMatchObject({ exists: true, id: "pump-1", name: "Pump 1" });
    expect(assetDraft(blower.row, undefined, known).exists).toBe(false);
  });

  it("finds ids that no plant file takes and ids given twice", () => {
    for (const good of ["a", "9", "pump-1", "a_b"]) expect(idProblem(good)).toBe("");
    for (const bad of ["", "Pump", "-a", "_a", "a b", "ü", "a/b", "a\n"]) expect(idProblem(bad)).not.toBe("");
    const [first, second] = blower.signals.map(({ address }) => address);
    const twice: AssetEdit = { signals: { [second ?? ""]: { id: "motor-current" } } };
    expect([...sharedIds(blower.signals, twice)].toSorted()).toEqual([first, second].toSorted());
    const left: AssetEdit = { signals: { ...twice.signals, [first ?? ""]: { left: true } } };
    expect(sharedIds(blower.signals, left).size).toBe(0);
  });

  it("finds the fault of one field", () => {
    const fault = { proposal: "p", address: "t#a", field: "unit", message: said("no such unit") };
    expect(faultOf([fault], "p", "t#a", "unit")).toBe("no such unit");
    expect(faultOf([fault], "p", "t#a", "id")).toBe("");
    expect(faultOf([fault], "p", "", "unit")).toBe("");
  });

  it("reads a written place as one that is there, else as a new one with an id of its own", () => {
    const places = [
      { id: "hall-a", name: "Hall A", exists: true },
      { id: "roof", name: "Upper roof", exists: true },
    ];
    expect(choiceNamed(" hall a ", places)).toBe(places[0]);
    expect(choiceNamed("hall-a", places)).toBe(places[0]);
    expect(choiceNamed("Roof", places)).toEqual({ id: "roof-2", name: "Roof", exists: false });
    expect(choiceNamed("Цех", places, "place")).toEqual({ id: "place", name: "Цех", exists: false });
    expect(choiceNamed("Öl & Fett", places)).toEqual({ id: "ol-fett", name: "Öl & Fett", exists: false });
  });
});

describe("words", () => {
  const values = { range: null, seen: null, states: [], more_states: false, decimals: 1, unit: "°C" };

  it("say what values it can have, or what came", () => {
    expect(valuesWords({ ...values, range: [0, 10], seen: [1, 2] })).toBe("range 0.0 to 10.0\u00a0°C");
    expect(valuesWords({ ...values, seen: [20.91, 23.4] })).toBe("seen 20.9 to 23.4\u00a0°C");
    expect(valuesWords({ ...values, seen: [4.01, 4.04] })).toBe("seen only 4.0\u00a0°C");
    expect(valuesWords({ ...values, states: ["on", "off"] })).toBe("seen on, off");
    expect(valuesWords({ ...values, states: ["a", "b", "c", "d", "e"] })).toBe("seen a, b, c, d and others");
    expect(valuesWords({ ...values, states: ["a"], more_states: true })).toBe("seen a and others");
    expect(valuesWords(values)).toBe("");
  });

  it("say the last value as people read it, and exactly where a number could not be", () => {
    const last = { value: "1234.5", number: 1234.5, kind: "number", decimals: 2 };
    expect(valueWords(last)).toBe("1,234.50");
    expect(valueWords({ ...last, value: "9007199254740993", number: 2 ** 53, kind: "whole number" })).toBe(
      "9007199254740993",
    );
    expect(valueWords({ ...last, value: "true", number: null, kind: "on/off" })).toBe("on");
    expect(valueWords({ ...last, value: "<b>", number: null, kind: "text" })).toBe("<b>");
    expect(valueWords({ ...last, value: null, number: null })).toBe("");
  });

  it("say the kind, and what is no measurement", () => {
    expect(kindWords({ role: "measurement", kind: "number" })).toBe("number");
    expect(kindWords({ role: "measurement", kind: "" })).toBe("not known yet");
    expect(kindWords({ role: "setpoint", kind: "number" })).toBe("setpoint, number");
    expect(kindWords({ role: "state", kind: "" })).toBe("state");
  });

  it("say quality and age", () => {
    const at = { status: 0, reason: 0, time: 5_000_000, received: 9_000_000 };
    expect(freshness(at, 35_000_000)).toBe("GOOD · 30\u00a0s");
    expect(freshness({ ...at, time: null, status: 1, reason: 10 }, 39_000_000)).toBe(
      "UNCERTAIN · retained · 30\u00a0s",
    );
    expect(freshness({ ...at, time: null, received: null }, 1)).toBe("GOOD");
  });

  it("count, and name each ground once, the best first", () => {
    expect(countWords(1, 12)).toBe("1 asset, 12 signals");
    expect(groundsOf([{ ground: "guessed" }, { ground: "said" }, { ground: "guessed" }])).toEqual([
      "said",
      "guessed",
    ]);
  });
});

describe("a panel beside its button", () => {
  const room = { width: 1000, height: 700 };
  const button = { left: 500, top: 300, right: 560, bottom: 320 };

  it("stands below, else above, and never outside the window", () => {
    expect(placeBeside(button, { width: 200, height: 100 }, room, 6)).toEqual({ left: 360, top: 326 });
    const low = { ...button, top: 640, bottom: 660 };
    expect(placeBeside(low, { width: 200, height: 100 }, room, 6)).toEqual({ left: 360, top: 534 });
    const left = { ...button, left: 10, right: 40 };
    expect(placeBeside(left, { width: 200, height: 100 }, room, 6).left).toBe(8);
    const tall = placeBeside(low, { width: 200, height: 690 }, room, 6);
    expect(tall.top).toBe(8);
  });
});
