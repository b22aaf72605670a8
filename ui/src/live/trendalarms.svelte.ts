/** Alarms of what a trend shows: asked for in wide spans, and anew when one changes or another instant is shown. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AlarmsQuery } from "../ipc/bindings/AlarmsQuery";
import { ALL_KNOWN, type AlarmLane } from "../lib/spanalarms";

/** Alarms of one answer at most: more are not told apart on a screen. */
export const ALARMS_MAX = 500;
/** The picture of another range comes first. */
const AFTER_PICTURE_MS = 60;
/** Between two questions. */
const REST_MS = 400;
/** While the past is played, an answer for the instant before stands for so long. */
const LATE_MS = 250;
/** Around a range whose alarms do not fit into one answer, less is asked for. Parts of the range. */
const AROUND = 1;
const AROUND_MANY = 0.1;
/** Where they did not fit, a range so much shorter than what was asked for is asked for again. */
const CLOSER = 1.5;

/** Whose alarms. */
export type AlarmsOf = { asset: string } | { signals: readonly number[] };

interface Asked {
  of: string;
  t0: number;
  t1: number;
  /** The instant of the past that is shown, microseconds; null: the present. */
  at: number | null;
  /** Another one makes an answer old: alarms changed, or the plant. */
  stamp: readonly unknown[];
}

export class TrendAlarms {
  /** The last raised first. */
  rows: readonly AlarmRow[] = $state.raw([]);
  /** Why they are not known; empty when they are. */
  failure = $state("");
  /** How many more there are of what was answered. */
  #more = $state(0);
  #answered: Asked | null = $state.raw(null);
  /** The answer for the instant that is shown is not there after a moment. */
  #late = $state(false);
  readonly #backend: Pick<Backend, "alarmsWithin">;
  /** What is asked, or will be after a rest. */
  #asked: Asked | null = null;
  #query: AlarmsQuery | null = null;
  #running = false;
  #generation = 0;
  #began = Number.NEGATIVE_INFINITY;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #lateSoon: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Pick<Backend, "alarmsWithin">) {
    this.#backend = backend;
  }

  /** Asks for a range that is not within what was asked for; the newest wish only, one question at a time. */
  want(
    of: AlarmsOf,
    [t0, t1]: readonly [number, number],
    at: number | null,
    stamp: readonly unknown[],
  ): void {
    const wish: Asked = { of: JSON.stringify(of), t0, t1, at, stamp };
    const known = this.#asked;
    if (known?.of !== wish.of) this.#drop();
    else if (this.#covers(known, wish)) return;
    const signals = "signals" in of ? [...of.signals] : [];
    const asset = "asset" in of ? of.asset : null;
    const around = (t1 - t0) * (this.#more > 0 ? AROUND_MANY : AROUND);
    this.#asked = { ...wish, t0: t0 - around, t1: t1 + around };
    if (asset === null && signals.length === 0) {
      this.#answered = this.#asked;
      return;
    }
    this.#query = { asset, signals, t0: t0 - around, t1: t1 + around, at, behind: null, limit: ALARMS_MAX };
    this.#lateSoon ??= setTimeout(() => {
      this.#late = true;
    }, LATE_MS);
    if (this.#running) return;
    clearTimeout(this.#rest);
    const wait = Math.max(AFTER_PICTURE_MS, this.#began + REST_MS - performance.now());
    this.#rest = setTimeout(() => void this.#ask(), wait);
  }

  /** What is known of a range, for the instant that is shown. */
  lane(of: AlarmsOf, [t0, t1]: readonly [number, number], at: number | null): AlarmLane {
    if (this.failure !== "") return { state: "unknown", more: 0 };
    const known = this.#answered;
    const isOf = known?.of === JSON.stringify(of) && known.t0 <= t0 && known.t1 >= t1;
    const played = isOf && known.at !== null && at !== null && at > known.at && !this.#late;
    if (!isOf || !(known.at === at || played)) return { state: "asking", more: 0 };
    return this.#more > 0 ? { state: "known", more: this.#more } : ALL_KNOWN;
  }

  close(): void {
    this.#drop();
  }

  #covers(asked: Asked, wish: Asked): boolean {
    const same = asked.at === wish.at && asked.stamp.every((one, i) => one === wish.stamp[i]);
    if (!same || asked.t0 > wish.t0 || asked.t1 < wish.t1) return false;
    return this.#more === 0 || asked.t1 - asked.t0 <= CLOSER * (wish.t1 - wish.t0);
  }

  /** Others' alarms: what is under way answers a question nobody asks any more. */
  #drop(): void {
    clearTimeout(this.#rest);
    this.#generation += 1;
    this.#running = false;
    this.#asked = null;
    this.#query = null;
    this.#answered = null;
    this.#began = Number.NEGATIVE_INFINITY;
    this.rows = [];
    this.#more = 0;
    this.failure = "";
    this.#inTime();
  }

  #inTime(): void {
    clearTimeout(this.#lateSoon);
    this.#lateSoon = undefined;
    this.#late = false;
  }

  async #ask(): Promise<void> {
    const [asked, query] = [this.#asked, this.#query];
    if (!asked || !query) return;
    this.#query = null;
    this.#running = true;
    this.#began = performance.now();
    const generation = this.#generation;
    try {
      const page = await this.#backend.alarmsWithin(query);
      if (generation !== this.#generation) return;
      this.rows = page.rows;
      this.#more = page.more;
      this.#answered = asked;
      this.failure = "";
      if (this.#query === null) this.#inTime();
    } catch (error) {
      if (generation !== this.#generation) return;
      // The next wish asks again.
      if (this.#asked === asked) this.#asked = { ...asked, at: Number.NaN };
      this.failure = errorMessage(error);
    }
    this.#running = false;
    if (this.#query) this.#rest = setTimeout(() => void this.#ask(), REST_MS);
  }
}
