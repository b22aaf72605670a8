/** The last 15 minutes of every sparkline on the screen, asked for together and seldom. */
import type { Backend } from "../ipc/backend";
import { MICROS_PER_MINUTE } from "../lib/format";
import { decodeTrend, type TrendColumns } from "../lib/trend";
import { aligned } from "../lib/window";

export const SPARK_SPAN = 15 * MICROS_PER_MINUTE;
const COLUMNS = 110;
const REFRESH_MS = 10_000;
/** Tiles come into view in bunches: wait for the bunch. */
const GATHER_MS = 60;
const SIGNALS_PER_QUERY = 100;

type Listener = (columns: TrendColumns) => void;

export class Sparks {
  readonly #backend: Backend;
  readonly #instant: () => number;
  readonly #wanted = new Map<number, Set<Listener>>();
  readonly #known = new Map<number, TrendColumns>();
  readonly #fresh = new Set<number>();
  #gather: ReturnType<typeof setTimeout> | undefined;
  #refresh: ReturnType<typeof setInterval> | undefined;
  #busy = false;

  constructor(backend: Backend, instant: () => number) {
    this.#backend = backend;
    this.#instant = instant;
  }

  /** Follows one signal while it is on the screen; gives a function that ends it. */
  follow(key: number, listener: Listener): () => void {
    const listeners = this.#wanted.get(key) ?? new Set();
    listeners.add(listener);
    this.#wanted.set(key, listeners);
    const known = this.#known.get(key);
    if (known) listener(known);
    this.#fresh.add(key);
    this.#gather ??= setTimeout(() => {
      this.#gather = undefined;
      void this.#query([...this.#fresh]);
    }, GATHER_MS);
    this.#refresh ??= setInterval(() => void this.#query([...this.#wanted.keys()]), REFRESH_MS);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#wanted.delete(key);
      this.#known.delete(key);
      if (this.#wanted.size === 0) {
        clearInterval(this.#refresh);
        this.#refresh = undefined;
      }
    };
  }

  /** Another instant is shown: everything anew. */
  renew(): void {
    for (const key of this.#wanted.keys()) this.#fresh.add(key);
    if (this.#fresh.size > 0) void this.#query([...this.#fresh]);
  }

  async #query(keys: number[]): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let i = 0; i < keys.length; i += SIGNALS_PER_QUERY) {
        const signals = keys.slice(i, i + SIGNALS_PER_QUERY).filter((key) => this.#wanted.has(key));
        for (const key of keys.slice(i, i + SIGNALS_PER_QUERY)) this.#fresh.delete(key);
        if (signals.length === 0) continue;
        const now = this.#instant();
        const answer = await this.#backend.trend({ signals, ...aligned(now - SPARK_SPAN, now, COLUMNS) });
        for (const [key, columns] of decodeTrend(answer)) {
          if (!this.#wanted.has(key)) continue;
          this.#known.set(key, columns);
          for (const listener of this.#wanted.get(key) ?? []) listener(columns);
        }
      }
    } catch {
      // A sparkline is a hint beside a number: it keeps its last picture and is asked for again in 10 s.
    } finally {
      this.#busy = false;
    }
    if (this.#fresh.size > 0) await this.#query([...this.#fresh]);
  }
}
