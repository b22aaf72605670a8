/** One topic looked at closely. Begins with the screen and ends with it. */
import { SvelteMap } from "svelte/reactivity";
import { type Backend, errorMessage } from "../ipc/backend";
import type { TappedMessage } from "../ipc/bindings/TappedMessage";
import type { TapView } from "../ipc/bindings/TapView";

const PAUSE_MS = 1_000;

export class Tap {
  readonly #backend: Backend;
  /** As it is shown; null before the first answer. */
  view: TapView | null = $state.raw(null);
  /** The message that is shown with everything. */
  message: TappedMessage | null = $state.raw(null);
  /** The message that a person chose; null: the newest is followed. */
  chosen: number | null = $state(null);
  /** Whether the message that is shown is not kept any more. */
  gone = $state(false);
  paused = $state(false);
  /** The program keeps no messages any more. */
  ended = $state(false);
  failure = $state("");
  /** Messages of a paused list: they outlive the program's. */
  readonly #kept = new SvelteMap<number, TappedMessage>();
  #topic: [connection: string, topic: string] = ["", ""];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Which listening is meant: what an older one brings is dropped. */
  #turn = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Listens until the function that is given back is called. */
  watch(connection: string, topic: string): () => void {
    this.#topic = [connection, topic];
    this.begin();
    return () => {
      this.#turn += 1;
      clearTimeout(this.#timer);
      // The program ends it by itself when it cannot be told.
      this.#backend.endTap().catch(() => {});
    };
  }

  /** Begins to listen, or begins anew. */
  begin(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    [this.view, this.message, this.chosen] = [null, null, null];
    [this.gone, this.paused, this.ended, this.failure] = [false, false, false, ""];
    this.#kept.clear();
    void this.#ask(this.#turn, () => this.#backend.startTap(...this.#topic));
  }

  choose(number: number | null): void {
    this.chosen = number;
    void this.#show(this.#turn).catch((error: unknown) => {
      this.failure = errorMessage(error);
    });
  }

  /** What is listed stays, with all its payloads, or the list goes on. */
  async pause(on: boolean): Promise<void> {
    this.paused = on;
    this.#kept.clear();
    const turn = this.#turn;
    for (const { number } of on ? (this.view?.messages ?? []) : []) {
      const message = await this.#backend.tapped(number).catch(() => null);
      if (turn !== this.#turn || !this.paused) return;
      if (message) this.#kept.set(number, message);
    }
  }

  async #ask(turn: number, question: () => Promise<TapView | null>): Promise<void> {
    try {
      const view = await question();
      if (turn !== this.#turn) return;
      this.ended = view === null;
      if (view && !this.paused) {
        this.view = view;
        await this.#show(turn);
      }
      this.failure = "";
    } catch (error) {
      if (turn === this.#turn) this.failure = errorMessage(error);
    }
    if (turn !== this.#turn || this.ended) return;
    // Asked while it is paused too: a tap that nobody looks at ends.
    this.#timer = setTimeout(() => void this.#ask(turn, () => this.#backend.tap()), PAUSE_MS);
  }

  async #show(turn: number): Promise<void> {
    const number = this.chosen ?? this.view?.messages[0]?.number;
    if (number === undefined || this.message?.row.number === number) {
      this.gone = number !== undefined && !this.view?.messages.some((row) => row.number === number);
      return;
    }
    const message = this.#kept.get(number) ?? (await this.#backend.tapped(number));
    if (turn !== this.#turn) return;
    this.gone = message === null;
    if (message) this.message = message;
  }
}
