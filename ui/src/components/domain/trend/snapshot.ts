/** A trend as a picture to be pasted elsewhere: what is seen, with its title, its range and its signals. */
import type { Palette } from "../../../lib/palette";

export interface Layer {
  canvas: HTMLCanvasElement;
  /** Device pixels. */
  left: number;
  top: number;
}

export interface Caption {
  title: string;
  range: string;
  signals: readonly { name: string; colour: string }[];
  /** Marked instants, pixels of the screen from the chart's left and top edge. */
  marks: readonly { name: string; left: number; top: number; height: number }[];
}

const FONT = '12px "Inter Variable", system-ui, sans-serif';
const TITLE = '14px "Inter Variable", system-ui, sans-serif';
const EDGE = 14;
const LINE = 20;
const SWATCH = 10;

/** Null where there is nothing to be seen yet. */
export function pictureOf(
  layers: readonly Layer[],
  caption: Caption,
  palette: Palette,
): HTMLCanvasElement | null {
  const top = layers.at(-1)?.canvas;
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  if (!top || !pen) return null;
  const ratio = devicePixelRatio;
  const width = top.width / ratio + 2 * EDGE;
  pen.font = FONT;
  const rows = legendRows(caption, width - 2 * EDGE, (text) => pen.measureText(text).width);
  const head = EDGE + LINE + rows.length * LINE + 4;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round((head + EDGE) * ratio + top.height);
  pen.fillStyle = palette.panel;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const layer of layers)
    pen.drawImage(layer.canvas, layer.left + EDGE * ratio, layer.top + head * ratio);
  pen.scale(ratio, ratio);
  for (const mark of caption.marks) {
    pen.fillStyle = palette.accent;
    pen.fillRect(EDGE + mark.left, head + mark.top, 1, mark.height);
    pen.font = FONT;
    pen.fillText(mark.name, EDGE + mark.left + 4, head + mark.top + 11);
  }
  pen.textBaseline = "middle";
  pen.font = `600 ${TITLE}`;
  pen.fillStyle = palette.strong;
  pen.fillText(caption.title, EDGE, EDGE + LINE / 2);
  pen.font = FONT;
  pen.fillStyle = palette.dim;
  pen.textAlign = "right";
  pen.fillText(caption.range, width - EDGE, EDGE + LINE / 2);
  pen.textAlign = "left";
  rows.forEach((row, i) => {
    const y = EDGE + LINE * (i + 1.5);
    for (const { left, name, colour } of row) {
      pen.fillStyle = colour;
      pen.fillRect(EDGE + left, y - SWATCH / 2, SWATCH, SWATCH);
      pen.fillStyle = palette.text;
      pen.fillText(name, EDGE + left + SWATCH + 6, y);
    }
  });
  return canvas;
}

type Entry = { left: number; name: string; colour: string };

/** Names beside each other as far as there is room. */
export function legendRows(caption: Caption, width: number, measure: (text: string) => number): Entry[][] {
  const rows: Entry[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { name, colour } of caption.signals) {
    const length = SWATCH + 6 + measure(name);
    if (end + length > width) {
      rows.push([]);
      end = 0;
    }
    rows.at(-1)?.push({ left: end, name, colour });
    end += length + 18;
  }
  return rows;
}

/** Puts a picture onto the clipboard; throws where the system does not let it. */
export async function copyPicture(canvas: HTMLCanvasElement): Promise<void> {
  const blob = new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no picture"))), "image/png");
  });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
}
