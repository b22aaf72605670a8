/** What a trend draws from: answers of history, each going on with the samples that have arrived since. */
import type { TrendRequest } from "../ipc/bindings/TrendRequest";
import type { Tail } from "../lib/columns";
import { LiveColumns } from "../lib/livecolumns";
import type { TrendColumns } from "../lib/trend";
import { aligned } from "../lib/window";
import type { SampleTable } from "./table";
import { type TrendAnswer, TrendFeed } from "./trendfeed";

/** Samples kept a signal while history answers: half a minute of the quickest frames. */
const TAIL_MAX = 600;

export class TrendData {
  readonly #feed: TrendFeed;
  readonly #live = new WeakSet<TrendRequest>();
  readonly #tails = new Map<number, Tail>();
  readonly #columns = new Map<number, LiveColumns>();
  /** Whether the newest answer reaches the present, so that live samples go on from it. */
  #open = false;

  constructor(
    query: (request: TrendRequest) => Promise<ArrayBuffer>,
    onAnswer: () => void,
    onError: (message: string) => void,
  ) {
    const take = (answer: TrendAnswer) => {
      this.#take(answer);
      onAnswer();
    };
    this.#feed = new TrendFeed(query, take, onError);
  }

  /** Asks for a range in so many columns, no sooner than `restMs` after the last question; `now` is the present. */
  want(
    keys: readonly number[],
    range: readonly [number, number],
    width: number,
    restMs: number,
    now: number,
  ): void {
    const request = { signals: [...keys], ...aligned(range[0], range[1], width) };
    if (request.t1 >= now) this.#live.add(request);
    this.#feed.want(request, restMs);
  }

  /** Other signals: what is under way answers a question nobody asks any more. */
  drop(): void {
    this.#feed.drop();
  }

  /** Another plant file: a key may mean another signal now. */
  forget(): void {
    this.#feed.drop();
    this.#tails.clear();
    this.#columns.clear();
  }

  close(): void {
    this.#feed.close();
  }

  columns(key: number): TrendColumns | undefined {
    return this.#columns.get(key)?.columns;
  }

  /** Keeps the newest samples of the signals; true when there were new ones. */
  collect(table: SampleTable, keys: readonly number[]): boolean {
    let some = false;
    for (const key of keys) {
      const time = table.time[key] ?? 0;
      if (time === 0) continue;
      let tail = this.#tails.get(key);
      if (!tail) {
        tail = { time: [], value: [], status: [] };
        this.#tails.set(key, tail);
      }
      if (time <= (tail.time.at(-1) ?? 0)) continue;
      // A sample without a number is kept too: it ends the trace.
      const value = table.number(key);
      const status = table.status[key] ?? 2;
      tail.time.push(time);
      tail.value.push(value);
      tail.status.push(status);
      if (tail.time.length > TAIL_MAX) shorten(tail, TAIL_MAX / 2);
      if (this.#open) this.#columns.get(key)?.add(time, value, status);
      some = true;
    }
    return some;
  }

  #take({ request, columns }: TrendAnswer): void {
    this.#open = this.#live.has(request);
    const width = (request.t1 - request.t0) / request.width;
    this.#columns.clear();
    for (const [key, base] of columns) {
      const going = new LiveColumns(base, width);
      const tail = this.#tails.get(key);
      this.#columns.set(key, going);
      if (!tail || !this.#open) continue;
      const known = tail.time.findIndex((time) => time > going.end);
      shorten(tail, known < 0 ? Math.max(0, tail.time.length - 1) : known);
      for (let i = 0; i < tail.time.length; i += 1)
        going.add(tail.time[i] ?? 0, tail.value[i] ?? Number.NaN, tail.status[i] ?? 2);
    }
  }
}

/** Forgets the first samples. */
function shorten(tail: Tail, count: number): void {
  for (const list of [tail.time, tail.value, tail.status]) list.splice(0, count);
}
