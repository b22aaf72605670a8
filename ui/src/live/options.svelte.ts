/** How a person likes the overview; kept between starts, and in the address, so that back leads to what they saw. */

import type { GroundView } from "../lib/map/view";
import { GROUPS, type GroupBy, SORTS, type SortBy } from "../lib/overview/arrange";
import { FACETS, type Facet, type Filter, isFiltered, NO_FILTER } from "../lib/overview/filter";
import { pagesSaid, WORST } from "../lib/overview/wallpages";

const STORE = "twinscope.overview";
const FOLDED = "twinscope.overview.folded";
export const VIEWS = ["tiles", "tree", "plan"] as const;
export type View = (typeof VIEWS)[number];
/** How long a page of the wall stands, seconds. */
export const WALL_SECONDS = [5, 10, 20, 30, 60] as const;
/** A choice is a name or an id; an address that was written by hand may hold anything. */
const CHOICES_MAX = 200;
const NAME_MAX = 300;

function oneOf<T extends string>(known: readonly T[], said: string | null, otherwise: T): T {
  return known.find((one) => one === said) ?? otherwise;
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Without storage, a choice lasts as long as the window. */
function keep(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}

export class OverviewOptions {
  view: View = $state("tiles");
  group: GroupBy = $state("area");
  sort: SortBy = $state("worst");
  filter: Filter = $state.raw(NO_FILTER);
  /** Whether the wall fills the window. */
  wall = $state(false);
  /** How long a page of the wall stands, seconds. */
  seconds: number = $state(10);
  /** What the wall turns through, as `pageOf` reads it; never empty. */
  pages: readonly string[] = $state.raw([WORST]);
  /** Rows of the tree whose children are hidden. */
  folded: ReadonlySet<string> = $state.raw(new Set());

  /** The plan, or the map, that assets are shown on; empty: the first. */
  ground = $state("");

  /** What was seen of each ground: for the way back. */
  readonly seen = new Map<string, GroundView>();
  /** Where the tiles were scrolled to, and the last one that had the focus: for the way back. */
  top = 0;
  tile = "";

  constructor() {
    this.adopt(read(STORE));
    this.folded = new Set(read(FOLDED).split("\n").filter(Boolean));
  }

  readonly filtered = $derived(isFiltered(this.filter));

  /** All of it as the query of an address; empty when nothing was chosen. */
  readonly query = $derived.by(() => {
    const said = new URLSearchParams();
    if (this.view !== "tiles") said.set("view", this.view);
    if (this.group !== "area") said.set("group", this.group);
    if (this.sort !== "worst") said.set("sort", this.sort);
    for (const facet of FACETS) for (const choice of this.filter[facet]) said.append(facet, choice);
    if (this.filter.text !== "") said.set("text", this.filter.text);
    if (this.ground !== "") said.set("ground", this.ground);
    if (this.wall) said.set("wall", "on");
    if (this.seconds !== 10) said.set("seconds", String(this.seconds));
    if (this.pages.length > 1 || this.pages[0] !== WORST)
      for (const page of this.pages) said.append("page", page);
    return said.toString();
  });

  /** Takes what an address says; what it does not say is as if nothing was chosen. */
  adopt(query: string): void {
    const said = new URLSearchParams(query);
    const choices = (facet: Facet) => [...new Set(said.getAll(facet))].slice(0, CHOICES_MAX);
    this.view = oneOf(VIEWS, said.get("view"), "tiles");
    this.group = oneOf(GROUPS, said.get("group"), "area");
    this.sort = oneOf(SORTS, said.get("sort"), "worst");
    this.filter = {
      states: choices("states"),
      types: choices("types"),
      places: choices("places"),
      connections: choices("connections"),
      text: said.get("text") ?? "",
    };
    this.ground = (said.get("ground") ?? "").slice(0, NAME_MAX);
    this.wall = said.get("wall") === "on";
    this.pages = pagesSaid(said.getAll("page"));
    this.seconds = WALL_SECONDS.find((seconds) => String(seconds) === said.get("seconds")) ?? 10;
  }

  toggle(facet: Facet, choice: string): void {
    const chosen = this.filter[facet];
    const next = chosen.includes(choice) ? chosen.filter((one) => one !== choice) : [...chosen, choice];
    this.filter = { ...this.filter, [facet]: next };
  }

  /** Adds a page to the wall, where `order` has it, or takes it away; the last one stays. */
  togglePage(page: string, order: readonly string[]): void {
    const without = this.pages.filter((one) => one !== page);
    if (without.length === this.pages.length) without.push(page);
    const place = (one: string) => (order.includes(one) ? order.indexOf(one) : order.length);
    this.pages = pagesSaid(without.sort((a, b) => place(a) - place(b)));
  }

  search(text: string): void {
    this.filter = { ...this.filter, text };
  }

  clear(): void {
    this.filter = NO_FILTER;
  }

  fold(ids: readonly string[], folded: boolean): void {
    const next = new Set(this.folded);
    for (const id of ids) {
      if (folded) next.add(id);
      else next.delete(id);
    }
    this.folded = next;
    keep(FOLDED, [...next].join("\n"));
  }

  keep(): void {
    keep(STORE, this.query);
  }
}

export const overviewOptions = new OverviewOptions();
