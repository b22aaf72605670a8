/** Statistics of what a trend shows or a person has marked; asked for apart, and seldom while time goes on. */
import type { SignalView } from "../ipc/bindings/SignalView";
import type { TrendRequest } from "../ipc/bindings/TrendRequest";
import { MICROS_PER_MS } from "../lib/format";
import { type Statistics, statistics } from "../lib/statistics";
import { aligned } from "../lib/window";
import { TrendFeed } from "./trendfeed";

/** Columns a signal: as fine as one answer may be where a person has chosen the range, coarser while it moves. */
const FINE = 4_000;
const COARSE = 1_000;
const MOVING_MS = 2_000;
const CHOSEN_MS = 200;
/** The picture of another range comes first. */
const AFTER_PICTURE_MS = 120;

export class TrendStats {
  /** By key of the signal. */
  rows: ReadonlyMap<number, Statistics> = $state.raw(new Map());
  /** The range they are of, microseconds; null before the first answer. */
  range: readonly [number, number] | null = $state.raw(null);
  readonly #feed: TrendFeed;
  #signals: readonly SignalView[] = [];
  /** The exact range of a question, which asks for whole columns. */
  readonly #ranges = new WeakMap<TrendRequest, readonly [number, number]>();
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(query: (request: TrendRequest) => Promise<ArrayBuffer>, onError: (message: string) => void) {
    this.#feed = new TrendFeed(
      query,
      ({ request, columns }) => {
        const [t0, t1] = this.#ranges.get(request) ?? [request.t0, request.t1];
        const rows = new Map<number, Statistics>();
        for (const signal of this.#signals) {
          const data = columns.get(signal.key);
          const found = data && statistics(data, t0, t1, signal.stale_after_ms * MICROS_PER_MS, signal.step);
          if (found) rows.set(signal.key, found);
        }
        this.rows = rows;
        this.range = [t0, t1];
      },
      onError,
    );
  }

  /** Asks for a range; `moving` while it goes on with time, `again` when nothing else has changed since. */
  want(
    signals: readonly SignalView[],
    range: readonly [number, number],
    moving: boolean,
    again: boolean,
  ): void {
    const [t0, t1] = range;
    if (!(t1 > t0)) return;
    if (signals !== this.#signals) this.#feed.drop();
    this.#signals = signals;
    const keys = signals.map(({ key }) => key);
    const request = { signals: keys, ...aligned(t0, t1, moving ? COARSE : FINE) };
    this.#ranges.set(request, range);
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#feed.want(request, again ? MOVING_MS : CHOSEN_MS), AFTER_PICTURE_MS);
  }

  close(): void {
    clearTimeout(this.#later);
    this.#feed.close();
  }
}
