/** Finding assets and signals by what a person types. */
import type { PlantView } from "../ipc/bindings/PlantView";

export interface Hit {
  /** Where it leads. */
  asset: string;
  /** Set when a signal was found rather than the asset. */
  signal: number | null;
  title: string;
  detail: string;
}

/** What can be found, all of it folded: see `fold`. */
export interface Searched {
  /** What a person sees. */
  names: string;
  /** Where it comes from. */
  address: string;
  /** How its name begins. */
  head: string;
}

export interface SearchIndex {
  entries: ({ hit: Hit } & Searched)[];
}

/** Without accents and case: "Überlauf" is found by "uberlauf". */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

export function buildIndex(plant: PlantView): SearchIndex {
  const areas = new Map(plant.areas.map((area) => [area.id, area.name]));
  const entries: SearchIndex["entries"] = [];
  for (const asset of plant.assets) {
    const area = areas.get(asset.area) ?? "";
    entries.push({
      hit: { asset: asset.id, signal: null, title: asset.name, detail: `${area} · ${asset.type_name}` },
      names: fold(`${asset.name} ${area} ${asset.type_name}`),
      address: fold(asset.id),
      head: fold(asset.name),
    });
    for (const signal of asset.signals) {
      entries.push({
        hit: { asset: asset.id, signal: signal.key, title: signal.name, detail: `${asset.name} · ${area}` },
        names: fold(`${asset.name} ${signal.name}`),
        address: fold(`${signal.id} ${signal.source}`),
        head: fold(signal.name),
      });
    }
  }
  return { entries };
}

/** The words of a query, folded. */
export function wordsOf(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/** How well an entry fits, 0 is best: its name begins so, has it, it is read of it, it comes from there. Null: it does not. */
export function placeOf({ names, address, head }: Searched, words: readonly string[]): number | null {
  const named = words.every((word) => names.includes(word));
  if (!named && !words.every((word) => names.includes(word) || address.includes(word))) return null;
  const first = words.join(" ");
  if (head.startsWith(first)) return 0;
  return head.includes(first) ? 1 : named ? 2 : 3;
}

/** Entries that hold every word, assets before signals, names that begin with the query first. */
export function find(index: SearchIndex, query: string, limit: number): Hit[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const found: { hit: Hit; score: number }[] = [];
  for (const entry of index.entries) {
    const place = placeOf(entry, words);
    if (place !== null)
      found.push({ hit: entry.hit, score: place * 2 + (entry.hit.signal === null ? 0 : 1) });
  }
  // Sorting is stable: entries of equal score keep the plant's order.
  return found
    .sort((a, b) => a.score - b.score)
    .slice(0, limit)
    .map(({ hit }) => hit);
}

/** Assets that hold every word in their own names, or in those of one of their signals. */
export function namedBy(index: SearchIndex, query: string): ReadonlySet<string> {
  const words = wordsOf(query);
  const found = new Set<string>();
  for (const { hit, names, address } of index.entries) {
    if (found.has(hit.asset)) continue;
    if (words.every((word) => names.includes(word) || address.includes(word))) found.add(hit.asset);
  }
  return found;
}
