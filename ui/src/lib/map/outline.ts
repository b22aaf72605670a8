/** Lines and areas of a GeoJSON text (RFC 7946) on the map's plane. Whatever it says is checked; nothing is fetched. */
import { onPlane } from "./earth";

/** Most points that are drawn: more would be felt with every move. */
export const POINTS_MAX = 20_000;
const DEPTH_MAX = 8;

export interface Outline {
  /** Each a line, x and y in turn. */
  lines: Float64Array[];
  /** Points beyond the most. */
  left: number;
}

export const NO_OUTLINE: Outline = { lines: [], left: 0 };

type Said = Record<string, unknown>;

const isSaid = (said: unknown): said is Said => typeof said === "object" && said !== null;

/** Null when the text is no GeoJSON. */
export function readOutline(text: string, seam: number): Outline | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isSaid(said) || typeof said.type !== "string") return null;
  const reader = new Reader(seam);
  reader.read(said, 0);
  return { lines: reader.lines, left: reader.left };
}

class Reader {
  readonly lines: Float64Array[] = [];
  left = 0;
  #points = 0;
  readonly #seam: number;

  constructor(seam: number) {
    this.#seam = seam;
  }

  read(said: Said, depth: number): void {
    if (depth > DEPTH_MAX) return;
    const inside = (list: unknown) => {
      if (Array.isArray(list)) for (const one of list) if (isSaid(one)) this.read(one, depth + 1);
    };
    if (said.type === "FeatureCollection") inside(said.features);
    else if (said.type === "GeometryCollection") inside(said.geometries);
    else if (said.type === "Feature" && isSaid(said.geometry)) this.read(said.geometry, depth + 1);
    else if (said.type === "LineString") this.#line(said.coordinates);
    else if (said.type === "MultiLineString" || said.type === "Polygon") this.#each(said.coordinates);
    else if (said.type === "MultiPolygon" && Array.isArray(said.coordinates))
      for (const polygon of said.coordinates) this.#each(polygon);
  }

  #each(lines: unknown): void {
    if (Array.isArray(lines)) for (const line of lines) this.#line(line);
  }

  #line(said: unknown): void {
    if (!Array.isArray(said)) return;
    const points: number[] = [];
    let before: number | null = null;
    for (const one of said) {
      const [longitude, latitude] = Array.isArray(one) ? (one as unknown[]) : [];
      if (typeof longitude !== "number" || typeof latitude !== "number") continue;
      if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90)) continue;
      if (this.#points >= POINTS_MAX) {
        this.left += 1;
        continue;
      }
      this.#points += 1;
      const { x, y } = onPlane({ latitude, longitude }, this.#seam);
      // A line that goes on at the other end of the plane would cross all of it.
      if (before !== null && Math.abs(x - before) > 0.5) this.#end(points.splice(0));
      before = x;
      points.push(x, y);
    }
    this.#end(points);
  }

  #end(points: number[]): void {
    if (points.length >= 4) this.lines.push(Float64Array.from(points));
  }
}
