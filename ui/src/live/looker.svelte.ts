/** One look at the other side of a connection at a time: begun, asked about while it goes on, cancelled. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import type { LookView } from "../ipc/bindings/LookView";

const ASK_MS = 250;
/** A look goes on when a question about it fails: it is asked again so often. */
const FAILURES_MAX = 10;

export class Looker {
  /** The look that goes on, or the last one. */
  view = $state.raw<LookView | null>(null);
  /** What is or was looked at. */
  request = $state.raw<LookRequest | null>(null);
  /** Why it could not be begun, or is not heard of any more; empty when all is well. */
  failure = $state("");
  /** Between the click and the answer that it has begun. */
  #starting = $state(false);
  readonly #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** Grows with each look and each end: what comes of an older one is not taken. */
  #turn = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get running(): boolean {
    return this.#starting || this.view?.running === true;
  }

  async start(request: LookRequest): Promise<void> {
    if (this.running) return;
    this.#turn += 1;
    const turn = this.#turn;
    [this.view, this.request, this.failure, this.#failures] = [null, request, "", 0];
    this.#starting = true;
    try {
      const view = await this.#backend.startLook(request);
      if (turn === this.#turn) this.#take(view, turn);
      else await this.#backend.cancelLook(view.number);
    } catch (error) {
      if (turn === this.#turn) this.failure = errorMessage(error);
    } finally {
      if (turn === this.#turn) this.#starting = false;
    }
  }

  /** Ends the look; what it found until then is not known. */
  cancel(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#starting = false;
    const { view } = this;
    this.view = null;
    this.request = null;
    // One that has ended already is forgotten by the next.
    if (view) this.#backend.cancelLook(view.number).catch(() => {});
  }

  #take(view: LookView, turn: number): void {
    this.view = view;
    clearTimeout(this.#timer);
    if (view.running) this.#timer = setTimeout(() => void this.#ask(view.number, turn), ASK_MS);
  }

  async #ask(number: number, turn: number): Promise<void> {
    try {
      const view = await this.#backend.look(number);
      this.#failures = 0;
      if (turn === this.#turn) this.#take(view, turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#failures += 1;
      if (this.#failures < FAILURES_MAX) {
        this.#timer = setTimeout(() => void this.#ask(number, turn), ASK_MS);
        return;
      }
      this.view = null;
      this.failure = errorMessage(error);
    }
  }
}
