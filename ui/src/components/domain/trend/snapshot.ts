/**
 * A trend as a picture to be pasted elsewhere: what is seen, with its title, its range and zone, its signals and their
 * units, its marks, and its annotations with their texts. Lengths in CSS pixels unless told.
 */
import type { AnnotationView } from "../../../ipc/bindings/AnnotationView";
import { groupsOf, touching } from "../../../lib/notes";
import type { Palette } from "../../../lib/palette";

export interface Layer {
  canvas: HTMLCanvasElement;
  /** Device pixels. */
  left: number;
  top: number;
}

/** What a chart shows: its canvases, and what stands over them. */
export interface Seen {
  layers: readonly Layer[];
  /** The range, microseconds, and where the plot lies, from the chart's left and top edge. */
  frame: { t0: number; t1: number; left: number; top: number; width: number; height: number };
  /** Marked instants, microseconds. */
  marks: { a: number | null; b: number | null };
  notes: readonly AnnotationView[];
}

export interface Entry {
  name: string;
  colour: string;
  /** A trace is a full or a dashed line, states are a band, what is compared is paler; null: words alone. */
  look: "line" | "dashed" | "band" | "pale" | null;
}

export interface Caption {
  title: string;
  /** The range with its zone and length. */
  range: string;
  legend: readonly Entry[];
  /** How far the marks lie apart; empty without them. */
  between: string;
  /** When, what about and by whom. */
  head: (note: AnnotationView) => string;
  /** Of annotations that are not told. */
  more: (count: number) => string;
}

const FONT = '12px "Inter Variable", system-ui, sans-serif';
const SMALL = '10px "Inter Variable", system-ui, sans-serif';
const TITLE = '14px "Inter Variable", system-ui, sans-serif';
const EDGE = 14;
const LINE = 20;
const SWATCH = 10;
/** The strip of annotations above the plot, as on the screen. */
const STRIP = 20;
const FLAG = { width: 17, height: 15 };
/** Texts below the picture: so many, of so many lines each. */
const TOLD_MAX = 12;
const LINES_MAX = 4;
const NUMBER_WIDTH = 24;

type Pen = CanvasRenderingContext2D;

/** Null where there is nothing to be seen yet. */
export function pictureOf(seen: Seen, caption: Caption, palette: Palette): HTMLCanvasElement | null {
  const top = seen.layers.at(-1)?.canvas;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  if (!top || !pen) return null;
  const ratio = devicePixelRatio;
  const inner = top.width / ratio;
  const measure = (text: string) => pen.measureText(text).width;
  pen.font = FONT;
  const legend = legendRows(caption.legend, inner, measure);
  const told = toldNotes(seen, caption, inner, measure);
  const head = EDGE + LINE + legend.length * LINE + 4;
  const foot = head + top.height / ratio;
  canvas.width = Math.round((inner + 2 * EDGE) * ratio);
  canvas.height = Math.round((foot + told.height + EDGE) * ratio);
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of seen.layers)
    pen.drawImage(layer.canvas, layer.left + EDGE * ratio, layer.top + head * ratio);
  pen.scale(ratio, ratio);
  pen.textBaseline = "middle";
  drawHead(pen, caption, legend, inner, palette);
  pen.save();
  pen.translate(EDGE, head);
  drawMarks(pen, seen, caption, palette);
  drawFlags(pen, seen, palette);
  pen.restore();
  pen.save();
  pen.translate(EDGE, foot);
  drawTold(pen, told.rows, palette);
  pen.restore();
  return canvas;
}

type Row = (Entry & { left: number })[];

/** Names beside each other as far as there is room. */
export function legendRows(
  legend: readonly Entry[],
  width: number,
  measure: (text: string) => number,
): Row[] {
  const rows: Row[] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const entry of legend) {
    const length = SWATCH + 6 + measure(entry.name);
    if (end + length > width) {
      rows.push([]);
      end = 0;
    }
    rows.at(-1)?.push({ ...entry, left: end });
    end += length + 18;
  }
  return rows;
}

function drawHead(pen: Pen, caption: Caption, legend: readonly Row[], inner: number, palette: Palette): void {
  pen.font = `600 ${TITLE}`;
  pen.fillStyle = palette.strong;
  pen.fillText(caption.title, EDGE, EDGE + LINE / 2);
  pen.font = FONT;
  pen.fillStyle = palette.dim;
  pen.textAlign = "right";
  pen.fillText(caption.range, EDGE + inner, EDGE + LINE / 2);
  pen.textAlign = "left";
  legend.forEach((row, i) => {
    const y = EDGE + LINE * (i + 1.5);
    for (const { left, name, colour, look } of row) {
      pen.fillStyle = colour;
      pen.globalAlpha = look === "pale" ? 0.45 : 1;
      const x = EDGE + left;
      if (look === "dashed") {
        pen.fillRect(x, y - SWATCH / 2, 4, SWATCH);
        pen.fillRect(x + 6, y - SWATCH / 2, 4, SWATCH);
      } else if (look === "band") pen.fillRect(x, y - SWATCH / 4, SWATCH, SWATCH / 2);
      else if (look !== null) pen.fillRect(x, y - SWATCH / 2, SWATCH, SWATCH);
      pen.globalAlpha = 1;
      pen.fillStyle = look === null ? palette.dim : palette.text;
      pen.fillText(name, x + (look === null ? 0 : SWATCH + 6), y);
    }
  });
}

/** The marks A and B with what lies between them, as they are seen. */
function drawMarks(pen: Pen, { frame, marks }: Seen, caption: Caption, palette: Palette): void {
  const x = placeIn(frame);
  const { a, b } = marks;
  if (a !== null && b !== null) {
    const left = Math.max(frame.left, x(Math.min(a, b)));
    const right = Math.min(frame.left + frame.width, x(Math.max(a, b)));
    if (right > left) {
      pen.globalAlpha = 0.1;
      pen.fillStyle = palette.accent;
      pen.fillRect(left, frame.top, right - left, frame.height);
      pen.globalAlpha = 1;
      pen.fillStyle = palette.text;
      pen.textAlign = "center";
      if (pen.measureText(caption.between).width < right - left - 40)
        pen.fillText(caption.between, (left + right) / 2, frame.top + 11);
      pen.textAlign = "left";
    }
  }
  for (const [name, at] of [
    ["A", a],
    ["B", b],
  ] as const) {
    if (at === null || at < frame.t0 || at > frame.t1) continue;
    pen.fillStyle = palette.accent;
    pen.fillRect(x(at), frame.top, 1, frame.height);
    pen.fillText(name, x(at) + 4, frame.top + 11);
  }
}

/** Annotations in the range that is seen, in order of time. */
function notesOf({ notes, frame }: Seen): AnnotationView[] {
  return touching(notes, frame.t0, frame.t1).toSorted((a, b) => a.draft.t0 - b.draft.t0 || a.id - b.id);
}

/** A flag where annotations begin, with their numbers in the list below, and lines as long as their spans. */
function drawFlags(pen: Pen, seen: Seen, palette: Palette): void {
  const { frame } = seen;
  const x = placeIn(frame);
  const notes = notesOf(seen);
  const numbers = new Map(notes.map(({ id }, i) => [id, i + 1]));
  const bottom = frame.top;
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, bottom - STRIP, frame.width, STRIP + 1);
  pen.clip();
  pen.fillStyle = palette.dim;
  for (const { draft } of notes)
    if (draft.t1 > draft.t0) pen.fillRect(x(draft.t0), bottom - 2, Math.max(2, x(draft.t1) - x(draft.t0)), 2);
  pen.restore();
  pen.font = SMALL;
  pen.textAlign = "center";
  // What began before is flagged at the edge.
  const begun = notes.map((note) => ({
    ...note,
    draft: { ...note.draft, t0: Math.max(note.draft.t0, frame.t0) },
  }));
  for (const { t0, rows } of groupsOf(begun, (frame.t1 - frame.t0) / Math.max(1, frame.width))) {
    const all = rows.map(({ id }) => numbers.get(id) ?? 0);
    const [first = 0, last = 0] = [Math.min(...all), Math.max(...all)];
    const text = first === last ? `${first}` : `${first}–${last}`;
    const width = Math.max(FLAG.width, pen.measureText(text).width + 8);
    const [left, top] = [x(t0), bottom - STRIP + 1.5];
    pen.fillStyle = palette.dim;
    pen.fillRect(left, top + FLAG.height, 1, bottom - top - FLAG.height);
    pen.fillStyle = palette.raised;
    pen.fillRect(left, top, width, FLAG.height);
    pen.strokeStyle = palette.edge;
    pen.strokeRect(left + 0.5, top + 0.5, width - 1, FLAG.height - 1);
    pen.fillStyle = palette.text;
    pen.fillText(text, left + width / 2, top + FLAG.height / 2 + 0.5);
  }
  pen.textAlign = "left";
  pen.font = FONT;
}

/** A line of the list below: the number of an annotation where it begins, and whether it is its head. */
interface ToldLine {
  number: string;
  text: string;
  dim: boolean;
  top: number;
}

/** The texts of the annotations as lines below the picture. */
function toldNotes(
  seen: Seen,
  caption: Caption,
  width: number,
  measure: (text: string) => number,
): { rows: ToldLine[]; height: number } {
  const notes = notesOf(seen);
  const rows: ToldLine[] = [];
  let top = 8;
  const put = (number: string, text: string, dim: boolean) => {
    rows.push({ number, text, dim, top });
    top += LINE - 3;
  };
  notes.slice(0, TOLD_MAX).forEach((note, i) => {
    put(`${i + 1}`, caption.head(note), true);
    for (const line of wrapped(note.draft.text, width - NUMBER_WIDTH, measure, LINES_MAX))
      put("", line, false);
    top += 4;
  });
  if (notes.length > TOLD_MAX) put("", caption.more(notes.length - TOLD_MAX), true);
  return { rows, height: rows.length === 0 ? 0 : top };
}

function drawTold(pen: Pen, rows: readonly ToldLine[], palette: Palette): void {
  for (const { number, text, dim, top } of rows) {
    pen.fillStyle = palette.text;
    pen.fillText(number, 0, top + LINE / 2);
    pen.fillStyle = dim ? palette.dim : palette.text;
    pen.fillText(text, NUMBER_WIDTH, top + LINE / 2);
  }
}

/** A text in lines that fit; words that are too long are broken, and what has no room is left out with dots. */
export function wrapped(
  text: string,
  width: number,
  measure: (text: string) => number,
  most: number,
): string[] {
  const lines: string[] = [];
  for (const paragraph of text.trim().split(/\s*\n\s*/)) {
    let line = "";
    for (const word of paragraph.split(/\s+/)) {
      let rest = word;
      while (rest !== "") {
        const next = line === "" ? rest : `${line} ${rest}`;
        if (measure(next) <= width) [line, rest] = [next, ""];
        else if (line !== "") {
          lines.push(line);
          line = "";
        } else {
          const head = fitting(rest, width, measure);
          lines.push(head);
          rest = rest.slice(head.length);
        }
      }
    }
    lines.push(line);
  }
  if (lines.length <= most) return lines;
  const last = `${lines[most - 1] ?? ""} …`;
  return [...lines.slice(0, most - 1), measure(last) <= width ? last : `${last.slice(0, -4)}…`];
}

/** As many whole letters of a word as fit, one at least. */
function fitting(word: string, width: number, measure: (text: string) => number): string {
  let head = "";
  for (const letter of word) {
    if (head !== "" && measure(head + letter) > width) break;
    head += letter;
  }
  return head;
}

function placeIn({ t0, t1, left, width }: Seen["frame"]): (time: number) => number {
  return (time) => left + ((time - t0) / (t1 - t0)) * width;
}

/** Puts a picture onto the clipboard; throws where the system does not let it. */
export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  const blob = new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no picture"))), "image/png");
  });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}
