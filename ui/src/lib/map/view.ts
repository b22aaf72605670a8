/** What is seen of a ground: its middle in the ground's own units, and screen pixels a unit. */
import type { PictureBox, Point } from "../picture/viewport";

export interface GroundView {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

/** One press of a button or a key. */
export const ZOOM_STEP = 1.4;

/** The whole of a box in the middle, with so many pixels around it. */
export function fitted(box: PictureBox, size: Size, around: number): GroundView {
  const wide = Math.max(1, size.width - 2 * around);
  const high = Math.max(1, size.height - 2 * around);
  return {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    scale: Math.min(wide / Math.max(box.width, 1e-12), high / Math.max(box.height, 1e-12)),
  };
}

export function toScreen(view: GroundView, size: Size, at: Point): Point {
  return {
    x: (at.x - view.x) * view.scale + size.width / 2,
    y: (at.y - view.y) * view.scale + size.height / 2,
  };
}

export function toGround(view: GroundView, size: Size, at: Point): Point {
  return {
    x: (at.x - size.width / 2) / view.scale + view.x,
    y: (at.y - size.height / 2) / view.scale + view.y,
  };
}

/** The rectangle of the ground that is seen. */
export function seenOf(view: GroundView, size: Size): PictureBox {
  const [width, height] = [size.width / view.scale, size.height / view.scale];
  return { x: view.x - width / 2, y: view.y - height / 2, width, height };
}

export interface Bounds {
  /** Some of it is always seen. */
  box: PictureBox;
  least: number;
  most: number;
}

/** The scale within its bounds, the middle within the box: nobody gets lost. */
export function kept(view: GroundView, { box, least, most }: Bounds): GroundView {
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  return {
    x: clamp(view.x, box.x, box.x + box.width),
    y: clamp(view.y, box.y, box.y + box.height),
    scale: clamp(view.scale, least, Math.max(least, most)),
  };
}

/** Nearer by `factor` (below 1: further) about a point of the screen that stands still. */
export function zoomed(
  view: GroundView,
  size: Size,
  bounds: Bounds,
  factor: number,
  about: Point = { x: size.width / 2, y: size.height / 2 },
): GroundView {
  const still = toGround(view, size, about);
  const { scale } = kept({ ...view, scale: view.scale * factor }, bounds);
  return kept(
    {
      x: still.x - (about.x - size.width / 2) / scale,
      y: still.y - (about.y - size.height / 2) / scale,
      scale,
    },
    bounds,
  );
}

/** Moved by pixels of the screen: what is seen goes the other way. */
export function panned(view: GroundView, bounds: Bounds, dx: number, dy: number): GroundView {
  return kept({ ...view, x: view.x + dx / view.scale, y: view.y + dy / view.scale }, bounds);
}

/** Moved no further than needed so that a point is seen with so many pixels around it. */
export function showing(view: GroundView, size: Size, bounds: Bounds, at: Point, around: number): GroundView {
  const on = toScreen(view, size, at);
  const shift = (value: number, room: number) => {
    const edge = Math.min(around, room / 2);
    return value < edge ? value - edge : value > room - edge ? value - room + edge : 0;
  };
  const [dx, dy] = [shift(on.x, size.width), shift(on.y, size.height)];
  return dx === 0 && dy === 0 ? view : panned(view, bounds, dx, dy);
}

/** The smallest box around points; null without any. */
export function boxAround(points: readonly Point[]): PictureBox | null {
  if (points.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
