/** What the pages of the wall show: tiles by urgency or of a place, a plan or the map, a process picture, the alarm list. */
import type { PlantView } from "../../ipc/bindings/PlantView";
import type { AssetFacts } from "./facts";
import { pagesOf } from "./wall";

export const PAGE_KINDS = ["worst", "alarms", "ground", "picture", "place"] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

export interface WallPage {
  kind: PageKind;
  /** Id of the place or the ground, name of the picture; empty for the others. */
  id: string;
}

/** As the address says it: "worst", "place:hall". */
export const WORST = "worst";
export const PAGES_MAX = 40;

/** Null for what is no page. */
export function pageOf(said: string): WallPage | null {
  const mark = said.indexOf(":");
  const [name, id] = mark < 0 ? [said, ""] : [said.slice(0, mark), said.slice(mark + 1)];
  const kind = PAGE_KINDS.find((one) => one === name);
  if (!kind || (kind === "worst" || kind === "alarms") !== (id === "")) return null;
  return { kind, id };
}

export function sayPage({ kind, id }: WallPage): string {
  return id === "" ? kind : `${kind}:${id}`;
}

/** Those of a list that are pages, each once. Without any: the worst. */
export function pagesSaid(said: readonly string[]): string[] {
  const pages = [...new Set(said)].filter((one) => pageOf(one) !== null).slice(0, PAGES_MAX);
  return pages.length === 0 ? [WORST] : pages;
}

/** What there is to be shown. Pictures are null while nobody knows which there are. */
export interface Known {
  plant: Pick<PlantView, "places" | "areas" | "plans">;
  pictures: readonly string[] | null;
  /** Whether there is a map. */
  map: boolean;
}

export function isKnown({ kind, id }: WallPage, { plant, pictures, map }: Known): boolean {
  if (kind === "place") return [...plant.places, ...plant.areas].some((place) => place.id === id);
  if (kind === "picture") return pictures === null || pictures.includes(id);
  if (kind === "ground") return id === "map" ? map : plant.plans.some((plan) => `plan:${plan.id}` === id);
  return true;
}

/** All pages that can be chosen, in the order in which they turn. */
export function allPages({ plant, pictures, map }: Known): WallPage[] {
  const grounds = [...plant.plans.map(({ id }) => `plan:${id}`), ...(map ? ["map"] : [])];
  const places = new Set([...plant.places, ...plant.areas].map(({ id }) => id).filter((id) => id !== ""));
  return [
    { kind: "worst", id: "" },
    { kind: "alarms", id: "" },
    ...grounds.map((id): WallPage => ({ kind: "ground", id })),
    ...(pictures ?? []).map((id): WallPage => ({ kind: "picture", id })),
    ...[...places].map((id): WallPage => ({ kind: "place", id })),
  ];
}

/** One after another, each fills the screen. */
export interface WallScreen extends WallPage {
  key: string;
  /** For tiles. */
  members: AssetFacts[];
  /** Which of the screens of its page, from 1, and how many these are. */
  at: number;
  of: number;
}

/** `ordered`: what the filter shows, the worst first; `size`: tiles that fit. A page without anything to show is left out. */
export function screensOf(
  pages: readonly WallPage[],
  ordered: readonly AssetFacts[],
  size: number,
): WallScreen[] {
  return pages.flatMap((page) => {
    const key = sayPage(page);
    if (page.kind !== "worst" && page.kind !== "place") return [{ ...page, key, members: [], at: 1, of: 1 }];
    const own = page.kind === "worst" ? ordered : ordered.filter(({ places }) => places.includes(page.id));
    const parts = pagesOf(own, size);
    return parts.map((members, i) => ({ ...page, key: `${key} ${i}`, members, at: i + 1, of: parts.length }));
  });
}
