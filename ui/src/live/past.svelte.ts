/** The past: which instant is shown, how a person gets there and back, and what happens meanwhile. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { RaisedView } from "../ipc/bindings/RaisedView";
import { MICROS_PER_DAY, MICROS_PER_MS, MICROS_PER_S } from "../lib/format";
import { t } from "../lib/text/text";
import { around, holding, STRIP_SPANS, type StripRange } from "../lib/timebar";
import { Keeper } from "./keeper";
import { stored } from "./stored";

/** What the past needs of the plant. */
export interface Present {
  /** The plant's clock, microseconds. */
  instant(): number;
  /** Alarms that wait now, whatever is shown. */
  unacknowledged(): readonly AlarmRow[];
  /** Shows the plant of a frame; false when nothing was recorded by then. */
  show(frame: ArrayBuffer): boolean;
  /** Shows the present again. */
  back(): void;
}

/** How much quicker than the clock the past can be played. */
export const SPEEDS = [1, 10, 60] as const;
const STORE = "twinscope.timebar";
const SHOWN = "twinscope.past";
const SLOW_MS = 1_000;
const PLAY_MS = 250;
/** Nearer to the present than this is the present; a step of a second leads away from it. */
const NEAR = MICROS_PER_S;
const NOBODY: ReadonlySet<string> = new Set();

export class Past {
  /** The instant that is shown, microseconds; null: the present. */
  shown: number | null = $state(null);
  /** The instant that was asked for, microseconds; null: the present. */
  wanted: number | null = $state(null);
  /** History has been asked for longer than a moment. */
  slow = $state(false);
  /** What went wrong, or why there is nowhere to go; empty when all is well. */
  told = $state("");
  /** Nothing was recorded before the instant that is shown. */
  empty = $state(false);
  /** How quickly it is played; 0: it stands still. */
  speed = $state(0);
  /** The plant's clock when the present was left, microseconds. */
  left = $state(0);
  strip: StripRange = $state.raw({ span: MICROS_PER_DAY, end: null });
  /** Alarms in the range of the strip. */
  marks: readonly RaisedView[] = $state.raw([]);
  /** Occurrences that waited when the present was left. */
  #known: ReadonlySet<string> = $state.raw(NOBODY);
  readonly #backend: Backend;
  readonly #present: Present;
  /**
   * The instant that was shown when the window was closed, microseconds; null: the present. A window that is opened shows the
   * present, whatever it showed before: nobody may take the plant of yesterday for that of now.
   */
  readonly before: number | null;
  readonly #keeper = new Keeper(SHOWN, () => (this.shown === null ? null : String(this.shown)));
  #asking = false;
  #answered: number | null = null;
  #playing: ReturnType<typeof setInterval> | undefined;
  #wantedMarks: [t0: number, t1: number, spans: number] | null = null;
  #readingMarks = false;

  constructor(backend: Backend, present: Present) {
    this.#backend = backend;
    this.#present = present;
    this.strip = { span: keptSpan(), end: null };
    const before = Number(stored(SHOWN) ?? Number.NaN);
    this.before = Number.isFinite(before) ? before : null;
    this.#keeper.now();
  }

  get on(): boolean {
    return this.shown !== null;
  }

  /** Alarms of now that did not wait yet when the present was left. */
  readonly news: readonly AlarmRow[] = $derived.by(() =>
    this.wanted === null ? [] : this.#present.unacknowledged().filter(({ id }) => !this.#known.has(id)),
  );

  go(at: number): void {
    const present = this.#present.instant();
    if (!Number.isFinite(at)) return;
    this.told = "";
    if (at > present - NEAR) {
      this.live();
      return;
    }
    if (this.wanted === null) {
      this.left = present;
      this.#known = new Set(this.#present.unacknowledged().map(({ id }) => id));
    }
    this.wanted = at;
    this.strip = holding(this.strip, at, present);
    void this.#ask();
  }

  /** Back to the present at once, whatever history is still asked for. */
  live(): void {
    this.pause();
    this.wanted = null;
    this.slow = false;
    this.told = "";
    this.empty = false;
    this.#answered = null;
    this.strip = { ...this.strip, end: null };
    if (this.shown === null) return;
    this.shown = null;
    this.#keeper.now();
    this.#present.back();
  }

  step(by: number): void {
    this.go((this.wanted ?? this.#present.instant()) + by);
  }

  /** To the next instant at which an alarm was raised. */
  async stepAlarm(later: boolean): Promise<void> {
    const from = this.wanted;
    try {
      const at = await this.#backend.raisedBeside(from ?? this.#present.instant(), later);
      if (this.wanted !== from) return;
      if (at !== null) this.go(at);
      else this.told = later ? t("past-no-later") : t("past-no-earlier");
    } catch (error) {
      this.told = errorMessage(error);
    }
  }

  /** The same instant once more: the plant is another. */
  again(): void {
    this.#answered = null;
    void this.#ask();
  }

  play(speed: number): void {
    this.pause();
    if (this.wanted === null) return;
    this.speed = speed;
    let before = performance.now();
    this.#playing = setInterval(() => {
      const now = performance.now();
      const by = (now - before) * MICROS_PER_MS * speed;
      before = now;
      // History that does not keep up is waited for, so that nothing is passed over unseen.
      if (this.wanted !== null && !this.slow && !document.hidden) this.go(this.wanted + by);
    }, PLAY_MS);
  }

  pause(): void {
    clearInterval(this.#playing);
    this.speed = 0;
  }

  /** Another span of the strip, around what is shown. */
  zoom(span: number): void {
    this.strip = around(span, this.wanted, this.#present.instant());
    try {
      localStorage.setItem(STORE, JSON.stringify({ span }));
    } catch {
      // Without storage it lasts as long as the window.
    }
  }

  /** Asks for the alarms of a range, in so many parts at most; one question at a time, the newest wish only. */
  async readMarks(t0: number, t1: number, spans: number): Promise<void> {
    this.#wantedMarks = [t0, t1, spans];
    if (this.#readingMarks) return;
    this.#readingMarks = true;
    try {
      while (this.#wantedMarks) {
        const wish: [number, number, number] = this.#wantedMarks;
        this.#wantedMarks = null;
        this.marks = await this.#backend.raised(...wish);
      }
    } catch {
      // Marks are a hint: they stay as they were, and are asked for again when the strip moves on.
    } finally {
      this.#readingMarks = false;
    }
  }

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let at = this.wanted; at !== null && at !== this.#answered; at = this.wanted) {
        const late = setTimeout(() => {
          this.slow = true;
        }, SLOW_MS);
        try {
          const frame = await this.#backend.plantAsOf(at);
          if (this.wanted !== null) this.#take(at, frame);
        } finally {
          clearTimeout(late);
          this.slow = false;
        }
      }
    } catch (error) {
      this.pause();
      this.wanted = this.shown;
      this.told = errorMessage(error);
    } finally {
      this.#asking = false;
    }
  }

  #take(at: number, frame: ArrayBuffer): void {
    this.#answered = at;
    this.shown = at;
    this.#keeper.soon();
    this.empty = !this.#present.show(frame);
  }
}

function keptSpan(): number {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "{}") as { span?: unknown };
    return STRIP_SPANS.find((span) => span === kept.span) ?? MICROS_PER_DAY;
  } catch {
    return MICROS_PER_DAY;
  }
}
