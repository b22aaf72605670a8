/** Lists that are renewed while a person points at them. */

export interface Steady<T> {
  rows: readonly T[];
  /** Keys of rows that the newest list has no more; shown until the list is let go. */
  gone: ReadonlySet<string>;
  /** How many of the newest list are held back. */
  waiting: number;
}

/**
 * What to show after `next` came. A held list keeps its rows and their places, renews what they say, and holds back what is
 * new; a list that is let go is the newest one.
 */
export function steady<T>(
  shown: readonly T[],
  next: readonly T[],
  key: (row: T) => string,
  held: boolean,
): Steady<T> {
  if (!held || shown.length === 0) return { rows: next, gone: new Set(), waiting: 0 };
  const newest = new Map(next.map((row) => [key(row), row]));
  const gone = new Set<string>();
  const rows = shown.map((row) => {
    const id = key(row);
    const renewed = newest.get(id);
    if (renewed === undefined) gone.add(id);
    else newest.delete(id);
    return renewed ?? row;
  });
  return { rows, gone, waiting: newest.size };
}
