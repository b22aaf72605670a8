/** The trend screen: its signals, and what they are compared with. Kept between starts. */
import type { AssetView } from "../ipc/bindings/AssetView";
import type { SignalView } from "../ipc/bindings/SignalView";
import { formatDuration } from "../lib/format";
import { everyAsset } from "../lib/system";
import { t } from "../lib/text/text";
import { type Compared, readTrend, SIGNALS_MAX, type TrendState } from "../lib/trendstate";
import { Keeper } from "./keeper";
import type { Live } from "./live.svelte";
import { stored } from "./stored";
import { TrendView } from "./trendview.svelte";

export const BOARD_MAX = SIGNALS_MAX;
const STORE = "twinscope.trend";

export interface Shown {
  signal: SignalView;
  asset: AssetView;
  /** Place among the colours; it stays while other signals come and go. */
  slot: number;
}

export interface Behind {
  pairs: readonly (readonly [of: number, key: number])[];
  shift: number;
  /** "8 h earlier", or the name of the other asset. */
  name: string;
}

/** The signal of another asset that means the same. */
export function twinOf({ signal, asset }: Shown, other: AssetView): SignalView | undefined {
  const local = signal.id.slice(asset.id.length);
  return other.signals.find((candidate) => candidate.id === other.id + local);
}

export class TrendBoard {
  /** Stable ids of signals with their slots: keys change with the plant file. */
  #picks: readonly { id: string; slot: number }[] = $state.raw([]);
  compared: Compared = $state.raw({ with: "nothing" });
  readonly view: TrendView;
  readonly #live: Live;
  readonly #keeper = new Keeper(STORE, () => JSON.stringify(this.state));

  constructor(live: Live) {
    this.#live = live;
    const kept = read();
    this.view = new TrendView(
      () => live.instant(),
      () => live.past.on,
      kept,
    );
    this.#take(kept);
  }

  /** What is kept over a restart, and in layout files. */
  get state(): TrendState {
    return {
      signals: this.ids,
      slots: this.#picks.map(({ slot }) => slot),
      ...this.view.state,
      compared: this.compared,
    };
  }

  /** Shows what was kept. */
  put(state: TrendState): void {
    this.view.put(state);
    this.#take(state);
    this.#keeper.now();
  }

  #take({ signals, slots, compared }: TrendState): void {
    this.#picks = signals.map((id, i) => ({ id, slot: slots[i] ?? i }));
    this.compared = compared;
  }

  /** Keeps what is shown while the screen is there that calls this as it is made. */
  keeping(): void {
    $effect(() => {
      void this.state;
      this.#keeper.soon();
    });
    $effect(() => () => this.#keeper.rest());
  }

  /** The signals that the plant has. */
  readonly shown: readonly Shown[] = $derived.by(() => {
    const known = new Map<string, { signal: SignalView; asset: AssetView }>();
    const wanted = new Set(this.#picks.map(({ id }) => id));
    const plant = this.#live.plant;
    for (const asset of plant ? everyAsset(plant) : [])
      for (const signal of asset.signals) if (wanted.has(signal.id)) known.set(signal.id, { signal, asset });
    return this.#picks.flatMap(({ id, slot }) => {
      const found = known.get(id);
      return found ? [{ ...found, slot }] : [];
    });
  });

  /** Other assets of a type that is shown, in plant order. */
  readonly sisters: readonly AssetView[] = $derived.by(() => {
    const own = new Set(this.shown.map(({ asset }) => asset.id));
    const types = new Set(this.shown.map(({ asset }) => asset.type_name));
    const all = this.#live.plant?.assets ?? [];
    return all.filter((asset) => types.has(asset.type_name) && (own.size > 1 || !own.has(asset.id)));
  });

  /** What lies behind the signals: keys of theirs with keys of what is drawn, and how much earlier it was. */
  readonly behind: Behind | undefined = $derived.by(() => {
    const { compared } = this;
    if (compared.with === "earlier") {
      return {
        pairs: this.shown.map(({ signal }) => [signal.key, signal.key] as const),
        shift: compared.shift,
        name: t("trend-earlier", { span: formatDuration(compared.shift) }),
      };
    }
    const other = compared.with === "asset" ? this.#live.asset(compared.id) : undefined;
    if (!other) return undefined;
    const pairs = this.shown.flatMap((shown) => {
      if (shown.asset.id === other.id || shown.asset.type_name !== other.type_name) return [];
      const twin = twinOf(shown, other);
      return twin ? [[shown.signal.key, twin.key] as const] : [];
    });
    return { pairs, shift: 0, name: other.name };
  });

  /** Stable ids of the signals, those too that the plant does not have now. */
  get ids(): string[] {
    return this.#picks.map(({ id }) => id);
  }

  get full(): boolean {
    return this.#picks.length >= BOARD_MAX;
  }

  has(id: string): boolean {
    return this.#picks.some((pick) => pick.id === id);
  }

  /** False when there is no room for one more. */
  add(id: string): boolean {
    if (this.has(id)) return true;
    if (this.full) return false;
    const used = new Set(this.#picks.map(({ slot }) => slot));
    const slot = Array.from({ length: BOARD_MAX }, (_, i) => i).find((i) => !used.has(i)) ?? 0;
    this.#picks = [...this.#picks, { id, slot }];
    return true;
  }

  remove(id: string): void {
    this.#picks = this.#picks.filter((pick) => pick.id !== id);
  }

  /** Shows these and no others. */
  replace(ids: readonly string[]): void {
    this.#picks = ids.slice(0, BOARD_MAX).map((id, slot) => ({ id, slot }));
    this.compared = { with: "nothing" };
    this.view.scales = new Map();
    this.#keeper.now();
  }
}

const boards = new WeakMap<Live, TrendBoard>();

/** The one board of a window; it outlives its screen. */
export function trendBoard(live: Live): TrendBoard {
  let board = boards.get(live);
  if (!board) {
    board = new TrendBoard(live);
    boards.set(live, board);
  }
  return board;
}

function read(): TrendState {
  try {
    const kept = JSON.parse(stored(STORE) ?? "{}") as { ids?: unknown; signals?: unknown };
    // Before colours and ranges were kept, signals were called ids.
    return readTrend({ ...kept, signals: kept.signals ?? kept.ids });
  } catch {
    return readTrend({});
  }
}
