/**
 * An answer of history that goes on with what arrives live. Live samples are gathered in the answer's own columns, so
 * that their number stays that of the pixels and every extreme stays.
 */
import type { TrendColumns } from "./trend";

const FIELDS = ["tFirst", "tLast", "min", "max", "first", "last", "status"] as const;
type Arrays = Record<(typeof FIELDS)[number], Float64Array>;
/** Room for so many more columns at first. */
const ROOM = 64;

export class LiveColumns {
  readonly #key: number;
  /** Width of a column, microseconds. */
  readonly #column: number;
  #arrays: Arrays;
  #count: number;
  #view: TrendColumns | null = null;

  constructor(base: TrendColumns, column: number) {
    this.#key = base.key;
    this.#column = Math.max(1, column);
    this.#count = base.tFirst.length;
    const room = this.#count + ROOM;
    const copy = (from: Float64Array) => {
      const to = new Float64Array(room);
      to.set(from);
      return to;
    };
    this.#arrays = Object.fromEntries(FIELDS.map((name) => [name, copy(base[name])])) as Arrays;
  }

  /** All columns; the arrays may be written again with the next sample. */
  get columns(): TrendColumns {
    if (this.#view) return this.#view;
    const parts = FIELDS.map((name) => [name, this.#arrays[name].subarray(0, this.#count)]);
    this.#view = { key: this.#key, ...Object.fromEntries(parts) } as TrendColumns;
    return this.#view;
  }

  /** Time of the newest sample, microseconds; minus infinity when there is none. */
  get end(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : (this.#arrays.tLast[this.#count - 1] ?? 0);
  }

  /** Takes a sample in; one that is not newer than the newest is known already. */
  add(time: number, value: number, status: number): void {
    if (!(time > this.end)) return;
    const { tFirst, tLast, min, max, last, status: worst } = this.#arrays;
    const i = this.#count - 1;
    const cell = Math.floor(time / this.#column);
    if (i >= 0 && Math.floor((tFirst[i] ?? 0) / this.#column) === cell) {
      tLast[i] = time;
      last[i] = value;
      // Extremes are those of the numbers.
      if (!(value >= (min[i] ?? Number.NaN)) && !Number.isNaN(value)) min[i] = value;
      if (!(value <= (max[i] ?? Number.NaN)) && !Number.isNaN(value)) max[i] = value;
      worst[i] = Math.max(worst[i] ?? 0, status);
      return;
    }
    this.#append(time, value, status);
  }

  #append(time: number, value: number, status: number): void {
    if (this.#count === this.#arrays.tFirst.length) this.#grow();
    const at = this.#count;
    const { tFirst, tLast, min, max, first, last, status: worst } = this.#arrays;
    tFirst[at] = time;
    tLast[at] = time;
    min[at] = value;
    max[at] = value;
    first[at] = value;
    last[at] = value;
    worst[at] = status;
    this.#count += 1;
    this.#view = null;
  }

  #grow(): void {
    const wider = (from: Float64Array) => {
      const to = new Float64Array(from.length * 2 + ROOM);
      to.set(from);
      return to;
    };
    this.#arrays = Object.fromEntries(FIELDS.map((name) => [name, wider(this.#arrays[name])])) as Arrays;
  }
}
