/** What the overview filters, groups and sorts by: alarms, states, quality and names, never values. */
import type { AlarmRow } from "../../ipc/bindings/AlarmRow";
import type { AssetState } from "../../ipc/bindings/AssetState";
import type { AssetView } from "../../ipc/bindings/AssetView";
import type { PlaceView } from "../../ipc/bindings/PlaceView";
import type { PlantView } from "../../ipc/bindings/PlantView";
import { isUnacknowledged } from "../alarmwords";
import { assetRank, worstPriority } from "../worst";

/** Of an asset without a standing alarm. */
export const NO_ALARM = 5;

export interface AssetFacts {
  asset: AssetView;
  /** Place in the plant file. */
  at: number;
  /** The worst comes first: see `assetRank`. */
  rank: number;
  /** Highest priority standing; 5 without an alarm. */
  priority: number;
  /** Whether somebody has to acknowledge an alarm of the highest priority. */
  loud: boolean;
  /** Whether somebody has to acknowledge any alarm. */
  unacknowledged: boolean;
  anomaly: boolean;
  /** A newest value is bad. */
  bad: boolean;
  state: AssetState["state"];
  /** Ids of the places around it, the closest first; ends with its place of the highest level. */
  places: readonly string[];
  /** Ids of the connections that feed it, the one with most signals first. */
  connections: readonly string[];
}

/** What stays as it is until the plant file changes. */
export interface PlantIndex {
  places: ReadonlyMap<string, PlaceView>;
  /** Places around each asset, by asset id. */
  around: ReadonlyMap<string, readonly string[]>;
  feeds: ReadonlyMap<string, readonly string[]>;
}

/** Id of the connection in a signal's source, "station: spBv1.0/…"; empty when it has none. */
export function connectionOf(source: string): string {
  const end = source.indexOf(": ");
  return end < 0 ? "" : source.slice(0, end);
}

function feedsOf(asset: AssetView): string[] {
  const counts = new Map<string, number>();
  for (const { source } of asset.signals) {
    const id = connectionOf(source);
    if (id !== "") counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([id]) => id);
}

/** The places of a plant; areas that are no place of the hierarchy, such as "Without a place", are added. */
export function indexPlant(plant: PlantView): PlantIndex {
  const places = new Map<string, PlaceView>(plant.places.map((place) => [place.id, place]));
  for (const { id, name } of plant.areas)
    if (!places.has(id)) places.set(id, { id, name, level: "area", parent: null });
  const around = new Map<string, readonly string[]>();
  const feeds = new Map<string, readonly string[]>();
  for (const asset of plant.assets) {
    around.set(asset.id, pathOf(places, asset.area));
    feeds.set(asset.id, feedsOf(asset));
  }
  return { places, around, feeds };
}

/** A place and those around it, the closest first; ends also where parents run in a circle. */
export function pathOf(places: ReadonlyMap<string, PlaceView>, id: string): string[] {
  const path: string[] = [];
  let place = places.get(id);
  while (place && !path.includes(place.id)) {
    path.push(place.id);
    place = place.parent === null ? undefined : places.get(place.parent);
  }
  return path;
}

export function factsOf(
  asset: AssetView,
  at: number,
  index: PlantIndex,
  alarms: readonly AlarmRow[],
  state: AssetState,
  bad: boolean,
): AssetFacts {
  const priority = worstPriority(alarms);
  return {
    asset,
    at,
    rank: assetRank(alarms, state.state),
    priority,
    loud: alarms.some((alarm) => alarm.priority === priority && isUnacknowledged(alarm)),
    unacknowledged: alarms.some(isUnacknowledged),
    anomaly: state.anomaly_since !== null,
    bad,
    state: state.state,
    places: index.around.get(asset.id) ?? [],
    connections: index.feeds.get(asset.id) ?? [],
  };
}

/** Assets whose worst alarm has this priority. */
export interface AlarmCount {
  priority: number;
  count: number;
  /** Whether any of these alarms has to be acknowledged. */
  loud: boolean;
}

/** One entry a priority, 1 to 4. */
export function countAlarms(facts: readonly AssetFacts[]): AlarmCount[] {
  const counts = [1, 2, 3, 4].map((priority) => ({ priority, count: 0, loud: false }));
  for (const { priority, loud } of facts) {
    const of = counts[priority - 1];
    if (!of) continue;
    of.count += 1;
    of.loud ||= loud;
  }
  return counts;
}
