/**
 * Markers that would cover one another are shown as one. Which ones these are depends on where they are and on the scale,
 * never on states: a marker stands still when an alarm comes.
 */
import type { Point } from "../picture/viewport";

export interface Marker extends Point {
  id: string;
  /** The worst first: see `assetRank`. */
  rank: number;
}

export interface Cluster<T extends Marker> extends Point {
  /** Of its first member; stays while that is there. */
  id: string;
  /** The worst first. */
  members: T[];
}

/** `reach`: markers closer than so many pixels are one. `scale`: pixels a unit. In the order of the markers. */
export function clustered<T extends Marker>(
  markers: readonly T[],
  scale: number,
  reach: number,
): Cluster<T>[] {
  const cell = reach / scale;
  const grid = new Map<string, Cluster<T>[]>();
  const clusters: Cluster<T>[] = [];
  for (const marker of markers) {
    const [column, row] = [Math.floor(marker.x / cell), Math.floor(marker.y / cell)];
    const near = nearest(grid, marker, column, row, cell);
    if (near) {
      near.members.push(marker);
      continue;
    }
    const made = { id: marker.id, x: marker.x, y: marker.y, members: [marker] };
    clusters.push(made);
    const key = `${column}:${row}`;
    const here = grid.get(key);
    if (here) here.push(made);
    else grid.set(key, [made]);
  }
  for (const { members } of clusters) if (members.length > 1) members.sort((a, b) => a.rank - b.rank);
  return clusters;
}

function nearest<T extends Marker>(
  grid: ReadonlyMap<string, Cluster<T>[]>,
  { x, y }: Point,
  column: number,
  row: number,
  reach: number,
): Cluster<T> | null {
  let [found, best]: [Cluster<T> | null, number] = [null, reach];
  for (let i = column - 1; i <= column + 1; i += 1) {
    for (let j = row - 1; j <= row + 1; j += 1) {
      for (const cluster of grid.get(`${i}:${j}`) ?? []) {
        const distance = Math.hypot(cluster.x - x, cluster.y - y);
        if (distance < best) [found, best] = [cluster, distance];
      }
    }
  }
  return found;
}

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";
const WAYS: Record<Direction, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest one in a direction; what lies aside of it counts as further away. Null where there is none. */
export function towards<T extends Point>(all: readonly T[], from: Point, key: Direction): T | null {
  const [wx, wy] = WAYS[key];
  let [found, best]: [T | null, number] = [null, Infinity];
  for (const one of all) {
    const [dx, dy] = [one.x - from.x, one.y - from.y];
    const along = dx * wx + dy * wy;
    const aside = Math.abs(dx * wy) + Math.abs(dy * wx);
    if (along <= 0 || aside > along * 2) continue;
    const distance = along + aside * 2;
    if (distance < best) [found, best] = [one, distance];
  }
  return found;
}

export interface Label extends Point {
  /** Index of the cluster that it names. */
  of: number;
  text: string;
  /** Of `x`: where the text begins, ends, or has its middle. */
  align: "left" | "right" | "center";
}

/** Room that a marker takes, pixels around its middle. */
const MARK = 11;
const HIGH = 15;
const SIDES = ["left", "right", "center"] as const;

/**
 * Names beside markers where they cover neither another marker nor another name; in pixels from the ground's origin.
 * `wide` measures a text.
 */
export function labelled<T extends Marker>(
  clusters: readonly Cluster<T>[],
  scale: number,
  nameOf: (cluster: Cluster<T>) => string,
  wide: (text: string) => number,
): Label[] {
  const taken = new Rooms();
  for (const { x, y } of clusters) taken.take(x * scale - MARK, y * scale - MARK, 2 * MARK, 2 * MARK);
  const labels: Label[] = [];
  const order = clusters.map((_, i) => i);
  order.sort((a, b) => (clusters[a]?.members[0]?.rank ?? 0) - (clusters[b]?.members[0]?.rank ?? 0) || a - b);
  for (const of of order) {
    const cluster = clusters[of];
    const text = cluster ? nameOf(cluster) : "";
    if (!cluster || text === "") continue;
    const [x, y, width] = [cluster.x * scale, cluster.y * scale, wide(text)];
    for (const align of SIDES) {
      const side = align === "left" ? MARK + 3 : align === "right" ? -MARK - 3 : 0;
      const below = align === "center" ? MARK + HIGH / 2 : 0;
      const left = align === "left" ? x + side : align === "right" ? x + side - width : x - width / 2;
      const top = y + below - HIGH / 2;
      if (!taken.isFree(left, top, width, HIGH)) continue;
      taken.take(left, top, width, HIGH);
      labels.push({ of, text, align, x: x + side, y: y + below });
      break;
    }
  }
  return labels;
}

/** Rectangles that are taken, found by where they are. */
class Rooms {
  static readonly #CELL = 64;
  readonly #cells = new Map<string, [number, number, number, number][]>();

  take(x: number, y: number, width: number, height: number): void {
    for (const key of this.#keys(x, y, width, height)) {
      const cell = this.#cells.get(key);
      if (cell) cell.push([x, y, width, height]);
      else this.#cells.set(key, [[x, y, width, height]]);
    }
  }

  isFree(x: number, y: number, width: number, height: number): boolean {
    return !this.#keys(x, y, width, height).some((key) =>
      this.#cells.get(key)?.some(([left, top, wide, high]) => {
        return x < left + wide && left < x + width && y < top + high && top < y + height;
      }),
    );
  }

  #keys(x: number, y: number, width: number, height: number): string[] {
    const keys: string[] = [];
    const at = (value: number) => Math.floor(value / Rooms.#CELL);
    for (let i = at(x); i <= at(x + width); i += 1)
      for (let j = at(y); j <= at(y + height); j += 1) keys.push(`${i}:${j}`);
    return keys;
  }
}
