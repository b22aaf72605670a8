/** What comes on the topics, asked again and again while a person looks. Its choices outlive the screen. */
import { type Backend, errorMessage } from "../ipc/backend";
import type { RateRow } from "../ipc/bindings/RateRow";
import type { RatesOrder } from "../ipc/bindings/RatesOrder";
import type { RatesView } from "../ipc/bindings/RatesView";
import { SteadyList } from "./steadylist.svelte";

/** From one answer to the next question. */
const PAUSE_MS = 1_000;
/** The order is renewed with every so many answers: rows that change their places each second cannot be read. */
const ORDER_EVERY = 5;
export const FIRST = 100;
export const MOST = 500;

export const rateKey = ({ connection, topic }: RateRow): string => `${connection} ${topic}`;

export class Rates {
  readonly #backend: Backend;
  /** The newest answer; null before the first. */
  view: RatesView | null = $state.raw(null);
  readonly list = new SteadyList<RateRow>(rateKey);
  failure = $state("");
  text = $state("");
  connection = $state("");
  order: RatesOrder = $state("messages");
  limit = $state(FIRST);
  paused = $state(false);
  #pointed = false;
  #answers = 0;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks again and again until the function that is given back is called. */
  watch(): () => void {
    this.#watching = true;
    this.paused = false;
    void this.#ask(true);
    return () => {
      this.#watching = false;
      clearTimeout(this.#timer);
    };
  }

  /** After something else was asked for: the answer is shown as it is. */
  narrow(): void {
    void this.#ask(true);
  }

  pause(on: boolean): void {
    this.paused = on;
    if (!on) void this.#ask(true);
  }

  /** A person points at the rows, or no longer. */
  point(on: boolean): void {
    this.#pointed = on;
  }

  async #ask(anew: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    const { connection, order, limit } = this;
    try {
      const view = await this.#backend.rates({ connection, text: this.text.trim(), order, limit });
      if (asked !== this.#asked) return;
      if (anew || !this.paused) this.#take(view, anew);
      this.failure = "";
    } catch (error) {
      if (asked === this.#asked) this.failure = errorMessage(error);
    }
    if (this.#watching && asked === this.#asked) {
      this.#timer = setTimeout(() => void this.#ask(false), PAUSE_MS);
    }
  }

  #take(view: RatesView, anew: boolean): void {
    this.view = view;
    this.#answers += 1;
    this.list.hold();
    this.list.put(view.rows);
    if (anew || (!this.#pointed && this.#answers % ORDER_EVERY === 0)) this.list.renew();
  }
}
