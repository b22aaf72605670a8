/** The pages of the wall: which assets, how large, and in which order the pages come. Lengths in CSS pixels. */
import { TILE } from "./rows";

/** Width of a tile that is read from some steps away. */
const WIDE = 440;
export const WALL_GAP = 16;

export interface WallGrid {
  columns: number;
  rows: number;
  /** How much larger than on the overview a tile is. */
  zoom: number;
  /** Size of a tile before it is made larger. */
  tile: number;
  height: number;
}

/** Width at which every name on a tile can be read, before it is made larger. */
const READABLE = 300;

/** Fills the room with as many whole tiles as can be read from afar, and at least with one. */
export function wallGrid(width: number, height: number): WallGrid {
  const columns = Math.min(5, Math.max(1, Math.round((width + WALL_GAP) / (WIDE + WALL_GAP))));
  const wide = (width - (columns - 1) * WALL_GAP) / columns;
  const zoom = Math.max(1, wide / READABLE);
  const rows = Math.max(1, Math.floor((height + WALL_GAP) / (TILE.height * zoom + WALL_GAP)));
  const high = (height - (rows - 1) * WALL_GAP) / rows;
  return { columns, rows, zoom, tile: wide / zoom, height: Math.max(TILE.height, high / zoom) };
}

export function pagesOf<T>(all: readonly T[], size: number): T[][] {
  const pages: T[][] = [];
  for (let i = 0; i < all.length; i += size) pages.push(all.slice(i, i + size));
  return pages;
}

/** The first page, which is the worst, comes again after so many others. */
export const OTHERS = 4;

export interface Turn {
  /** The page that stands, from 0. */
  page: number;
  /** The page that was last before the first one came again. */
  mark: number;
  /** Pages since the first one. */
  since: number;
}

export const FIRST: Turn = { page: 0, mark: 0, since: 0 };

/** The next page: on through all, and back to the first after every few. */
export function nextTurn({ page, mark, since }: Turn, count: number): Turn {
  if (count <= 1) return FIRST;
  if (page !== 0 && since >= OTHERS) return { page: 0, mark: page, since: 0 };
  const from = page === 0 ? mark : page;
  const next = from + 1;
  return next >= count ? FIRST : { page: next, mark: next, since: since + 1 };
}

/** What a person turned to goes on from there. */
export function turnTo(page: number, count: number): Turn {
  const to = count === 0 ? 0 : (page + count) % count;
  return { page: to, mark: to, since: to === 0 ? 0 : 1 };
}
