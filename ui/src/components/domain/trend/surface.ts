/** The canvas of pixels under uPlot's: painted whole, and handed over only where it has changed. */
import { changed, type Raster } from "../../../lib/raster";
import type { ChartModel } from "./model";
import { Newest } from "./newest";
import { Painter } from "./paint";

/** Where the picture lies in the chart: the plot and the lanes below it, in device pixels. */
export interface Place {
  left: number;
  top: number;
  width: number;
  /** Rows of the plot. */
  plot: number;
  /** Rows of plot and lanes. */
  height: number;
  ratio: number;
}

export class Surface {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #painter = new Painter();
  readonly #newest = new Newest();
  #place: Place | null = null;
  #image: ImageData | null = null;
  #shown: Raster = { width: 0, height: 0, pixels: new Uint32Array(0) };
  #next: Raster = this.#shown;

  constructor() {
    this.#canvas = document.createElement("canvas");
    this.#canvas.className = "pixels";
    this.#canvas.dataset.testid = "trend-pixels";
    this.#context = this.#canvas.getContext("2d", { alpha: false });
  }

  /** Lies under everything else in `wrap`. */
  mount(wrap: HTMLElement): void {
    wrap.prepend(this.#canvas);
  }

  /** The canvas with its place, device pixels; null before the first picture. */
  get layer(): { canvas: HTMLCanvasElement; left: number; top: number } | null {
    return this.#place && { canvas: this.#canvas, left: this.#place.left, top: this.#place.top };
  }

  /** `said`: what axes and words say of the model; while it stays, only newest samples are painted. */
  paint(model: ChartModel, place: Place, said: string): void {
    if (!this.#context || place.width < 1 || place.plot < 1) return;
    const whole = this.#fit(this.#context, place);
    const image = this.#image;
    if (!image) return;
    const from = this.#newest.from(model, place.width, place.ratio, said);
    this.#next.from = whole ? 0 : from;
    this.#painter.paint(this.#next, model, place);
    const patch = whole
      ? { x: 0, y: 0, width: place.width, height: place.height }
      : changed(this.#shown, this.#next);
    if (!patch) return;
    const { width } = this.#next;
    for (let y = patch.y; y < patch.y + patch.height; y += 1) {
      const from = y * width + patch.x;
      this.#shown.pixels.set(this.#next.pixels.subarray(from, from + patch.width), from);
    }
    this.#context.putImageData(image, 0, 0, patch.x, patch.y, patch.width, patch.height);
  }

  /** Gives the canvas its place and size; true when it is a new one, of which nothing is shown yet. */
  #fit(context: CanvasRenderingContext2D, place: Place): boolean {
    const old = this.#place;
    const same =
      old !== null && (Object.keys(place) as (keyof Place)[]).every((name) => old[name] === place[name]);
    if (same) return false;
    this.#place = { ...place };
    const { width, height, ratio } = place;
    const { style } = this.#canvas;
    style.left = `${place.left / ratio}px`;
    style.top = `${place.top / ratio}px`;
    style.width = `${width / ratio}px`;
    style.height = `${height / ratio}px`;
    if (old?.width === width && old.height === height) return true;
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#image = context.createImageData(width, height);
    this.#shown = { width, height, pixels: new Uint32Array(this.#image.data.buffer) };
    this.#next = { width, height, pixels: new Uint32Array(width * height) };
    return true;
  }
}
