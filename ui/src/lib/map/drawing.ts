/** What lies below the markers: a person's drawing, or the earth. */
import type { PlanView } from "../../ipc/bindings/PlanView";
import { filePixels, PIXELS_MAX } from "../picture/images";
import { type Picture, PictureError, sanitise } from "../picture/sanitise";
import type { PictureBox, Point } from "../picture/viewport";
import { t } from "../text/text";
import { type Location, onPlane, roomy, seamOf, unproject } from "./earth";
import type { Outline } from "./outline";
import { boxAround } from "./view";

export interface SvgDrawing {
  kind: "svg";
  picture: Picture;
  box: PictureBox;
}
export interface ImageDrawing {
  kind: "image";
  image: ImageBitmap;
  box: PictureBox;
}
export interface EarthDrawing {
  kind: "earth";
  outline: Outline;
  /** Where its plane begins. */
  seam: number;
  box: PictureBox;
}
export type PlanDrawing = SvgDrawing | ImageDrawing;
export type Drawing = PlanDrawing | EarthDrawing;

/**
 * The drawing of a plan's file.
 *
 * Throws a `PictureError` in words when it cannot be shown.
 */
export async function readPlan(file: ArrayBuffer): Promise<PlanDrawing> {
  const head = new Uint8Array(file.slice(0, 3));
  const isPng = head[0] === 0x89 && head[1] === 0x50;
  const isJpeg = head[0] === 0xff && head[1] === 0xd8;
  if (!isPng && !isJpeg) {
    const picture = sanitise(new TextDecoder().decode(file));
    return { kind: "svg", picture, box: picture.box };
  }
  const pixels = filePixels(file);
  if (pixels === null) throw new PictureError(t("map-image-broken"));
  if (pixels > PIXELS_MAX) throw new PictureError(t("map-image-large"));
  try {
    const image = await createImageBitmap(new Blob([file], { type: isPng ? "image/png" : "image/jpeg" }));
    return { kind: "image", image, box: { x: 0, y: 0, width: image.width, height: image.height } };
  } catch {
    throw new PictureError(t("map-image-broken"));
  }
}

/** The earth around places and lines. Null when there is nothing to be around. */
export function earthAround(
  places: readonly Location[],
  outlineAt: (seam: number) => Outline,
): EarthDrawing | null {
  const seam = seamOf(places);
  const outline = outlineAt(seam);
  const points: Point[] = places.map((place) => onPlane(place, seam));
  if (points.length === 0)
    for (const line of outline.lines)
      for (let i = 0; i + 1 < line.length; i += 2) points.push({ x: line[i] ?? 0, y: line[i + 1] ?? 0 });
  const box = boxAround(points);
  return box && { kind: "earth", outline, seam, box: roomy(box) };
}

/** Where a plan's position lies on its drawing. */
export function onDrawing(units: PlanView["units"], { box }: Drawing, at: Point): Point {
  return units === "drawing" ? at : { x: box.x + at.x * box.width, y: box.y + at.y * box.height };
}

const DIGITS = { fraction: 4, drawing: 4, earth: 6 } as const;

/** The position that the plant file has for a point of a drawing: x and y, or latitude and longitude. */
export function positionOf(units: PlanView["units"] | null, { box }: Drawing, at: Point): [number, number] {
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  if (units === null) {
    const { latitude, longitude } = unproject(at);
    return [round(latitude, DIGITS.earth), round(longitude, DIGITS.earth)];
  }
  const inside = (value: number, from: number, length: number) => Math.min(length, Math.max(0, value - from));
  const [x, y] = [inside(at.x, box.x, box.width), inside(at.y, box.y, box.height)];
  if (units === "drawing") return [round(box.x + x, DIGITS.drawing), round(box.y + y, DIGITS.drawing)];
  return [round(x / box.width, DIGITS.fraction), round(y / box.height, DIGITS.fraction)];
}
