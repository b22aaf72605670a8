/** Which assets the overview shows, and how many each choice would show. */
import type { AssetFacts } from "./facts";
import { NO_ALARM } from "./facts";

/** `doubt`: no data, none yet, or a newest value of bad quality. */
export const STATES = ["alarm", "unack", "anomaly", "doubt", "standby"] as const;
export type StateChoice = (typeof STATES)[number];

/** Kinds of choices; an asset is shown when it fits one choice of each kind that has any. */
export const FACETS = ["states", "types", "places", "connections"] as const;
export type Facet = (typeof FACETS)[number];

export interface Filter {
  states: readonly string[];
  types: readonly string[];
  /** Ids of places; those below count too. */
  places: readonly string[];
  connections: readonly string[];
  /** Words of the search. */
  text: string;
}

export const NO_FILTER: Filter = { states: [], types: [], places: [], connections: [], text: "" };

export function isFiltered(filter: Filter): boolean {
  return filter.text !== "" || FACETS.some((facet) => filter[facet].length > 0);
}

export const IN_STATE: Record<StateChoice, (facts: AssetFacts) => boolean> = {
  alarm: ({ priority }) => priority < NO_ALARM,
  unack: ({ unacknowledged }) => unacknowledged,
  anomaly: ({ anomaly }) => anomaly,
  doubt: ({ state, bad }) => bad || state === "stale" || state === "waiting",
  standby: ({ state }) => state === "standby",
};

/** The choices of a kind that an asset fits. */
function choicesOf(facet: Facet, facts: AssetFacts): readonly string[] {
  if (facet === "states") return STATES.filter((state) => IN_STATE[state](facts));
  if (facet === "types") return [facts.asset.type_name];
  return facet === "places" ? facts.places : facts.connections;
}

function fits(facet: Facet, facts: AssetFacts, wanted: readonly string[]): boolean {
  return wanted.length === 0 || choicesOf(facet, facts).some((choice) => wanted.includes(choice));
}

/** `named`: ids of the assets that the words of the search name; null without words. */
export function filtered(
  all: readonly AssetFacts[],
  filter: Filter,
  named: ReadonlySet<string> | null,
): AssetFacts[] {
  return all.filter(
    (facts) =>
      (named === null || named.has(facts.asset.id)) &&
      FACETS.every((facet) => fits(facet, facts, filter[facet])),
  );
}

export type Counts = Record<Facet, ReadonlyMap<string, number>>;

/** How many assets each choice would show if it were the only one of its kind, with the other kinds as they are. */
export function countChoices(
  all: readonly AssetFacts[],
  filter: Filter,
  named: ReadonlySet<string> | null,
): Counts {
  const counts = { states: new Map(), types: new Map(), places: new Map(), connections: new Map() };
  for (const facts of all) {
    if (named !== null && !named.has(facts.asset.id)) continue;
    const misses = FACETS.filter((facet) => !fits(facet, facts, filter[facet]));
    if (misses.length > 1) continue;
    for (const facet of misses.length === 1 ? misses : FACETS) {
      const count: Map<string, number> = counts[facet];
      for (const choice of choicesOf(facet, facts)) count.set(choice, (count.get(choice) ?? 0) + 1);
    }
  }
  return counts;
}
