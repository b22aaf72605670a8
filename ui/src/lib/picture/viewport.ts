/** What part of a picture is seen: zoom and pan in the picture's own units. */

export interface PictureBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** How far a person may zoom in. */
export const ZOOM_MAX = 16;
/** One press of a button or a key. */
export const ZOOM_STEP = 1.3;
const UNITS: Record<string, number> = {
  "": 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  mm: 96 / 25.4,
  cm: 96 / 2.54,
  in: 96,
};

function length(text: string | null): number {
  const match = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(text ?? "");
  return Number(match?.[1] ?? Number.NaN) * (UNITS[(match?.[2] ?? "").toLowerCase()] ?? Number.NaN);
}

/** The whole of a picture, from `viewBox` or from width and height. */
export function boxOf(get: (name: string) => string | null): PictureBox {
  const [x, y, width, height] = (get("viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (
    x !== undefined &&
    y !== undefined &&
    width !== undefined &&
    height !== undefined &&
    [x, y, width, height].every(Number.isFinite) &&
    width > 0 &&
    height > 0
  ) {
    return { x, y, width, height };
  }
  const [wide, high] = [length(get("width")), length(get("height"))];
  return { x: 0, y: 0, width: wide > 0 ? wide : 800, height: high > 0 ? high : 600 };
}

export function viewBoxText(box: PictureBox): string {
  return [box.x, box.y, box.width, box.height].map((value) => Number(value.toPrecision(10))).join(" ");
}

/** Seen part after zooming by `factor` (above 1: nearer) about a point that stands still. */
export function zoomed(view: PictureBox, whole: PictureBox, factor: number, at: Point): PictureBox {
  const least = whole.width / ZOOM_MAX;
  const width = Math.min(whole.width, Math.max(least, view.width / factor));
  const scale = width / view.width;
  return inside(
    {
      x: at.x - (at.x - view.x) * scale,
      y: at.y - (at.y - view.y) * scale,
      width,
      height: view.height * scale,
    },
    whole,
  );
}

export function panned(view: PictureBox, whole: PictureBox, dx: number, dy: number): PictureBox {
  return inside({ ...view, x: view.x + dx, y: view.y + dy }, whole);
}

/** Moved no further than needed so that `box` is seen, with a little room around it. */
export function showing(view: PictureBox, whole: PictureBox, box: PictureBox): PictureBox {
  const room = view.width * 0.03;
  const shift = (from: number, size: number, low: number, length: number) => {
    if (low - room < from) return low - room - from;
    return low + length + room > from + size ? low + length + room - from - size : 0;
  };
  return panned(
    view,
    whole,
    shift(view.x, view.width, box.x, Math.min(box.width, view.width)),
    shift(view.y, view.height, box.y, Math.min(box.height, view.height)),
  );
}

function inside(view: PictureBox, whole: PictureBox): PictureBox {
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value, low), Math.max(low, high));
  return {
    ...view,
    x: clamp(view.x, whole.x, whole.x + whole.width - view.width),
    y: clamp(view.y, whole.y, whole.y + whole.height - view.height),
  };
}
