/**
 * The earth on a plane: Web Mercator (EPSG:3857, as a sphere), in units of the whole world, 0 to 1 from west to east and
 * from north to south.
 */
import type { PictureBox, Point } from "../picture/viewport";

export interface Location {
  latitude: number;
  longitude: number;
}

/** Latitude at which the world is a square, degrees. */
export const LATITUDE_MAX = 85.051_128_78;
/** Around the equator, metres. */
const AROUND_M = 40_075_016.686;
/** The least that a map shows around its assets, metres. */
const LEAST_M = 200;

export function project({ latitude, longitude }: Location): Point {
  const phi = (Math.max(-LATITUDE_MAX, Math.min(LATITUDE_MAX, latitude)) * Math.PI) / 180;
  return { x: (longitude + 180) / 360, y: 0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI) };
}

/** Longitude beyond 180 degrees comes back from the other side. */
export function unproject({ x, y }: Point): Location {
  const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  const turned = (((x * 360) % 360) + 360) % 360;
  return { latitude, longitude: turned - 180 };
}

/** Metres that a unit of the plane is long at a height of it. */
export function metresPerUnit(y: number): number {
  return AROUND_M * Math.cos((unproject({ x: 0, y }).latitude * Math.PI) / 180);
}

/**
 * Where the plane is to begin, in its units, so that no asset is torn from its neighbours by the date line: behind the
 * widest stretch without any.
 */
export function seamOf(places: readonly Location[]): number {
  const xs = places.map((place) => project(place).x).sort((a, b) => a - b);
  let [seam, widest] = [0, xs.length === 0 ? 1 : 1 - ((xs.at(-1) ?? 0) - (xs[0] ?? 0))];
  for (let i = 1; i < xs.length; i += 1) {
    const [before = 0, here = 0] = [xs[i - 1], xs[i]];
    // A little more, so that a plant on one side of it stays where maps have it.
    if (here - before > widest + 1e-9) [seam, widest] = [here, here - before];
  }
  return seam;
}

/** On the plane that begins at the seam. */
export function onPlane(place: Location, seam: number): Point {
  const at = project(place);
  return at.x < seam - 1e-12 ? { x: at.x + 1, y: at.y } : at;
}

/** A box with room for what stands at its edge, and never of nothing. */
export function roomy(box: PictureBox): PictureBox {
  const least = LEAST_M / metresPerUnit(box.y + box.height / 2);
  const grow = (from: number, length: number): [number, number] => {
    const next = Math.max(length, least);
    return [from - (next - length) / 2, next];
  };
  const [[x, width], [y, height]] = [grow(box.x, box.width), grow(box.y, box.height)];
  return { x, y, width, height };
}

const NICE = [1, 2, 5] as const;

/** The longest of 1, 2, 5, 10… that is no longer than `most`. */
function niceBelow(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return (NICE.findLast((step) => step * power <= most * (1 + 1e-9)) ?? 1) * power;
}

export interface ScaleBar {
  metres: number;
  pixels: number;
}

/** A bar of a round length, no longer than so many pixels. `perPixel`: metres. */
export function scaleBar(perPixel: number, most: number): ScaleBar {
  const metres = niceBelow(perPixel * most);
  return { metres, pixels: metres / perPixel };
}

const MERIDIANS = [
  90, 45, 30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001,
  0.00005, 0.00002, 0.00001,
] as const;

export interface Graticule {
  /** Digits behind the point that tell its lines apart. */
  decimals: number;
  meridians: { x: number; longitude: number }[];
  parallels: { y: number; latitude: number }[];
}

/** Lines of a round number of degrees, at least so far apart, in units of the plane. */
export function graticule(seen: PictureBox, apart: number): Graticule {
  const step = MERIDIANS.findLast((degrees) => degrees / 360 >= apart) ?? MERIDIANS[0];
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const meridians: Graticule["meridians"] = [];
  const parallels: Graticule["parallels"] = [];
  const first = Math.ceil((seen.x * 360) / step);
  for (let i = first; (i * step) / 360 <= seen.x + seen.width && meridians.length < 64; i += 1) {
    const x = (i * step) / 360;
    meridians.push({ x, longitude: unproject({ x, y: 0.5 }).longitude });
  }
  const north = unproject({ x: 0, y: Math.max(0, seen.y) }).latitude;
  const south = unproject({ x: 0, y: Math.min(1, seen.y + seen.height) }).latitude;
  for (let i = Math.floor(north / step); i * step >= south && parallels.length < 64; i -= 1) {
    const latitude = i * step;
    parallels.push({ y: project({ latitude, longitude: 0 }).y, latitude });
  }
  return { decimals, meridians, parallels };
}
