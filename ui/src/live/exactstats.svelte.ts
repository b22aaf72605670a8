/**
 * Statistics from every sample of a span that stands still. The program reads them in a task of its own, which tells how far
 * it is, and ends when nobody wants its answer any more.
 */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { SignalView } from "../ipc/bindings/SignalView";
import type { StatisticsView } from "../ipc/bindings/StatisticsView";
import { exactOf, type Statistics } from "../lib/statistics";

/** Quicker changes of the span are one wish; picture and columns come first. */
const RESTED_MS = 350;
const POLL_MS = 200;
/** Work that takes longer is told. */
const SLOW_MS = 1_000;
const NOTHING: ReadonlyMap<number, Statistics> = new Map();

type Asked = Pick<Backend, "startStatistics" | "statistics" | "cancelStatistics">;
export type ExactState = "none" | "running" | "done" | "cancelled" | "too-long" | "failed";

export class ExactStats {
  /** By key of the signal; those that are not known stand in nothing. */
  rows: ReadonlyMap<number, Statistics> = $state.raw(NOTHING);
  state: ExactState = $state("none");
  /** Why there are none, where that is known. */
  failure = $state("");
  /** How much is done, 0 to 1. */
  part = $state(0);
  /** It takes longer than a moment. */
  slow = $state(false);
  /** Some samples are gone, and only rollups know of them. */
  gone = $state(false);
  readonly #backend: Asked;
  #key = "";
  #run: (() => void) | null = null;
  #generation = 0;
  #number: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Asked) {
    this.#backend = backend;
  }

  /** Wishes for a span that stands still; null while it moves. */
  want(signals: readonly SignalView[], range: readonly [number, number] | null): void {
    const key = range && signals.length > 0 ? JSON.stringify([signals.map(({ key }) => key), range]) : "";
    if (key === this.#key) return;
    this.#end("none");
    this.#key = key;
    this.#run = range && key !== "" ? () => void this.#ask(signals, range) : null;
    if (this.#run) this.#timer = setTimeout(this.#run, RESTED_MS);
  }

  cancel(): void {
    const { rows, gone } = this;
    this.#end("cancelled");
    // What is done stays.
    this.rows = rows;
    this.gone = gone;
  }

  /** Once more, after it was cancelled. */
  again(): void {
    this.#end("none");
    this.#run?.();
  }

  close(): void {
    this.#end("none");
    this.#key = "";
    this.#run = null;
  }

  #end(state: ExactState): void {
    clearTimeout(this.#timer);
    this.#generation += 1;
    if (this.#number !== null) void this.#backend.cancelStatistics(this.#number).catch(() => {});
    this.#number = null;
    this.rows = NOTHING;
    this.state = state;
    this.failure = "";
    this.part = 0;
    this.slow = false;
    this.gone = false;
  }

  async #ask(signals: readonly SignalView[], [t0, t1]: readonly [number, number]): Promise<void> {
    const generation = this.#generation;
    const current = () => generation === this.#generation;
    const slowly = setTimeout(() => {
      this.slow = current() && this.state === "running";
    }, SLOW_MS);
    this.state = "running";
    try {
      const request = { signals: signals.map(({ key }) => key), t0, t1 };
      let view = await this.#backend.startStatistics(request);
      if (!current()) {
        await this.#backend.cancelStatistics(view.number);
        return;
      }
      this.#number = view.number;
      this.#take(view);
      while (view.running) {
        await new Promise((done) => setTimeout(done, POLL_MS));
        if (!current()) return;
        view = await this.#backend.statistics(view.number);
        if (!current()) return;
        this.#take(view);
      }
    } catch (error) {
      if (!current()) return;
      this.state = "failed";
      this.failure = errorMessage(error);
    } finally {
      clearTimeout(slowly);
    }
  }

  #take(view: StatisticsView): void {
    const whole = view.rows.filter(({ gone }) => gone === 0);
    if (whole.length !== this.rows.size) this.rows = new Map(whole.map((row) => [row.signal, exactOf(row)]));
    this.gone = whole.length < view.rows.length;
    this.part = view.part;
    if (view.running) return;
    this.#number = null;
    this.state = view.failure ? "failed" : view.too_long ? "too-long" : "done";
    if (view.failure)
      this.failure = errorMessage({ message: view.failure.text, sentences: view.failure.sentences });
  }
}
