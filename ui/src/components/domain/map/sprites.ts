/** Markers as small pictures, painted once for each look: a canvas full of them is then copied, not drawn. */
import { type Look, lookName } from "../../../lib/map/look";
import { NO_ALARM } from "../../../lib/overview/facts";
import { onPriorityColour, type Palette, priorityColour, priorityTextColour } from "../../../lib/palette";

export interface Sprite {
  canvas: HTMLCanvasElement;
  /** CSS pixels. */
  width: number;
  height: number;
}

const FONT = '12px "Inter Variable", system-ui, sans-serif';
const bold = (weight: number, size: number) => FONT.replace("12px", `${weight} ${size}px`);
/** Around what is painted, for halo and ring. */
const ROOM = 6;
const MARK = 18;
const PILL = 24;
/** Looks that are kept: counts make many. */
const KEPT_MAX = 2_000;
type Ink = CanvasRenderingContext2D;

export class Sprites {
  readonly #palette: Palette;
  readonly #ratio: number;
  readonly #made = new Map<string, Sprite>();

  constructor(palette: Palette, ratio: number) {
    this.#palette = palette;
    this.#ratio = ratio;
  }

  of(look: Look): Sprite {
    const name = lookName(look);
    const known = this.#made.get(name);
    if (known) return known;
    if (this.#made.size > KEPT_MAX) this.#made.clear();
    const made = look.count > 1 ? this.#pill(look) : this.#single(look);
    this.#made.set(name, made);
    return made;
  }

  #sheet(width: number, height: number): { sprite: Sprite; ink: Ink | null } {
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * this.#ratio);
    canvas.height = Math.ceil(height * this.#ratio);
    const ink = canvas.getContext("2d");
    ink?.scale(this.#ratio, this.#ratio);
    return { sprite: { canvas, width, height }, ink };
  }

  #single(look: Look): Sprite {
    const size = 2 * (MARK / 2 + ROOM);
    const { sprite, ink } = this.#sheet(size, size);
    if (ink) single(ink, look, size / 2, this.#palette);
    return sprite;
  }

  #pill(look: Look): Sprite {
    const palette = this.#palette;
    const text = String(look.count);
    const alarm = look.priority < NO_ALARM;
    const width = Math.max(PILL, text.length * 7.4 + 12 + (alarm ? MARK : 0));
    const { sprite, ink } = this.#sheet(width + 2 * ROOM, PILL + 2 * ROOM);
    if (!ink) return sprite;
    const round = PILL / 2;
    capsule(ink, ROOM, ROOM, width, PILL, round);
    ink.fillStyle = palette.raised;
    ink.fill();
    if (look.silent || look.bad) hatch(ink, ROOM, ROOM, width, PILL, round, palette);
    capsule(ink, ROOM, ROOM, width, PILL, round);
    ink.strokeStyle = palette.edge;
    ink.lineWidth = look.anomaly ? 2.5 : 1.25;
    ink.setLineDash(look.silent ? [3, 2.5] : []);
    ink.stroke();
    ink.setLineDash([]);
    if (alarm) alarmShape(ink, look, ROOM + round - 0.5, ROOM + PILL / 2, MARK - 2, palette);
    ink.font = bold(600, 12);
    ink.textAlign = "center";
    ink.textBaseline = "middle";
    const middle = alarm ? ROOM + (MARK + width) / 2 : ROOM + width / 2;
    // Over hatching, digits need a ground of their own.
    ink.lineWidth = 3;
    ink.strokeStyle = palette.raised;
    ink.strokeText(text, middle, ROOM + PILL / 2 + 0.5);
    ink.fillStyle = palette.strong;
    ink.fillText(text, middle, ROOM + PILL / 2 + 0.5);
    return sprite;
  }
}

function single(ink: Ink, look: Look, middle: number, palette: Palette): void {
  const alarm = look.priority < NO_ALARM;
  const doubt = look.silent || look.bad;
  if (doubt) {
    const radius = alarm ? MARK / 2 + 4 : 9;
    disc(ink, middle, radius, palette.raised);
    hatch(ink, middle - radius, middle - radius, 2 * radius, 2 * radius, radius, palette);
    ring(ink, middle, radius, palette.edge, 1.25, look.silent ? [3, 2.5] : []);
  }
  if (look.anomaly && !alarm) ring(ink, middle, 10, palette.strong, 1.5, []);
  if (alarm) {
    if (!doubt) disc(ink, middle, MARK / 2 + 3, palette.bg);
    alarmShape(ink, look, middle, middle, MARK, palette);
    return;
  }
  if (doubt) return;
  disc(ink, middle, 7.5, palette.bg);
  if (look.standby) ring(ink, middle, 5, palette.edge, 1.75, []);
  else disc(ink, middle, 5.75, palette.trace);
}

function disc(ink: Ink, middle: number, radius: number, colour: string): void {
  ink.beginPath();
  ink.arc(middle, middle, radius, 0, 2 * Math.PI);
  ink.fillStyle = colour;
  ink.fill();
}

function ring(ink: Ink, middle: number, radius: number, colour: string, wide: number, dash: number[]): void {
  ink.beginPath();
  ink.arc(middle, middle, radius, 0, 2 * Math.PI);
  ink.strokeStyle = colour;
  ink.lineWidth = wide;
  ink.setLineDash(dash);
  ink.stroke();
  ink.setLineDash([]);
}

function capsule(ink: Ink, x: number, y: number, width: number, height: number, round: number): void {
  ink.beginPath();
  ink.moveTo(x + round, y);
  ink.arcTo(x + width, y, x + width, y + height, round);
  ink.arcTo(x + width, y + height, x, y + height, round);
  ink.arcTo(x, y + height, x, y, round);
  ink.arcTo(x, y, x + width, y, round);
  ink.closePath();
}

/** The stripes of what is not known. */
function hatch(
  ink: Ink,
  x: number,
  y: number,
  width: number,
  height: number,
  round: number,
  palette: Palette,
): void {
  ink.save();
  capsule(ink, x, y, width, height, round);
  ink.clip();
  ink.beginPath();
  for (let at = x - height; at < x + width; at += 5) {
    ink.moveTo(at, y + height);
    ink.lineTo(at + height, y);
  }
  ink.strokeStyle = palette.edge;
  ink.lineWidth = 1.5;
  ink.stroke();
  ink.restore();
}

/** The shapes of the alarm list: a square, triangles up and down, a circle. */
function alarmShape(ink: Ink, look: Look, x: number, y: number, size: number, palette: Palette): void {
  const { priority, loud } = look;
  const half = size / 2 - 1;
  ink.beginPath();
  if (priority === 1) ink.rect(x - half, y - half, 2 * half, 2 * half);
  else if (priority === 4) ink.arc(x, y, half + 0.5, 0, 2 * Math.PI);
  else {
    const up = priority === 2 ? 1 : -1;
    ink.moveTo(x, y - up * half);
    ink.lineTo(x + half + 0.5, y + up * half * 0.85);
    ink.lineTo(x - half - 0.5, y + up * half * 0.85);
    ink.closePath();
  }
  ink.lineJoin = "round";
  ink.lineWidth = 1.5;
  ink.fillStyle = loud ? priorityColour(palette, priority) : palette.bg;
  ink.strokeStyle = priorityColour(palette, priority);
  ink.fill();
  ink.stroke();
  const sunk = priority === 2 ? 0.13 : priority === 3 ? -0.1 : 0;
  ink.font = bold(700, priority === 2 || priority === 3 ? size * 0.52 : size * 0.62);
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  ink.fillStyle = loud ? onPriorityColour(palette, priority) : priorityTextColour(palette, priority);
  ink.fillText(String(priority), x, y + size * sunk + 0.5);
}
