/**
 * Pixels of a picture, written one by one: opaque colours in the order of ImageData on the machines that exist
 * (little-endian, 0xAABBGGRR). Everything is clipped to the picture; nothing is allocated while painting.
 */

export interface Raster {
  width: number;
  height: number;
  pixels: Uint32Array;
  /** The first column that is painted; what lies left of it stays as it is. */
  from?: number;
}

const OPAQUE = 0xff000000;
const GREY = 0xff808080;

/** A colour as tokens write it (`#rgb`, `#rrggbb`); grey when it is none. */
export function ink(colour: string | undefined): number {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour ?? "")?.[1];
  if (hex === undefined) return GREY;
  const wide = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  const rgb = Number.parseInt(wide, 16);
  return (OPAQUE | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0;
}

/** `over` laid on `under` with a part of 0 (nothing) to 256 (all) of it. */
export function mixed(under: number, over: number, part: number): number {
  const rest = 256 - part;
  const rb = ((Math.imul(over & 0xff00ff, part) + Math.imul(under & 0xff00ff, rest)) >>> 8) & 0xff00ff;
  const g = ((Math.imul(over & 0xff00, part) + Math.imul(under & 0xff00, rest)) >>> 8) & 0xff00;
  return (OPAQUE | rb | g) >>> 0;
}

/** A part of one as `mixed` takes it. */
function partOf(alpha: number): number {
  return Math.round(Math.min(1, Math.max(0, alpha)) * 256);
}

function clamped(value: number, high: number, low = 0): number {
  return Math.round(Math.min(high, Math.max(low, value)));
}

/** A rectangle between rounded edges. */
export function fill(
  raster: Raster,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colour: number,
  alpha = 1,
): void {
  const { width, pixels, from } = raster;
  const [x0, x1] = [clamped(left, width, from), clamped(right, width, from)];
  const [y0, y1] = [clamped(top, raster.height), clamped(bottom, raster.height)];
  const part = partOf(alpha);
  for (let y = y0; y < y1; y += 1) {
    const row = y * width;
    if (part === 256) pixels.fill(colour, row + x0, row + x1);
    else for (let i = row + x0; i < row + x1; i += 1) pixels[i] = mixed(pixels[i] ?? 0, colour, part);
  }
}

export interface Hatching {
  period: number;
  thick: number;
  phase: number;
  colour: number;
  alpha: number;
  /** Lines that fall to the right; those of others rise. */
  falling?: boolean;
}

/**
 * Diagonal lines in a rectangle, `period` pixels apart and `thick` wide. `phase` moves them: tied to time, they go along
 * with what they lie on.
 */
export function hatch(
  raster: Raster,
  box: { left: number; top: number; right: number; bottom: number },
  style: Hatching,
): void {
  const { width, pixels, from } = raster;
  const [x0, x1] = [clamped(box.left, width, from), clamped(box.right, width, from)];
  const [y0, y1] = [clamped(box.top, raster.height), clamped(box.bottom, raster.height)];
  const { period, thick, colour } = style;
  const part = partOf(style.alpha);
  const phase = ((style.phase % period) + period) % period;
  const rise = style.falling ? period - 1 : 1;
  for (let y = y0; y < y1; y += 1) {
    const row = y * width;
    // First pixel of the row that belongs to a line, and from there line by line.
    for (let line = x0 - ((x0 + y * rise + phase) % period); line < x1; line += period) {
      const end = Math.min(x1, line + thick);
      for (let x = Math.max(x0, line); x < end; x += 1)
        pixels[row + x] = mixed(pixels[row + x] ?? 0, colour, part);
    }
  }
}

/**
 * Dots of `size` pixels in a rectangle, `period` apart and set off in every other row of them. They stand still on the picture,
 * so that neighbouring rectangles and pictures painted from a column on fit together.
 */
export function stipple(
  raster: Raster,
  top: number,
  bottom: number,
  style: { period: number; size: number; colour: number; alpha: number },
): void {
  const { width, pixels, from = 0 } = raster;
  const [y0, y1] = [clamped(top, raster.height), clamped(bottom, raster.height)];
  const { period, size, colour } = style;
  const part = partOf(style.alpha);
  for (let y = y0; y < y1; y += 1) {
    if (y % period >= size) continue;
    const row = y * width;
    const offset = Math.floor(y / period) % 2 === 0 ? 0 : period >> 1;
    for (let dot = from - ((from + offset) % period); dot < width; dot += period)
      for (let x = Math.max(from, dot); x < Math.min(width, dot + size); x += 1)
        pixels[row + x] = mixed(pixels[row + x] ?? 0, colour, part);
  }
}

/** A level line of `thick` rows, dashed where `off` is above zero. */
export function level(
  raster: Raster,
  y: number,
  thick: number,
  dash: { on: number; off: number },
  colour: number,
  alpha = 1,
): void {
  const { width, height, pixels } = raster;
  const top = Math.round(y - thick / 2);
  const part = partOf(alpha);
  const period = dash.on + dash.off;
  for (let at = Math.max(0, top); at < Math.min(height, top + thick); at += 1) {
    const row = at * width;
    for (let x = raster.from ?? 0; x < width; x += 1) {
      if (dash.off > 0 && x % period >= dash.on) continue;
      pixels[row + x] = mixed(pixels[row + x] ?? 0, colour, part);
    }
  }
}

/** One pixel wide from `top` to `bottom`, whose parts of a pixel show as parts of the colour. */
export function stroke(
  raster: Raster,
  x: number,
  top: number,
  bottom: number,
  colour: number,
  alpha: number,
): void {
  const { width, height, pixels } = raster;
  const a = top < 0 ? 0 : top;
  const b = bottom > height ? height : bottom;
  if (!(b > a) || x < (raster.from ?? 0) || x >= width) return;
  const first = Math.floor(a);
  const last = Math.floor(b);
  const paint = (y: number, part: number) => {
    if (y >= height) return;
    const i = y * width + x;
    pixels[i] = mixed(pixels[i] ?? 0, colour, part);
  };
  if (first === last) {
    paint(first, partOf(alpha * (b - a)));
    return;
  }
  paint(first, partOf(alpha * (1 - (a - first))));
  const part = partOf(alpha);
  const end = last * width + x;
  for (let i = (first + 1) * width + x; i < end; i += width) {
    pixels[i] = part === 256 ? colour : mixed(pixels[i] ?? 0, colour, part);
  }
  if (b > last) paint(last, partOf(alpha * (b - last)));
}

/** A dot whose edge is smooth, so that it moves by parts of a pixel. */
export function dot(raster: Raster, x: number, y: number, radius: number, colour: number): void {
  for (let column = Math.floor(x - radius); column <= Math.ceil(x + radius); column += 1) {
    const across = column + 0.5 - x;
    const half = Math.sqrt(Math.max(0, radius * radius - across * across));
    if (half > 0) stroke(raster, column, y - half, y + half, colour, 1);
  }
}

export interface Patch {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The smallest rectangle that holds every pixel that differs where `after` was painted; null when none does. Pictures of one size. */
export function changed(before: Raster, after: Raster): Patch | null {
  const { width, height, pixels, from = 0 } = after;
  const old = before.pixels;
  let [top, bottom, left, right] = [-1, -1, width, -1];
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    let x = from;
    while (x < width && pixels[row + x] === old[row + x]) x += 1;
    if (x === width) continue;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    let end = width - 1;
    while (end > right && pixels[row + end] === old[row + end]) end -= 1;
    if (end > right) right = end;
  }
  return top < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
