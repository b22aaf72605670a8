/** Writes what changes often into the store of the window, now and then. */
import { store } from "./stored";

/** A wheel turns through many ranges in this time, milliseconds; only the last is written. */
const REST_MS = 400;

export class Keeper {
  readonly #key: string;
  readonly #text: () => string | null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `text` gives what is to be kept; null: nothing. */
  constructor(key: string, text: () => string | null) {
    this.#key = key;
    this.#text = text;
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    store(this.#key, this.#text());
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), REST_MS);
  }

  /** Writes what waits. */
  rest(): void {
    if (this.#timer !== undefined) this.now();
  }
}
