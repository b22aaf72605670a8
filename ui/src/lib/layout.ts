/** A layout of the window as a file: what is looked at, never what is there. Whatever a file says is checked. */
import type { PlantView } from "../ipc/bindings/PlantView";
import { isKnown, type PageKind, pageOf, type WallPage } from "./overview/wallpages";
import { everyAsset } from "./system";
import { readTrend, scalesWithoutAxis, type TrendState } from "./trendstate";

/** 2: of a trend all that it shows, not only its signals and the span that it follows; and that of the asset's page. */
export const LAYOUT_VERSION = 2;
const PLACES_MAX = 10_000;
const TEXT_MAX = 4_000;

export interface Layout {
  /** The plant it was made with. */
  plant: string;
  /** The screen, as the address says it. */
  screen: string;
  /** What is chosen on the overview, as the address says it; the wall with its pages and seconds too. */
  overview: string;
  /** Places of the tree that are folded. */
  folded: string[];
  /** Of the trend screen. */
  trend: TrendState;
  /** Of the asset's page that is shown; null without one. */
  page: TrendState | null;
  /** The process picture that is shown; empty without one. */
  picture: string;
}

/** What a layout asks for and this plant does not have. */
export interface Misfits {
  /** The plant it was made with, where that is another. */
  plant: string;
  assets: string[];
  signals: string[];
  places: string[];
  /** Ids of plans; "map" where nothing is on a map. */
  grounds: string[];
  /** Names of process pictures. */
  pictures: string[];
  /** Units and signals whose fixed scales no signal here has. */
  scales: string[];
}

export function writeLayout(layout: Layout): string {
  return `${JSON.stringify({ twinscope_layout: LAYOUT_VERSION, ...layout }, null, 2)}\n`;
}

/** Why a text is no layout that can be read. */
export type LayoutFault = "no-layout" | "newer";

export function readLayout(text: string): Layout | LayoutFault {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return "no-layout";
  }
  if (typeof file !== "object" || file === null || !("twinscope_layout" in file)) return "no-layout";
  const said = file as Record<string, unknown>;
  const version = said.twinscope_layout;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return "no-layout";
  if (version > LAYOUT_VERSION) return "newer";
  return {
    plant: word(said.plant),
    screen: word(said.screen),
    overview: word(said.overview),
    folded: words(said.folded, PLACES_MAX),
    trend: readTrend(said.trend),
    page: typeof said.page === "object" && said.page !== null ? readTrend(said.page) : null,
    picture: word(said.picture),
  };
}

const word = (said: unknown): string => (typeof said === "string" ? said.slice(0, TEXT_MAX) : "");

function words(said: unknown, most: number): string[] {
  const all = Array.isArray(said) ? said.filter((one) => typeof one === "string" && one !== "") : [];
  return [...new Set(all.map((one: string) => one.slice(0, TEXT_MAX)))].slice(0, most);
}

/** The asset that a screen shows; empty when it shows none. */
function assetOf(screen: string): string {
  const [, name, id = ""] = /^#\/(\w+)\/([^/?]+)/.exec(screen) ?? [];
  try {
    return name === "asset" ? decodeURIComponent(id) : "";
  } catch {
    return "";
  }
}

/** `pictures`: names of those in the workspace; null while that is not known. */
export function misfitsOf(layout: Layout, plant: PlantView, pictures: readonly string[] | null): Misfits {
  const every = everyAsset(plant);
  const assets = new Set(every.map(({ id }) => id));
  const signals = new Set(every.flatMap((asset) => asset.signals.map(({ id }) => id)));
  const places = new Set([...plant.places, ...plant.areas].map(({ id }) => id));
  const said = new URLSearchParams(layout.overview);
  const asset = assetOf(layout.screen);
  const map = plant.map.locations.length > 0 || plant.map.outline !== null;
  const pages = said.getAll("page").flatMap((page) => pageOf(page) ?? []);
  const missing = pages.filter((page) => !isKnown(page, { plant, pictures, map }));
  const of = (kind: PageKind) => missing.filter((page) => page.kind === kind).map(({ id }) => id);
  const ground: WallPage = { kind: "ground", id: said.get("ground") ?? "" };
  const lost = ground.id !== "" && !isKnown(ground, { plant, pictures, map }) ? [ground.id] : [];
  const picture =
    layout.picture !== "" && pictures !== null && !pictures.includes(layout.picture) ? [layout.picture] : [];
  const once = (...lists: readonly string[][]) => [...new Set(lists.flat())];
  const trends = layout.page ? [layout.trend, layout.page] : [layout.trend];
  const sisters = trends.flatMap(({ compared }) => (compared.with === "asset" ? [compared.id] : []));
  return {
    plant: layout.plant === plant.name ? "" : layout.plant,
    assets: once(asset === "" ? [] : [asset], sisters).filter((id) => !assets.has(id)),
    signals: once(...trends.map((trend) => trend.signals)).filter((id) => !signals.has(id)),
    places: once(layout.folded, said.getAll("places"), of("place")).filter((id) => !places.has(id)),
    grounds: once(lost, of("ground")).map((id) => id.replace(/^plan:/, "")),
    pictures: once(picture, of("picture")),
    scales: once(...trends.map((trend) => scalesWithoutAxis(trend, every))),
  };
}

export function fits({ plant, ...lists }: Misfits): boolean {
  return plant === "" && Object.values(lists).every((list) => list.length === 0);
}

/** What is chosen on the overview without what the plant does not have. */
export function fittingOverview(overview: string, misfits: Misfits): string {
  const said = new URLSearchParams(overview);
  const isLost = (said: string) => {
    const page = pageOf(said);
    if (page?.kind === "place") return misfits.places.includes(page.id);
    if (page?.kind === "picture") return misfits.pictures.includes(page.id);
    return page?.kind === "ground" && misfits.grounds.includes(page.id.replace(/^plan:/, ""));
  };
  const pages = said.getAll("page").filter((page) => !isLost(page));
  said.delete("page");
  for (const page of pages) said.append("page", page);
  if (misfits.grounds.includes((said.get("ground") ?? "").replace(/^plan:/, ""))) said.delete("ground");
  return said.toString();
}
