/** Layouts of the window: made of what is shown, put in the place of it, and taken back. */
import {
  fittingOverview,
  type Layout,
  type Misfits,
  misfitsOf,
  readLayout,
  writeLayout,
} from "../lib/layout";
import { fittingTrend } from "../lib/trendstate";
import { assetTrends } from "./assettrends.svelte";
import type { Live } from "./live.svelte";
import { overviewOptions } from "./options.svelte";
import { parseRoute, routeHash, router } from "./router.svelte";
import { trendBoard } from "./trendboard.svelte";

export class Layouts {
  /** Names of those in the workspace. */
  names: readonly string[] = $state.raw([]);
  /** What stood before the layout that was opened last; null without one. */
  before: Layout | null = $state.raw(null);
  /** Names of the process pictures, as far as they are known. */
  #pictures: readonly string[] | null = null;
  readonly #live: Live;

  constructor(live: Live) {
    this.#live = live;
  }

  async list(): Promise<void> {
    this.names = await this.#live.backend.layouts();
  }

  /** Gives the path. */
  async save(named: string): Promise<string> {
    const path = await this.#live.backend.saveLayout(named, writeLayout(this.#now()));
    await this.list();
    return path;
  }

  async read(named: string): Promise<ReturnType<typeof readLayout>> {
    const text = await this.#live.backend.layout(named);
    this.#pictures = (await this.#live.backend.pictures()).rows.map(({ name }) => name);
    return readLayout(text);
  }

  misfits(layout: Layout): ReturnType<typeof misfitsOf> | null {
    return this.#live.plant && misfitsOf(layout, this.#live.plant, this.#pictures);
  }

  open(layout: Layout): void {
    this.before = this.#now();
    this.#put(layout);
  }

  undo(): void {
    if (this.before) this.#put(this.before);
    this.before = null;
  }

  #now(): Layout {
    const board = trendBoard(this.#live);
    return {
      plant: this.#live.plant?.name ?? "",
      screen: routeHash(router.route),
      overview: overviewOptions.query,
      folded: [...overviewOptions.folded],
      trend: board.state,
      page: router.route.screen === "asset" ? assetTrends(this.#live).of(router.route.id).state : null,
      picture: this.#live.pictures.chosen,
    };
  }

  /** What the plant does not have stays out. */
  #put(layout: Layout): void {
    const misfits = this.misfits(layout);
    const without = (ids: readonly string[], missing: readonly string[] = []) =>
      ids.filter((id) => !missing.includes(id));
    overviewOptions.adopt(misfits ? fittingOverview(layout.overview, misfits) : layout.overview);
    overviewOptions.keep();
    overviewOptions.fold([...overviewOptions.folded], false);
    overviewOptions.fold(without(layout.folded, misfits?.places), true);
    const missing: Pick<Misfits, "assets" | "signals"> = misfits ?? { assets: [], signals: [] };
    trendBoard(this.#live).put(fittingTrend(layout.trend, missing));
    if (layout.picture !== "" && !misfits?.pictures.includes(layout.picture))
      void this.#live.pictures.choose(layout.picture);
    const route = parseRoute(layout.screen);
    if (route.screen === "asset" && missing.assets.includes(route.id)) return;
    const trends = assetTrends(this.#live);
    if (route.screen === "asset" && layout.page) trends.of(route.id).put(fittingTrend(layout.page, missing));
    const there = route.screen === "overview" ? { ...route, query: overviewOptions.query } : route;
    router.go(there);
    // At once: a screen that is being left may not write its own address over this one.
    router.route = there;
  }
}
