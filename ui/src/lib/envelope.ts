/**
 * A trace as what it covers in every pixel column: first the line, then the spread between the extremes of what lies in
 * that column. Columns of a trend, however many, become one stroke a pixel; none of their extremes is left out.
 */
import { middleOf, runs } from "./columns";
import { type Raster, stroke } from "./raster";
import type { TrendColumns } from "./trend";

/** From time and value to pixels of the picture. */
export interface Frame {
  t0: number;
  /** Pixels a microsecond. */
  perMicro: number;
  low: number;
  /** Pixels a unit. */
  perUnit: number;
  /** Row of `low`, pixels from the top. */
  base: number;
}

/** Length of a dash and of the gap behind it, pixels. */
export interface Dash {
  on: number;
  off: number;
}

export class Envelope {
  #top = new Float32Array(0);
  #bottom = new Float32Array(0);
  #spreadTop = new Float32Array(0);
  #spreadBottom = new Float32Array(0);
  /** Whether something of doubtful quality lies in the pixel column. */
  #doubtful = new Uint8Array(0);
  /** Single samples between gaps, as pairs x, y. */
  readonly dots: number[] = [];
  #half = 0.7;

  /** Takes a trace in. `now` ends the step behind its last sample, `thick` is the line's width in pixels. */
  take(
    width: number,
    columns: TrendColumns,
    frame: Frame,
    staleMicros: number,
    step: boolean,
    now: number,
    thick: number,
  ): void {
    this.#reset(width);
    this.#half = thick / 2;
    const { t0, perMicro, low, perUnit, base } = frame;
    const n = columns.tFirst.length;
    const t1 = t0 + width / perMicro;
    for (const run of runs(columns, staleMicros)) {
      if ((columns.tFirst[run.from] ?? 0) > t1 && !run.joined) continue;
      const before = run.joined ? run.from - 1 : -1;
      const middle = (i: number) => ((columns.tFirst[i] ?? 0) + (columns.tLast[i] ?? 0)) / 2;
      // Where the line comes from: the exit of the run before, unless something is missing between them.
      let x = before < 0 ? -1 : ((step ? (columns.tLast[before] ?? 0) : middle(before)) - t0) * perMicro;
      let y =
        before < 0
          ? 0
          : base - ((step ? (columns.last[before] ?? 0) : middleOf(columns, before)) - low) * perUnit;
      for (let i = run.from; i <= run.to; i += 1) {
        const xEntry = ((step ? (columns.tFirst[i] ?? 0) : middle(i)) - t0) * perMicro;
        const yEntry = base - ((step ? (columns.first[i] ?? 0) : middleOf(columns, i)) - low) * perUnit;
        if (i > run.from || before >= 0) {
          this.#segment(x, y, xEntry, step ? y : yEntry, run.status);
          if (step) this.#segment(xEntry, y, xEntry, yEntry, run.status);
        }
        x = xEntry;
        y = yEntry;
        if (step && columns.tLast[i] !== columns.tFirst[i]) {
          const yExit = base - ((columns.last[i] ?? 0) - low) * perUnit;
          x = ((columns.tLast[i] ?? 0) - t0) * perMicro;
          this.#segment(xEntry, y, x, y, run.status);
          this.#segment(x, y, x, yExit, run.status);
          y = yExit;
        }
        const [min, max] = [columns.min[i] ?? 0, columns.max[i] ?? 0];
        if (min === max) continue;
        const at = (middle(i) - t0) * perMicro;
        this.#spread(at, base - (max - low) * perUnit, base - (min - low) * perUnit, run.status);
      }
      if (step && run.to === n - 1) {
        const until = Math.min(now, (columns.tLast[run.to] ?? 0) + staleMicros);
        this.#segment(x, y, (until - t0) * perMicro, y, run.status);
      } else if (run.from === run.to && !run.joined && x >= 0 && x < width) this.dots.push(x, y);
    }
  }

  /** Paints what was taken in. `phase` ties the dashes of doubtful parts to time. */
  paint(
    raster: Raster,
    colour: number,
    look: { alpha: number; phase: number; dash: Dash; pattern: Dash | null },
  ): void {
    const width = Math.min(raster.width, this.#top.length);
    const { alpha, dash, pattern } = look;
    for (let x = raster.from ?? 0; x < width; x += 1) {
      const doubtful = this.#doubtful[x] === 1;
      const strength = alpha * (doubtful ? 0.5 : 1);
      const spreadTop = this.#spreadTop[x] ?? 0;
      const spreadBottom = this.#spreadBottom[x] ?? 0;
      if (spreadBottom >= spreadTop) stroke(raster, x, spreadTop, spreadBottom, colour, strength * 0.5);
      const top = this.#top[x] ?? 0;
      const bottom = this.#bottom[x] ?? 0;
      if (bottom < top) continue;
      const style = doubtful ? dash : pattern;
      if (style && (x + look.phase) % (style.on + style.off) >= style.on) continue;
      stroke(raster, x, top, bottom, colour, strength);
    }
  }

  #reset(width: number): void {
    if (this.#top.length !== width) {
      this.#top = new Float32Array(width);
      this.#bottom = new Float32Array(width);
      this.#spreadTop = new Float32Array(width);
      this.#spreadBottom = new Float32Array(width);
      this.#doubtful = new Uint8Array(width);
    }
    this.#top.fill(Number.POSITIVE_INFINITY);
    this.#bottom.fill(Number.NEGATIVE_INFINITY);
    this.#spreadTop.fill(Number.POSITIVE_INFINITY);
    this.#spreadBottom.fill(Number.NEGATIVE_INFINITY);
    this.#doubtful.fill(0);
    this.dots.length = 0;
  }

  /** A straight part of the line, from left to right. */
  #segment(x0: number, y0: number, x1: number, y1: number, status: number): void {
    const width = this.#top.length;
    if (x1 < 0 || x0 >= width || !(x1 >= x0)) return;
    const length = x1 - x0;
    if (length < 1e-6) {
      this.#cover(Math.floor(x0), (y0 + y1) / 2, Math.abs(y1 - y0) / 2 + this.#half, status);
      return;
    }
    const slope = (y1 - y0) / length;
    // As thick across its direction as a level line is, and never with a hole between neighbouring columns.
    const across = this.#half * Math.sqrt(1 + Math.min(1, slope * slope));
    const from = Math.max(0, Math.floor(x0));
    const to = Math.min(width - 1, Math.floor(x1));
    for (let x = from; x <= to; x += 1) {
      const a = y0 + slope * (Math.max(x0, x) - x0);
      const b = y0 + slope * (Math.min(x1, x + 1) - x0);
      const rise = Math.abs(b - a) / 2;
      this.#cover(x, (a + b) / 2, Math.max(across, rise + 0.6 * this.#half), status);
    }
  }

  #cover(x: number, middle: number, half: number, status: number): void {
    if (x < 0 || x >= this.#top.length) return;
    if (middle - half < (this.#top[x] ?? 0)) this.#top[x] = middle - half;
    if (middle + half > (this.#bottom[x] ?? 0)) this.#bottom[x] = middle + half;
    if (status !== 0) this.#doubtful[x] = 1;
  }

  /** From the highest to the lowest value of a column: at least a pixel, so that it is seen. */
  #spread(at: number, top: number, bottom: number, status: number): void {
    const x = Math.floor(at);
    if (x < 0 || x >= this.#top.length) return;
    const short = Math.max(0, 1 - (bottom - top)) / 2;
    if (top - short < (this.#spreadTop[x] ?? 0)) this.#spreadTop[x] = top - short;
    if (bottom + short > (this.#spreadBottom[x] ?? 0)) this.#spreadBottom[x] = bottom + short;
    if (status !== 0) this.#doubtful[x] = 1;
  }
}
