/**
 * Asks for trends without ever queueing: one query at a time, the newest wish only, a rest between queries, and answers
 * to a question that nobody asks any more are dropped.
 */

import { errorMessage } from "../ipc/backend";
import type { TrendRequest } from "../ipc/bindings/TrendRequest";
import { t } from "../lib/text/text";
import { decodeTrend, type TrendColumns } from "../lib/trend";

/** A query that takes longer is given up. */
const PATIENCE_MS = 10_000;

export interface TrendAnswer {
  request: TrendRequest;
  columns: Map<number, TrendColumns>;
}

export class TrendFeed {
  readonly #query: (request: TrendRequest) => Promise<ArrayBuffer>;
  readonly #onAnswer: (answer: TrendAnswer) => void;
  readonly #onError: (message: string) => void;
  /** The newest wish; its rest is the least of those that wait, and never that of the query under way. */
  #wanted: TrendRequest | null = null;
  #restMs = 0;
  #running = 0;
  #generation = 0;
  #began = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(
    query: (request: TrendRequest) => Promise<ArrayBuffer>,
    onAnswer: (answer: TrendAnswer) => void,
    onError: (message: string) => void,
  ) {
    this.#query = query;
    this.#onAnswer = onAnswer;
    this.#onError = onError;
  }

  /** Wishes for a range, no sooner than `restMs` after the last query began. Replaces an older wish. */
  want(request: TrendRequest, restMs: number): void {
    if (this.#closed || request.signals.length === 0) return;
    this.#restMs = this.#wanted ? Math.min(this.#restMs, restMs) : restMs;
    this.#wanted = request;
    if (this.#running !== 0) return;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#began + this.#restMs - performance.now());
    this.#timer = setTimeout(() => void this.#run(), wait);
  }

  /** Forgets the wish and the answer under way: the signals changed. */
  drop(): void {
    this.#generation += 1;
    this.#running = 0;
    this.#wanted = null;
    this.#began = Number.NEGATIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  close(): void {
    this.drop();
    this.#closed = true;
  }

  async #run(): Promise<void> {
    const request = this.#wanted;
    if (!request) return;
    this.#wanted = null;
    this.#generation += 1;
    const generation = this.#generation;
    this.#running = generation;
    this.#began = performance.now();
    const giveUp = setTimeout(() => {
      if (this.#running !== generation) return;
      this.#generation += 1;
      this.#running = 0;
      this.#onError(t("trend-unanswered"));
    }, PATIENCE_MS);
    try {
      const answer = await this.#query(request);
      if (generation === this.#generation) this.#onAnswer({ request, columns: decodeTrend(answer) });
    } catch (error) {
      if (generation === this.#generation) this.#onError(errorMessage(error));
    } finally {
      clearTimeout(giveUp);
      if (this.#running === generation) this.#running = 0;
      if (this.#wanted && this.#running === 0) this.want(this.#wanted, this.#restMs);
    }
  }
}
