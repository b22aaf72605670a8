/** What a trend shows of time, and where a person has put cursor and marks. One for every trend on the screen. */
import type { Bounds } from "../lib/scale";
import { SPAN_FIRST, VIEW_FIRST, type ViewState } from "../lib/trendstate";
import { AHEAD, bounds, panned, pausedAt, remembered, type TimeWindow, zoomed } from "../lib/window";

/** Steps of one gesture, such as of a wheel, that come sooner one after the other are one step back. */
const GESTURE_MS = 700;

export type Mark = "a" | "b";

export class TrendView {
  window: TimeWindow = $state.raw(VIEW_FIRST.window);
  /** Ranges to go back to, the newest last. */
  before: readonly TimeWindow[] = $state.raw([]);
  /** Where the cursor stands, microseconds; null without one. */
  cursor: number | null = $state.raw(null);
  /** Marked instants, microseconds. */
  marks: { a: number | null; b: number | null } = $state.raw({ a: null, b: null });
  /** Stable id of the signal whose limits and normal band are shown; null: the first. */
  focus: string | null = $state.raw(null);
  /** The signal that is pointed at: the others step back. */
  pointed: number | null = $state.raw(null);
  /** Value axes whose scale a person has fixed, by their names; the others go by what is seen. */
  scales: ReadonlyMap<string, Bounds> = $state.raw(new Map());
  /** The span to follow again. */
  #followed = SPAN_FIRST;
  #touched = Number.NEGATIVE_INFINITY;
  readonly #now: () => number;
  readonly #stands: () => boolean;

  /** `now` gives the instant that is shown, microseconds; `stands`: whether it is of the past, and nothing behind it is shown. */
  constructor(now: () => number, stands: () => boolean, state = VIEW_FIRST) {
    this.#now = now;
    this.#stands = stands;
    this.#take(state);
  }

  /** What of it is kept over a restart, and in layout files. */
  get state(): ViewState {
    const { window, marks, focus, scales } = this;
    return { window, span: this.#followed, marks, focus, scales: Object.fromEntries(scales) };
  }

  /** Shows what was kept; the range of before can be gone back to. */
  put(state: ViewState): void {
    const { window } = this;
    this.#touched = Number.NEGATIVE_INFINITY;
    this.before = remembered(this.before, window);
    this.#take(state);
  }

  #take({ window, span, marks, focus, scales }: ViewState): void {
    this.window = window;
    this.#followed = window.mode === "follow" ? window.span : span;
    this.marks = marks;
    this.focus = focus;
    this.scales = new Map(Object.entries(scales));
  }

  get following(): boolean {
    return this.window.mode === "follow";
  }

  /** First and last instant shown. */
  bounds(): [number, number] {
    const now = this.#now();
    const [t0, t1] = bounds(this.window, now);
    return this.#stands() && t1 > now ? [now - (t1 - t0), now] : [t0, t1];
  }

  get #ahead(): number {
    return this.#stands() ? 0 : AHEAD;
  }

  /** Between the marks where both are set, else what is shown. */
  selection(): [number, number] {
    const { a, b } = this.marks;
    if (a === null || b === null) return this.bounds();
    const last = this.#stands() ? this.#now() : Number.POSITIVE_INFINITY;
    return [Math.min(a, b, last), Math.min(Math.max(a, b), last)];
  }

  /** What a person means when they write something down: the marked span, the instant of cursor or mark, or all that is shown. */
  meant(): [number, number] {
    const { a, b } = this.marks;
    if (a !== null && b !== null) return this.selection();
    const at = this.cursor ?? a ?? b;
    return at === null ? this.bounds() : [at, at];
  }

  get selected(): boolean {
    return this.marks.a !== null && this.marks.b !== null;
  }

  /** Shows another range; what was shown can be gone back to. */
  show(next: TimeWindow): void {
    const at = performance.now();
    if (at - this.#touched > GESTURE_MS) this.before = remembered(this.before, this.window);
    this.#touched = at;
    this.window = next;
  }

  zoomTo(t0: number, t1: number): void {
    this.#touched = Number.NEGATIVE_INFINITY;
    this.show(pausedAt(t0, t1, this.#now(), this.#ahead));
  }

  pan(part: number): void {
    this.show(panned(this.window, part, this.#now(), this.#ahead));
  }

  /** Scales around an instant; without one, around the cursor, the present or the middle. */
  scale(factor: number, at?: number): void {
    const [t0, t1] = this.bounds();
    const inside = this.cursor !== null && this.cursor >= t0 && this.cursor <= t1 ? this.cursor : null;
    const middle = inside ?? (this.following ? t1 : (t0 + t1) / 2);
    this.show(zoomed(this.window, factor, at ?? middle, this.#now(), this.#ahead));
  }

  follow(span: number): void {
    this.#followed = span;
    this.#touched = Number.NEGATIVE_INFINITY;
    this.show({ mode: "follow", span });
  }

  live(): void {
    this.follow(this.#followed);
  }

  back(): void {
    const last = this.before.at(-1);
    if (!last) return;
    this.before = this.before.slice(0, -1);
    this.#touched = Number.NEGATIVE_INFINITY;
    this.window = last;
    if (last.mode === "follow") this.#followed = last.span;
  }

  /** Fixes the scale of an axis; null: it goes by what is seen again. */
  fixScale(axis: string, bounds: Bounds | null): void {
    const scales = new Map(this.scales);
    if (bounds) scales.set(axis, bounds);
    else scales.delete(axis);
    this.scales = scales;
  }

  setMark(mark: Mark, at: number | null): void {
    this.marks = { ...this.marks, [mark]: at };
  }

  select(t0: number, t1: number): void {
    this.marks = { a: Math.min(t0, t1), b: Math.max(t0, t1) };
  }

  clearMarks(): void {
    this.marks = { a: null, b: null };
  }

  /** Sets a mark where the cursor is, else inside what is shown: first A, then B, then A anew. */
  mark(): void {
    const [t0, t1] = this.bounds();
    const { a, b } = this.marks;
    if (a !== null && b !== null) this.marks = { a: this.cursor ?? t0 + (t1 - t0) / 3, b: null };
    else if (a === null) this.setMark("a", this.cursor ?? t0 + (t1 - t0) / 3);
    else this.setMark("b", this.cursor ?? t0 + ((t1 - t0) * 2) / 3);
  }
}
