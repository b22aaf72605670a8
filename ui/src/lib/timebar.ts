/** The strip of the time bar: which range it shows. All instants and spans in microseconds. */
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_S } from "./format";

export const STRIP_SPANS = [
  MICROS_PER_HOUR,
  8 * MICROS_PER_HOUR,
  MICROS_PER_DAY,
  7 * MICROS_PER_DAY,
  30 * MICROS_PER_DAY,
] as const;

/** What the strip shows: so long a span, up to `end`; null: up to the present, and on with it. */
export interface StripRange {
  span: number;
  end: number | null;
}

export function stripBounds({ span, end }: StripRange, present: number): [number, number] {
  const last = end === null ? present : Math.min(end, present);
  return [last - span, last];
}

/** The same span where it holds `at`; as it was when it does so already. */
export function holding(range: StripRange, at: number, present: number): StripRange {
  const [t0, t1] = stripBounds(range, present);
  return at >= t0 && at <= t1 ? range : around(range.span, at, present);
}

/** A span with `at` in its middle, as far as there is time behind it. */
export function around(span: number, at: number | null, present: number): StripRange {
  const end = at === null ? present : at + span / 2;
  return { span, end: end >= present ? null : end };
}

/** The instant under a pixel, a whole second where pixels are no finer; on a mark that is no further than `reach` pixels, exactly that. */
export function instantAt(
  x: number,
  width: number,
  [t0, t1]: readonly [number, number],
  marks: readonly { at: number }[],
  reach: number,
): number {
  const column = (t1 - t0) / Math.max(1, width);
  const under = Math.min(t1, Math.max(t0, t0 + x * column));
  const at = column >= MICROS_PER_S ? Math.floor(under / MICROS_PER_S) * MICROS_PER_S : under;
  let best = at;
  let distance = reach * column;
  for (const mark of marks) {
    const apart = Math.abs(mark.at - at);
    if (apart <= distance) [best, distance] = [mark.at, apart];
  }
  return best;
}
