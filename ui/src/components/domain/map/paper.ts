/** Light or dark after the page that a plan was drawn on. */
import type { Drawing } from "../../../lib/map/drawing";

export type PaperTheme = "light" | "dark" | undefined;

const known = new WeakMap<ImageBitmap, PaperTheme>();

/** None for what takes the colours of the window. */
export function themeOf(drawing: Drawing): PaperTheme {
  if (drawing.kind === "earth") return undefined;
  if (drawing.kind === "image") {
    const before = known.get(drawing.image);
    if (before) return before;
    const made = ofImage(drawing.image);
    known.set(drawing.image, made);
    return made;
  }
  const { paper } = drawing.picture;
  if (paper === null) return undefined;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(paper.slice(at, at + 2), 16));
  return isBright(r, g, b) ? "light" : "dark";
}

function isBright(r: number, g: number, b: number): boolean {
  return r * 0.299 + g * 0.587 + b * 0.114 > 128;
}

/** Its mean colour. */
function ofImage(image: ImageBitmap): PaperTheme {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const ink = canvas.getContext("2d");
  if (!ink) return "light";
  ink.drawImage(image, 0, 0, 1, 1);
  const [r = 255, g = 255, b = 255] = ink.getImageData(0, 0, 1, 1).data;
  return isBright(r, g, b) ? "light" : "dark";
}
