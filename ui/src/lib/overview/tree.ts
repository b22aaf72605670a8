/** The plant as a tree of places (ISA-95) with its assets below; what is wrong is told at every level above it. */
import type { PlaceView } from "../../ipc/bindings/PlaceView";
import { type AlarmCount, type AssetFacts, countAlarms, NO_ALARM } from "./facts";
import { IN_STATE } from "./filter";

/** What stands below a place, or of one asset. */
export interface Sum {
  assets: number;
  /** One entry a priority, 1 to 4. */
  alarms: readonly AlarmCount[];
  /** Assets with an alarm that somebody has to acknowledge. */
  unacknowledged: number;
  /** Assets with no data, none yet, or a value of bad quality. */
  doubts: number;
  /** Highest priority; 5 without an alarm. */
  priority: number;
  /** Whether an alarm of that priority has to be acknowledged. */
  loud: boolean;
}

interface Base {
  key: string;
  /** From 1. */
  level: number;
  /** Place among the rows of the same parent, from 1, and how many they are. */
  at: number;
  of: number;
  sum: Sum;
}
export interface PlaceRow extends Base {
  kind: "place";
  place: PlaceView;
  open: boolean;
}
export interface AssetRow extends Base {
  kind: "asset";
  facts: AssetFacts;
}
export type Row = PlaceRow | AssetRow;

function sumOf(members: readonly AssetFacts[]): Sum {
  const alarms = countAlarms(members);
  const worst = alarms.find(({ count }) => count > 0);
  return {
    assets: members.length,
    alarms,
    unacknowledged: members.filter(({ unacknowledged }) => unacknowledged).length,
    doubts: members.filter(IN_STATE.doubt).length,
    priority: worst?.priority ?? NO_ALARM,
    loud: worst?.loud ?? false,
  };
}

const ROOT = "";

interface Node {
  /** Every asset below, in the order given. */
  below: AssetFacts[];
  own: AssetFacts[];
  children: PlaceView[];
}

/** Places that hold none of the assets are left out. */
function nodesOf(ordered: readonly AssetFacts[], places: ReadonlyMap<string, PlaceView>): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const node = (id: string) => {
    const known = nodes.get(id);
    if (known) return known;
    const made: Node = { below: [], own: [], children: [] };
    nodes.set(id, made);
    return made;
  };
  for (const facts of ordered) {
    node(`at:${facts.places[0] ?? ROOT}`).own.push(facts);
    for (const id of facts.places) node(`at:${id}`).below.push(facts);
  }
  for (const place of places.values()) {
    if (!nodes.has(`at:${place.id}`)) continue;
    const parent = place.parent !== null && nodes.has(`at:${place.parent}`) ? `at:${place.parent}` : ROOT;
    node(parent).children.push(place);
  }
  return nodes;
}

/** The rows from top to bottom; what stands under a folded place is left out. Assets keep the order given. */
export function treeRows(
  ordered: readonly AssetFacts[],
  places: ReadonlyMap<string, PlaceView>,
  folded: ReadonlySet<string>,
): Row[] {
  const nodes = nodesOf(ordered, places);
  const rows: Row[] = [];
  const add = (key: string, own: readonly AssetFacts[], level: number) => {
    const children = nodes.get(key)?.children ?? [];
    const of = children.length + own.length;
    children.forEach((place, i) => {
      const child = `at:${place.id}`;
      const node = nodes.get(child);
      const open = !folded.has(place.id);
      const sum = sumOf(node?.below ?? []);
      rows.push({ kind: "place", key: child, level, at: i + 1, of, sum, place, open });
      if (open) add(child, node?.own ?? [], level + 1);
    });
    own.forEach((facts, i) => {
      const at = children.length + i + 1;
      rows.push({ kind: "asset", key: facts.asset.id, level, at, of, sum: sumOf([facts]), facts });
    });
  };
  // An asset without any place stands beside the highest places.
  add(ROOT, nodes.get(`at:${ROOT}`)?.own.filter(({ places: around }) => around.length === 0) ?? [], 1);
  return rows;
}

export type TreeMove = { go: number } | { fold: string[] } | { unfold: string[] } | null;

/** What a key does in the tree (WAI-ARIA, tree view pattern). `page`: rows on a screen. */
export function treeMove(rows: readonly Row[], at: number, key: string, page: number): TreeMove {
  const row = rows[at];
  if (!row) return null;
  const last = rows.length - 1;
  const to = (index: number): TreeMove => (index === at || index < 0 || index > last ? null : { go: index });
  switch (key) {
    case "ArrowDown":
      return to(at + 1);
    case "ArrowUp":
      return to(at - 1);
    case "Home":
      return to(0);
    case "End":
      return to(last);
    case "PageDown":
      return to(Math.min(last, at + Math.max(1, page)));
    case "PageUp":
      return to(Math.max(0, at - Math.max(1, page)));
    case "ArrowRight":
      if (row.kind === "asset") return null;
      return row.open ? to(at + 1) : { unfold: [row.place.id] };
    case "ArrowLeft":
      if (row.kind === "place" && row.open) return { fold: [row.place.id] };
      return to(rows.slice(0, at).findLastIndex((other) => other.level < row.level));
    case "*":
      return { unfold: siblings(rows, at) };
    default:
      return null;
  }
}

/** Ids of the places beside a row, it included. */
function siblings(rows: readonly Row[], at: number): string[] {
  const level = rows[at]?.level ?? 1;
  let from = at;
  while (from > 0 && (rows[from - 1]?.level ?? 0) >= level) from -= 1;
  const ids: string[] = [];
  for (let i = from; i < rows.length && (rows[i]?.level ?? 0) >= level; i += 1) {
    const row = rows[i];
    if (row?.kind === "place" && row.level === level) ids.push(row.place.id);
  }
  return ids;
}

/** The next row whose name begins with what was typed, beginning behind `at` and coming round; -1 without one. */
export function typeAhead(names: readonly string[], at: number, typed: string): number {
  for (let i = 1; i <= names.length; i += 1) {
    const index = (at + i) % names.length;
    if (names[index]?.startsWith(typed)) return index;
  }
  return -1;
}
