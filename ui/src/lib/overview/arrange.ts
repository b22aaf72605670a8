/** Groups and order of the overview. Both follow alarms, states and names, never values, so that tiles stand still. */
import type { PlaceLevel } from "../../ipc/bindings/PlaceLevel";
import type { PlaceView } from "../../ipc/bindings/PlaceView";
import type { AssetFacts } from "./facts";

export const GROUPS = ["area", "line", "cell", "type", "alarm", "connection", "none"] as const;
export type GroupBy = (typeof GROUPS)[number];
export const SORTS = ["worst", "name", "plant"] as const;
export type SortBy = (typeof SORTS)[number];

export interface Group {
  /** Unique among the groups of one kind. */
  id: string;
  /** Id of a place, a type, a connection, or a priority; empty for what has none. */
  about: string;
  members: AssetFacts[];
}

export function compareBy(sort: SortBy, names: Intl.Collator): (a: AssetFacts, b: AssetFacts) => number {
  const byName = (a: AssetFacts, b: AssetFacts) => names.compare(a.asset.name, b.asset.name) || a.at - b.at;
  if (sort === "name") return byName;
  return sort === "worst" ? (a, b) => a.rank - b.rank || a.at - b.at : (a, b) => a.at - b.at;
}

const LEVELS: readonly PlaceLevel[] = ["enterprise", "site", "area", "line", "cell"];

/** The place of this level around an asset, or the closest above where it has none of it. */
export function placeAt(
  facts: AssetFacts,
  level: PlaceLevel,
  places: ReadonlyMap<string, PlaceView>,
): string {
  const highest = LEVELS.indexOf(level);
  const found = facts.places.find((id) => LEVELS.indexOf(places.get(id)?.level ?? "cell") <= highest);
  return found ?? facts.places[0] ?? "";
}

function aboutOf(facts: AssetFacts, group: GroupBy, places: ReadonlyMap<string, PlaceView>): string {
  switch (group) {
    case "area":
    case "line":
    case "cell":
      return placeAt(facts, group, places);
    case "type":
      return facts.asset.type_name;
    case "alarm":
      return String(facts.priority);
    case "connection":
      return facts.connections[0] ?? "";
    case "none":
      return "";
  }
}

/** Groups in a fixed order: places as the plant file has them, alarms by priority, all else by name. */
export function arrange(
  shown: readonly AssetFacts[],
  group: GroupBy,
  sort: SortBy,
  places: ReadonlyMap<string, PlaceView>,
  names: Intl.Collator,
): Group[] {
  const groups = new Map<string, Group>();
  for (const facts of shown) {
    const about = aboutOf(facts, group, places);
    const known = groups.get(about);
    if (known) known.members.push(facts);
    else groups.set(about, { id: `${group} ${about}`, about, members: [facts] });
  }
  const compare = compareBy(sort, names);
  for (const { members } of groups.values()) members.sort(compare);
  const order = new Map([...places.keys()].map((id, at) => [id, at]));
  const isPlace = group === "area" || group === "line" || group === "cell";
  return [...groups.values()].sort((a, b) =>
    isPlace
      ? (order.get(a.about) ?? order.size) - (order.get(b.about) ?? order.size)
      : names.compare(a.about, b.about),
  );
}
