/** How a person likes the overview; kept between starts, and in the address, so that back leads to what they saw. */
import { GROUPS, type GroupBy, SORTS, type SortBy } from "../lib/overview/arrange";
import { FACETS, type Facet, type Filter, isFiltered, NO_FILTER } from "../lib/overview/filter";

const STORE = "twinscope.overview";
const FOLDED = "twinscope.overview.folded";
export const VIEWS = ["tiles", "tree"] as const;
export type View = (typeof VIEWS)[number];
/** How long a page of the wall stands, seconds. */
export const WALL_SECONDS = [5, 10, 20, 30, 60] as const;
/** A choice is a name or an id; an address that was written by hand may hold anything. */
const CHOICES_MAX = 200;

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
  /** Rows of the tree whose children are hidden. */
  folded: ReadonlySet<string> = $state.raw(new Set());

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
    if (this.wall) said.set("wall", "on");
    if (this.seconds !== 10) said.set("seconds", String(this.seconds));
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
    this.wall = said.get("wall") === "on";
    this.seconds = WALL_SECONDS.find((seconds) => String(seconds) === said.get("seconds")) ?? 10;
  }

  toggle(facet: Facet, choice: string): void {
    const chosen = this.filter[facet];
    const next = chosen.includes(choice) ? chosen.filter((one) => one !== choice) : [...chosen, choice];
    this.filter = { ...this.filter, [facet]: next };
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
