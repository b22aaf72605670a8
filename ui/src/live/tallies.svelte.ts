/**
 * How much there was of what an alarm about Twinscope itself counts, once that alarm is over. Its signal counts from the
 * beginning of the alarm on, so the largest of its samples until the return is all of it; history has them.
 */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { TrendRequest } from "../ipc/bindings/TrendRequest";
import { decodeTrend } from "../lib/trend";

/** Most that are known, and most that wait for an answer; beyond, the oldest go. */
const KNOWN_MAX = 1_000;
const WAITING_MAX = 100;

type Query = (request: TrendRequest) => Promise<ArrayBuffer>;

export class Tallies {
  /** NaN: history does not have it any more. */
  #known: ReadonlyMap<string, number> = $state.raw(new Map());
  readonly #waiting = new Map<string, TrendRequest>();
  readonly #query: Query;
  #asking = false;

  constructor(query: Query) {
    this.#query = query;
  }

  /** Undefined while it is not known; then it is asked for, and who reads this hears of the answer. */
  of(alarm: AlarmRow): number | undefined {
    const { id, raised_at, returned_at, signal } = alarm;
    if (returned_at === null || !(returned_at > raised_at)) return undefined;
    const name = `${id} ${returned_at}`;
    const known = this.#known.get(name);
    if (known !== undefined) return Number.isNaN(known) ? undefined : known;
    this.#waiting.set(name, { signals: [signal], t0: raised_at, t1: returned_at, width: 1 });
    const oldest = this.#waiting.keys().next();
    if (this.#waiting.size > WAITING_MAX && !oldest.done) this.#waiting.delete(oldest.value);
    void this.#ask();
    return undefined;
  }

  /** One question at a time, the newest first. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    // Whoever reads this now is done reading before anything changes.
    await Promise.resolve();
    for (let next = newest(this.#waiting); next; next = newest(this.#waiting)) {
      const [name, request] = next;
      this.#waiting.delete(name);
      try {
        this.#keep(name, mostWithin(request, await this.#query(request)));
      } catch {
        // It is asked for again when it is shown again.
      }
    }
    this.#asking = false;
  }

  #keep(name: string, most: number): void {
    const kept = [...this.#known].slice(-(KNOWN_MAX - 1));
    this.#known = new Map([...kept, [name, Number.isFinite(most) ? most : Number.NaN]]);
  }
}

/** An answer has a column before its range and one behind, too. */
function mostWithin({ t0, t1 }: TrendRequest, answer: ArrayBuffer): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const { tFirst, max } of decodeTrend(answer).values())
    for (const [i, at] of tFirst.entries()) if (at >= t0 && at < t1) most = Math.max(most, max[i] ?? most);
  return most;
}

function newest<K, V>(of: ReadonlyMap<K, V>): [K, V] | undefined {
  return [...of].at(-1);
}
