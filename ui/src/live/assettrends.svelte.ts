/** The trends of the assets' pages: what a person made of each outlives its page, and the window. */
import type { AssetView } from "../ipc/bindings/AssetView";
import { readTrend, type TrendState, VIEW_FIRST } from "../lib/trendstate";
import { Keeper } from "./keeper";
import type { Live } from "./live.svelte";
import { stored } from "./stored";
import { TrendView } from "./trendview.svelte";

const STORE = "twinscope.assettrends";
/** Of so many assets, the ones that were open last. */
const ASSETS_MAX = 100;

export class AssetTrend {
  readonly view: TrendView;
  /** Stable ids of the signals that a person chose; null: those that the asset's state suggests. */
  picks: readonly string[] | null = $state.raw(null);

  constructor(live: Live, kept: TrendState | undefined) {
    this.view = new TrendView(
      () => live.instant(),
      () => live.past.on,
      kept,
    );
    this.picks = kept && kept.signals.length > 0 ? kept.signals : null;
  }

  /** Keys of the signals that a person chose, as far as the asset has them; null: they chose none. */
  keysOf(asset: AssetView): number[] | null {
    return this.picks?.flatMap((id) => asset.signals.find((signal) => signal.id === id)?.key ?? []) ?? null;
  }

  /** What is kept over a restart, and in layout files. */
  get state(): TrendState {
    return { signals: [...(this.picks ?? [])], slots: [], ...this.view.state, compared: { with: "nothing" } };
  }

  put(state: TrendState): void {
    this.view.put(state);
    this.picks = state.signals.length > 0 ? state.signals : null;
  }

  get untouched(): boolean {
    return this.picks === null && JSON.stringify(this.view.state) === JSON.stringify(VIEW_FIRST);
  }
}

export class AssetTrends {
  /** The one that was open last, last. */
  readonly #trends = new Map<string, AssetTrend>();
  readonly #live: Live;
  readonly #keeper = new Keeper(STORE, () => this.#text());

  constructor(live: Live) {
    this.#live = live;
    for (const [id, kept] of read()) this.#trends.set(id, new AssetTrend(live, kept));
  }

  of(asset: string): AssetTrend {
    const trend = this.#trends.get(asset) ?? new AssetTrend(this.#live, undefined);
    this.#trends.delete(asset);
    this.#trends.set(asset, trend);
    for (const oldest of this.#trends.keys()) {
      if (this.#trends.size <= ASSETS_MAX) break;
      this.#trends.delete(oldest);
    }
    return trend;
  }

  /** Keeps what an asset's page shows while that is there, which calls this as it is made. */
  keeping(trend: AssetTrend): void {
    $effect(() => {
      void trend.state;
      this.#keeper.soon();
    });
    $effect(() => () => this.#keeper.rest());
  }

  #text(): string | null {
    const touched = [...this.#trends].filter(([, trend]) => !trend.untouched);
    return touched.length > 0 ? JSON.stringify(touched.map(([id, trend]) => [id, trend.state])) : null;
  }
}

const all = new WeakMap<Live, AssetTrends>();

/** Those of a window; they outlive the pages. */
export function assetTrends(live: Live): AssetTrends {
  let trends = all.get(live);
  if (!trends) {
    trends = new AssetTrends(live);
    all.set(live, trends);
  }
  return trends;
}

function read(): [string, TrendState][] {
  try {
    const kept: unknown = JSON.parse(stored(STORE) ?? "[]");
    const list = Array.isArray(kept) ? (kept as unknown[]).slice(-ASSETS_MAX) : [];
    return list.flatMap((entry) => {
      const [id, said] = Array.isArray(entry) ? (entry as unknown[]) : [];
      return typeof id === "string" ? [[id, readTrend(said)] as [string, TrendState]] : [];
    });
  } catch {
    return [];
  }
}
