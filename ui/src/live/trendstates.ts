/** What the bands of a trend are drawn from: states as history answers, going on with the samples that have arrived since. */
import { errorMessage } from "../ipc/backend";
import type { StateBand } from "../ipc/bindings/StateBand";
import type { TrendRequest } from "../ipc/bindings/TrendRequest";
import { type BandRun, goOn, runsOfBand } from "../lib/bands";
import { MICROS_PER_MS } from "../lib/format";
import { aligned } from "../lib/window";
import { KIND_TEXT } from "./frame";
import type { SampleTable } from "./table";

/** Columns at most that states are told apart by: words and bands need no more. */
const WIDTH_MAX = 1_200;
const NOTHING: readonly BandRun[] = [];
/** Samples kept a signal while history answers. */
const TAIL_MAX = 200;

export interface StateSignal {
  key: number;
  stale_after_ms: number;
}

export class TrendStates {
  readonly #query: (request: TrendRequest) => Promise<StateBand[]>;
  readonly #onAnswer: () => void;
  readonly #onError: (message: string) => void;
  readonly #runs = new Map<number, BandRun[]>();
  /** The newest samples, which an answer under way may not have. */
  readonly #tails = new Map<number, BandRun[]>();
  #signals: readonly StateSignal[] = [];
  /** The newest wish while a question is under way. */
  #wanted: TrendRequest | null = null;
  #running = false;
  #generation = 0;
  #began = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    query: (request: TrendRequest) => Promise<StateBand[]>,
    onAnswer: () => void,
    onError: (message: string) => void,
  ) {
    this.#query = query;
    this.#onAnswer = onAnswer;
    this.#onError = onError;
  }

  /** Asks for a range, no sooner than `restMs` after the last question; the newest wish only. */
  want(
    signals: readonly StateSignal[],
    range: readonly [number, number],
    width: number,
    restMs: number,
  ): void {
    this.#signals = signals;
    if (signals.length === 0) return;
    const keys = signals.map(({ key }) => key);
    this.#wanted = { signals: keys, ...aligned(range[0], range[1], Math.min(WIDTH_MAX, width)) };
    if (this.#running) return;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#began + restMs - performance.now());
    this.#timer = setTimeout(() => void this.#ask(), wait);
  }

  /** Another plant, or other signals: what is under way answers a question nobody asks any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#generation += 1;
    this.#running = false;
    this.#wanted = null;
    this.#began = Number.NEGATIVE_INFINITY;
    this.#runs.clear();
    this.#tails.clear();
  }

  runs(key: number): readonly BandRun[] {
    return this.#runs.get(key) ?? NOTHING;
  }

  /** Goes on with the newest samples; true when there were new ones. */
  collect(table: SampleTable): boolean {
    let some = false;
    for (const { key, stale_after_ms } of this.#signals) {
      const time = table.time[key] ?? 0;
      const tail = this.#tails.get(key) ?? [];
      if (time === 0 || time <= (tail.at(-1)?.t1 ?? 0)) continue;
      const status = table.status[key] ?? 2;
      const known = table.kind[key] === KIND_TEXT && status < 2;
      const run = {
        t0: time,
        t1: time,
        word: known ? (table.text[key] ?? "") : null,
        several: false,
        status,
      };
      tail.push(run);
      if (tail.length > TAIL_MAX) tail.splice(0, TAIL_MAX / 2);
      this.#tails.set(key, tail);
      const runs = this.#runs.get(key);
      if (runs && time > (runs.at(-1)?.t1 ?? 0)) goOn(runs, { ...run }, stale_after_ms * MICROS_PER_MS);
      some = true;
    }
    return some;
  }

  async #ask(): Promise<void> {
    const request = this.#wanted;
    if (!request) return;
    this.#wanted = null;
    this.#running = true;
    this.#began = performance.now();
    const generation = this.#generation;
    try {
      const bands = await this.#query(request);
      if (generation !== this.#generation) return;
      this.#take(bands, request.t1);
      this.#onAnswer();
    } catch (error) {
      if (generation === this.#generation) this.#onError(errorMessage(error));
    }
    if (generation !== this.#generation) return;
    this.#running = false;
    if (this.#wanted) void this.#ask();
  }

  #take(bands: readonly StateBand[], t1: number): void {
    this.#runs.clear();
    for (const band of bands) {
      const runs = runsOfBand(band);
      const stale = this.#signals.find(({ key }) => key === band.signal)?.stale_after_ms ?? 0;
      for (const run of this.#tails.get(band.signal) ?? []) {
        // Behind a range that ended before the present lies what it does not show.
        if (run.t0 > (runs.at(-1)?.t1 ?? 0) && run.t0 <= t1) goOn(runs, { ...run }, stale * MICROS_PER_MS);
      }
      this.#runs.set(band.signal, runs);
    }
  }
}
