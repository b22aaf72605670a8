/** Finding whatever has a name: assets, signals, alarms, places, process pictures, connections and screens. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import { fold, placeOf, type Searched, type SearchIndex, wordsOf } from "./search";

/** Of things that fit equally well, the kind that comes first here comes first. */
export const FOUND_KINDS = ["asset", "signal", "alarm", "place", "picture", "connection", "screen"] as const;
export type FoundKind = (typeof FOUND_KINDS)[number];

/** Where it leads. */
export type FoundTarget =
  | { kind: "asset"; asset: string }
  | { kind: "signal"; asset: string; signal: number }
  | { kind: "alarm"; alarm: AlarmRow }
  | { kind: "place" | "picture" | "connection" | "screen"; id: string };

export interface Found {
  target: FoundTarget;
  title: string;
  detail: string;
}

export interface FoundEntry extends Searched {
  found: Found;
}

/** Of one kind, while others are found too. */
const EACH_MAX = 4;

/** `read`: what is read of it beside title and detail. */
export function entryOf(target: FoundTarget, title: string, detail: string, read = ""): FoundEntry {
  return {
    found: { target, title, detail },
    names: fold(`${title} ${detail} ${read}`),
    address: "id" in target ? fold(target.id) : "",
    head: fold(title),
  };
}

export function plantEntries(index: SearchIndex): FoundEntry[] {
  return index.entries.map(({ hit: { asset, signal, title, detail }, names, address, head }) => ({
    found: {
      target: signal === null ? { kind: "asset", asset } : { kind: "signal", asset, signal },
      title,
      detail,
    },
    names,
    address,
    head,
  }));
}

/** What makes it one of its kind. */
export function keyOf({ target }: Found): string {
  if (target.kind === "alarm") return `alarm:${target.alarm.id}`;
  if (target.kind === "signal") return `signal:${target.signal}`;
  return `${target.kind}:${target.kind === "asset" ? target.asset : target.id}`;
}

/** What holds every word, what fits best first; no kind leaves the others out. */
export function findAll(entries: readonly FoundEntry[], query: string, limit: number): Found[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const fits: { found: Found; score: number }[] = [];
  for (const entry of entries) {
    const place = placeOf(entry, words);
    if (place === null) continue;
    const kind = FOUND_KINDS.indexOf(entry.found.target.kind);
    fits.push({ found: entry.found, score: place * FOUND_KINDS.length + kind });
  }
  fits.sort((a, b) => a.score - b.score);
  const counts = new Map<FoundKind, number>();
  const first: typeof fits = [];
  const rest: typeof fits = [];
  for (const fit of fits) {
    const { kind } = fit.found.target;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    (count <= EACH_MAX ? first : rest).push(fit);
  }
  const chosen = [...first.slice(0, limit), ...rest.slice(0, Math.max(0, limit - first.length))];
  return chosen.sort((a, b) => a.score - b.score).map(({ found }) => found);
}

/** How many entries hold every word. */
export function countFits(entries: readonly FoundEntry[], query: string): number {
  const words = wordsOf(query);
  return words.length === 0 ? 0 : entries.filter((entry) => placeOf(entry, words) !== null).length;
}
