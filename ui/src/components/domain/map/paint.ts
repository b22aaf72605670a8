/** Paints a ground's own marks and the markers on it. Lengths in CSS pixels. */
import type { Cluster, Label } from "../../../lib/map/cluster";
import type { Drawing, EarthDrawing } from "../../../lib/map/drawing";
import { graticule, metresPerUnit, scaleBar } from "../../../lib/map/earth";
import type { Look } from "../../../lib/map/look";
import type { PlacedAsset } from "../../../lib/map/placed";
import { type GroundView, type Size, seenOf, toScreen } from "../../../lib/map/view";
import { latitudeText, lengthText, longitudeText } from "../../../lib/map/words";
import type { Palette } from "../../../lib/palette";
import type { Point } from "../../../lib/picture/viewport";
import type { Sprites } from "./sprites";

export const LABEL_FONT = '12px "Inter Variable", system-ui, sans-serif';
const SMALL_FONT = '11px "Inter Variable", system-ui, sans-serif';
/** Between lines of the graticule, at least. */
const APART = 130;
const BAR_MAX = 140;
/** Beyond the edge, markers are still painted. */
const OUT = 40;

export interface Scene {
  view: GroundView;
  size: Size;
  palette: Palette;
  drawing: Drawing;
  sprites: Sprites;
  /** In the order in which they are painted. */
  painted: readonly { cluster: Cluster<PlacedAsset>; look: Look }[];
  labels: readonly Label[];
  /** Ids of the clusters that are pointed at, and that have the focus. */
  hovered: string;
  focused: string;
  /** What a person holds in hand, and where it would be put. */
  held: string;
  cursor: Point | null;
}

type Ink = CanvasRenderingContext2D;

export function paintScene(ink: Ink, ratio: number, scene: Scene): void {
  const { size } = scene;
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.clearRect(0, 0, size.width, size.height);
  if (scene.drawing.kind === "image") paintImage(ink, scene, scene.drawing.image);
  if (scene.drawing.kind === "earth") paintEarth(ink, scene, scene.drawing);
  paintLabels(ink, scene);
  paintMarkers(ink, scene);
  if (scene.cursor) paintCursor(ink, scene, scene.cursor);
  if (scene.drawing.kind === "earth") paintScale(ink, scene);
}

function paintImage(ink: Ink, { view, size, drawing }: Scene, image: ImageBitmap): void {
  const { x, y } = toScreen(view, size, drawing.box);
  ink.drawImage(image, x, y, drawing.box.width * view.scale, drawing.box.height * view.scale);
}

function paintEarth(ink: Ink, scene: Scene, { outline }: EarthDrawing): void {
  const { view, size, palette } = scene;
  const seen = seenOf(view, size);
  const lines = graticule(seen, APART / view.scale);
  const across = (x: number) => Math.round((x - view.x) * view.scale + size.width / 2) + 0.5;
  const down = (y: number) => Math.round((y - view.y) * view.scale + size.height / 2) + 0.5;
  ink.beginPath();
  for (const { x } of lines.meridians) {
    ink.moveTo(across(x), 0);
    ink.lineTo(across(x), size.height);
  }
  for (const { y } of lines.parallels) {
    ink.moveTo(0, down(y));
    ink.lineTo(size.width, down(y));
  }
  ink.strokeStyle = palette.line;
  ink.lineWidth = 1;
  ink.stroke();
  ink.beginPath();
  for (const line of outline.lines) {
    for (let i = 0; i + 1 < line.length; i += 2) {
      const x = ((line[i] ?? 0) - view.x) * view.scale + size.width / 2;
      const y = ((line[i + 1] ?? 0) - view.y) * view.scale + size.height / 2;
      if (i === 0) ink.moveTo(x, y);
      else ink.lineTo(x, y);
    }
  }
  ink.lineJoin = "round";
  ink.strokeStyle = palette.edge;
  ink.lineWidth = 1.25;
  ink.stroke();
  ink.font = SMALL_FONT;
  ink.fillStyle = palette.dim;
  ink.textBaseline = "top";
  ink.textAlign = "left";
  for (const { x, longitude } of lines.meridians)
    if (across(x) > 70 && across(x) < size.width - 90)
      ink.fillText(longitudeText(longitude, lines.decimals), across(x) + 4, 5);
  ink.textBaseline = "bottom";
  for (const { y, latitude } of lines.parallels)
    if (down(y) > 40 && down(y) < size.height - 40)
      ink.fillText(latitudeText(latitude, lines.decimals), 6, down(y) - 3);
}

function isSeen({ x, y }: Point, size: Size, out: number): boolean {
  return x > -out && y > -out && x < size.width + out && y < size.height + out;
}

function paintLabels(ink: Ink, { view, size, palette, labels }: Scene): void {
  ink.font = LABEL_FONT;
  ink.textBaseline = "middle";
  ink.lineJoin = "round";
  ink.lineWidth = 3.5;
  ink.strokeStyle = palette.bg;
  ink.fillStyle = palette.text;
  const [dx, dy] = [size.width / 2 - view.x * view.scale, size.height / 2 - view.y * view.scale];
  for (const { x, y, text, align } of labels) {
    const at = { x: x + dx, y: y + dy };
    if (!isSeen(at, size, 160)) continue;
    ink.textAlign = align;
    ink.strokeText(text, at.x, at.y);
    ink.fillText(text, at.x, at.y);
  }
}

function paintMarkers(ink: Ink, scene: Scene): void {
  const { view, size, palette, painted } = scene;
  for (const { cluster, look } of painted) {
    const at = toScreen(view, size, cluster);
    if (!isSeen(at, size, OUT)) continue;
    const sprite = scene.sprites.of(look);
    const isHeld = cluster.members.some(({ id }) => id === scene.held);
    if (cluster.id === scene.focused || cluster.id === scene.hovered || isHeld) {
      ring(ink, at, sprite, cluster.id === scene.focused || isHeld ? palette.accent : palette.edge);
    }
    ink.drawImage(
      sprite.canvas,
      Math.round(at.x - sprite.width / 2),
      Math.round(at.y - sprite.height / 2),
      sprite.width,
      sprite.height,
    );
  }
}

function ring(ink: Ink, { x, y }: Point, { width, height }: Size, colour: string): void {
  const [half, high] = [width / 2 - 1.5, height / 2 - 1.5];
  ink.beginPath();
  ink.arc(x - half + high, y, high, Math.PI / 2, (3 * Math.PI) / 2);
  ink.arc(x + half - high, y, high, -Math.PI / 2, Math.PI / 2);
  ink.closePath();
  ink.strokeStyle = colour;
  ink.lineWidth = 2;
  ink.stroke();
}

function paintCursor(ink: Ink, { view, size, palette }: Scene, cursor: Point): void {
  const { x, y } = toScreen(view, size, cursor);
  for (const [colour, wide] of [
    [palette.bg, 4],
    [palette.accent, 1.75],
  ] as const) {
    ink.beginPath();
    for (const [sx, sy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      ink.moveTo(x + sx * 5, y + sy * 5);
      ink.lineTo(x + sx * 16, y + sy * 16);
    }
    ink.strokeStyle = colour;
    ink.lineWidth = wide;
    ink.stroke();
  }
}

/** A bar of a round length, and where north is. */
function paintScale(ink: Ink, { view, size, palette }: Scene): void {
  const { metres, pixels } = scaleBar(metresPerUnit(view.y) / view.scale, BAR_MAX);
  const [x, y] = [14.5, Math.round(size.height - 14) + 0.5];
  const bar = () => {
    ink.beginPath();
    ink.moveTo(x, y - 6);
    ink.lineTo(x, y);
    ink.lineTo(x + Math.round(pixels), y);
    ink.lineTo(x + Math.round(pixels), y - 6);
  };
  const arrow = () => {
    ink.beginPath();
    ink.moveTo(size.width - 22, 12);
    ink.lineTo(size.width - 15, 32);
    ink.lineTo(size.width - 22, 27);
    ink.lineTo(size.width - 29, 32);
    ink.closePath();
  };
  ink.lineJoin = "round";
  bar();
  ink.strokeStyle = palette.bg;
  ink.lineWidth = 5;
  ink.stroke();
  bar();
  ink.strokeStyle = palette.text;
  ink.lineWidth = 1.5;
  ink.stroke();
  ink.font = SMALL_FONT;
  ink.textAlign = "left";
  ink.textBaseline = "bottom";
  ink.strokeStyle = palette.bg;
  ink.lineWidth = 3.5;
  ink.fillStyle = palette.text;
  ink.strokeText(lengthText(metres), x + 5, y - 3);
  ink.fillText(lengthText(metres), x + 5, y - 3);
  arrow();
  ink.stroke();
  ink.fill();
  ink.textAlign = "center";
  ink.strokeText("N", size.width - 22, 47);
  ink.fillText("N", size.width - 22, 47);
}
