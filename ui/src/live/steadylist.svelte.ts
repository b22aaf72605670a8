/** A list that comes anew all the time, and whose rows stand still while a person points at them. */
import { type Steady, steady } from "../lib/steady";

export class SteadyList<T> {
  readonly #key: (row: T) => string;
  #newest: readonly T[] = [];
  #held = false;
  #shown: Steady<T> = $state.raw({ rows: [], gone: new Set(), waiting: 0 });

  constructor(key: (row: T) => string) {
    this.#key = key;
  }

  get rows(): readonly T[] {
    return this.#shown.rows;
  }

  get gone(): ReadonlySet<string> {
    return this.#shown.gone;
  }

  get waiting(): number {
    return this.#shown.waiting;
  }

  put(next: readonly T[]): void {
    this.#newest = next;
    this.#shown = steady(this.#shown.rows, next, this.#key, this.#held);
  }

  hold(): void {
    this.#held = true;
  }

  letGo(): void {
    this.#held = false;
    if (this.#shown.waiting > 0 || this.#shown.gone.size > 0) this.renew();
  }

  /** Shows the newest at once: a person asked for it, or did what changed it. */
  renew(): void {
    this.#shown = steady([], this.#newest, this.#key, false);
  }
}
