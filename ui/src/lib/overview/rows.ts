/** Where tiles lie, from their number alone, so that only those near the screen need be made. Lengths in CSS pixels. */
import type { Group } from "./arrange";

export interface TileShape {
  height: number;
  narrowest: number;
  gap: number;
}

export const TILE: TileShape = { height: 144, narrowest: 252, gap: 10 };
export const COMPACT_TILE: TileShape = { height: 124, narrowest: 240, gap: 6 };
/** Of a row in the tree. */
export const TREE_ROW = { comfortable: 32, compact: 26 } as const;
/** A group's heading with the room below it, and the room behind its last row. */
const HEADING = 24;
const BEHIND = 2;

export interface GroupPlace {
  group: Group;
  top: number;
  height: number;
  rows: number;
}

export interface Layout {
  shape: TileShape;
  columns: number;
  tile: number;
  height: number;
  groups: readonly GroupPlace[];
}

export function layOut(groups: readonly Group[], width: number, shape: TileShape = TILE): Layout {
  const columns = Math.max(1, Math.floor((width + shape.gap) / (shape.narrowest + shape.gap)));
  const tile = (width - (columns - 1) * shape.gap) / columns;
  let top = 0;
  const places = groups.map((group) => {
    const rows = Math.ceil(group.members.length / columns);
    const height = HEADING + rows * (shape.height + shape.gap) + BEHIND;
    const place = { group, top, height, rows };
    top += height;
    return place;
  });
  return { shape, columns, tile, height: top, groups: places };
}

export interface Spot {
  left: number;
  top: number;
}

/** The upper left corner of a tile within its group. */
export function spotOf(layout: Layout, index: number): Spot {
  return {
    left: (index % layout.columns) * (layout.tile + layout.shape.gap),
    top: HEADING + Math.floor(index / layout.columns) * (layout.shape.height + layout.shape.gap),
  };
}

export interface Slice {
  place: GroupPlace;
  /** Members from `from` up to `to`, without `to`. */
  from: number;
  to: number;
}

/** What lies between two heights. */
export function slicesBetween(layout: Layout, top: number, bottom: number): Slice[] {
  const slices: Slice[] = [];
  for (const place of layout.groups) {
    if (place.top + place.height <= top) continue;
    if (place.top >= bottom) break;
    const step = layout.shape.height + layout.shape.gap;
    const first = Math.max(0, Math.floor((top - place.top - HEADING) / step));
    const last = Math.min(place.rows, Math.ceil((bottom - place.top - HEADING) / step));
    const from = Math.min(first, place.rows) * layout.columns;
    slices.push({
      place,
      from,
      to: Math.min(place.group.members.length, Math.max(0, last) * layout.columns),
    });
  }
  return slices;
}

export interface At {
  group: number;
  index: number;
}

export function find(layout: Layout, asset: string): At | null {
  for (const [group, { group: of }] of layout.groups.entries()) {
    const index = of.members.findIndex((facts) => facts.asset.id === asset);
    if (index >= 0) return { group, index };
  }
  return null;
}

export type GridKey =
  | "ArrowLeft"
  | "ArrowRight"
  | "ArrowUp"
  | "ArrowDown"
  | "Home"
  | "End"
  | "PageUp"
  | "PageDown";

/** One row up or down, into the next group where this one ends; the column is kept where the row is long enough. */
function vertical(layout: Layout, { group, index }: At, way: 1 | -1): At | null {
  const column = index % layout.columns;
  const row = Math.floor(index / layout.columns) + way;
  const here = layout.groups[group];
  if (here && row >= 0 && row < here.rows) {
    return { group, index: Math.min(here.group.members.length - 1, row * layout.columns + column) };
  }
  const next = layout.groups[group + way];
  if (!next) return null;
  const start = way === 1 ? 0 : (next.rows - 1) * layout.columns;
  return { group: group + way, index: Math.min(next.group.members.length - 1, start + column) };
}

/** Where a key leads from a tile; null where there is nothing. `page`: rows on a screen. */
export function move(layout: Layout, at: At, key: GridKey, page: number): At | null {
  const members = (group: number) => layout.groups[group]?.group.members.length ?? 0;
  switch (key) {
    case "ArrowLeft":
      if (at.index > 0) return { ...at, index: at.index - 1 };
      return at.group > 0 ? { group: at.group - 1, index: members(at.group - 1) - 1 } : null;
    case "ArrowRight":
      if (at.index + 1 < members(at.group)) return { ...at, index: at.index + 1 };
      return at.group + 1 < layout.groups.length ? { group: at.group + 1, index: 0 } : null;
    case "ArrowUp":
      return vertical(layout, at, -1);
    case "ArrowDown":
      return vertical(layout, at, 1);
    case "Home":
      return layout.groups.length > 0 ? { group: 0, index: 0 } : null;
    case "End":
      return layout.groups.length > 0
        ? { group: layout.groups.length - 1, index: members(layout.groups.length - 1) - 1 }
        : null;
    default: {
      let to: At | null = null;
      for (let i = 0; i < Math.max(1, page); i += 1) {
        const next: At | null = vertical(layout, to ?? at, key === "PageDown" ? 1 : -1);
        if (!next) break;
        to = next;
      }
      return to;
    }
  }
}
