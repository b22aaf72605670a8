/**
 * uPlot as axes, cursor and selection; the drawing is ours (`surface.ts`, `words.ts`). uPlot has no pan and no wheel: they
 * are here. uPlot draws again only when words or axes move.
 */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatNumber } from "../../../lib/format";
import { language } from "../../../lib/locale";
import { tickDecimals } from "../../../lib/scale";
import { tickLabel, timeTicks } from "../../../lib/time";
import { crossedTicks, gutterSaid } from "./gutter";
import { type Axis, axisTicks, type ChartModel, lanesHeight } from "./model";
import { type Place, Surface } from "./surface";
import { type Area, AXIS_GAP, alarmsSaid, bandsSaid, FONT, writeWords } from "./words";

/** Least width of a value axis, and so much more at a time until its words fit, CSS pixels. */
export const AXIS_WIDTH = 44;
const AXIS_STEP = 8;
const TIME_LABELS = 22;
/** Room above the plot for units and annotations, CSS pixels. */
const ABOVE = 20;
/** A drag shorter than this is a click. */
const DRAG_MIN = 4;
/** Value axes that are shown: more would leave no room for the traces. CSS pixels. */
const AXES_MAX = 4;
const AXES_NARROW = 2;
const WIDE = 860;

/** A value axis that is shown, with its place from the chart's left edge, CSS pixels. */
export interface AxisShown extends Axis {
  left: number;
  width: number;
}

export interface ChartEvents {
  /** The pointer is at an instant, or has left (null). Pixels from the chart's left and top edge. */
  onCursor: (time: number | null, left: number, top: number) => void;
  onZoom: (t0: number, t1: number) => void;
  /** Marks a range, which stays as it is drawn. */
  onSelect: (t0: number, t1: number) => void;
  /** Moves by a part of the width. */
  onPan: (part: number) => void;
  /** Scales around an instant. */
  onScale: (factor: number, at: number) => void;
  onReset: () => void;
}

export class Chart {
  readonly #host: HTMLElement;
  readonly #events: ChartEvents;
  #model: ChartModel;
  #plot: uPlot | null = null;
  #surface: Surface | null = null;
  /** Axes and lanes of the plot as built: another set needs another plot. */
  #shape = "";
  /** What the words and axes say as drawn. */
  #said = "";
  /** Widths of the axes that are shown: they grow as words need it, and never shrink while the plot stands. */
  #widths: number[] = [];
  /** The values on each of them, those too that give way to words about limits. */
  #ticks: string[][] = [];
  /** Whether the drag that goes on marks a range rather than zooming to it. */
  #selecting = false;

  constructor(host: HTMLElement, model: ChartModel, events: ChartEvents) {
    this.#host = host;
    this.#model = model;
    this.#events = events;
    this.update(model);
  }

  /** Width of the plot area, CSS pixels: as many columns are worth asking for. */
  get width(): number {
    return this.#plot ? this.#plot.bbox.width / devicePixelRatio : this.#host.clientWidth;
  }

  /** The plot area in CSS pixels from the chart's left and top edge. */
  get plot(): { left: number; top: number; width: number; height: number } {
    const box = this.#plot?.bbox;
    const ratio = devicePixelRatio;
    return {
      left: (box?.left ?? 0) / ratio,
      top: (box?.top ?? 0) / ratio,
      width: (box?.width ?? 0) / ratio,
      height: (box?.height ?? 0) / ratio,
    };
  }

  /** Moves the cursor by so many CSS pixels; where there is none, it appears in the middle. */
  moveCursor(by: number): void {
    const plot = this.#plot;
    if (!plot) return;
    const { width, height } = this.plot;
    const from = (plot.cursor.left ?? -1) < 0 ? width / 2 : (plot.cursor.left ?? 0) + by;
    plot.setCursor({ left: Math.min(width - 1, Math.max(0, from)), top: height / 2 });
  }

  /** Takes the cursor away. */
  dropCursor(): void {
    this.#plot?.setCursor({ left: -10, top: -10 });
  }

  /** What is seen, as canvases of one size from the lowest to the uppermost, with their places in device pixels. */
  get layers(): { canvas: HTMLCanvasElement; left: number; top: number }[] {
    const plot = this.#plot;
    if (!plot) return [];
    const under = this.#surface?.layer;
    return [...(under ? [under] : []), { canvas: plot.ctx.canvas, left: 0, top: 0 }];
  }

  /** The axes that are shown, the first on the left, the second on the right, and so on outwards. */
  get axes(): readonly AxisShown[] {
    const { left, width } = this.plot;
    return this.#axes().map((axis, i) => {
      const own = this.#widths[i] ?? AXIS_WIDTH;
      const inner = this.#inner(i);
      return { ...axis, width: own, left: i % 2 === 0 ? left - inner - own : left + width + inner };
    });
  }

  /** Axes that there is no room for. */
  get axesLeftOut(): readonly Axis[] {
    return this.#model.axes.slice(this.#axes().length);
  }

  /** What lies between an axis and the plot: the axes before it on its side. CSS pixels. */
  #inner(i: number): number {
    let sum = 0;
    for (let other = i % 2; other < i; other += 2) sum += this.#widths[other] ?? AXIS_WIDTH;
    return sum;
  }

  #axes(model = this.#model): Axis[] {
    return model.axes.slice(0, this.#host.clientWidth >= WIDE ? AXES_MAX : AXES_NARROW);
  }

  update(model: ChartModel): void {
    this.#model = model;
    const shape = `${this.#axes(model)
      .map((axis) => axis.id + axis.unit)
      .join(
        "|",
      )}#${model.axes.length}#${model.score !== null}#${model.bands.length}#${model.palette.panel}#${model.clock.zone}#${language()}`;
    if (shape !== this.#shape || !this.#plot) this.#build(shape);
    else {
      const said = this.#says();
      const moved = said !== this.#said;
      this.#said = said;
      // It draws words and picture.
      if (moved) this.#plot.setData(this.#data(), true);
      this.#paint(this.#plot);
    }
  }

  /** Everything that uPlot's canvas shows of the model, to a pixel. */
  #says(): string {
    const { t0, t1, axes, limits, bad, now } = this.#model;
    const column = (t1 - t0) / Math.max(1, this.width);
    return JSON.stringify([
      t0,
      t1,
      axes.map(({ low, high, colour }) => [low, high, colour]),
      limits.map(({ label, value }) => [label, value]),
      bad
        .filter((span) => span.t1 >= t0 && span.t0 <= t1)
        .map((span) => [span.words, span.name, Math.round(span.t0 / column)]),
      alarmsSaid(this.#model),
      now < t1 ? Math.round(now / column) : null,
      this.#model.normal,
      bandsSaid(this.#model, column),
      language(),
    ]);
  }

  #paint(u: uPlot): void {
    this.#surface?.paint(this.#model, this.#placeOf(u), this.#said);
  }

  #placeOf(u: uPlot): Place {
    const { left, top, width, height } = u.bbox;
    const ratio = devicePixelRatio;
    const [x, y, plot] = [Math.round(left), Math.round(top), Math.round(height)];
    const lanes = Math.round(lanesHeight(this.#model.score !== null, this.#model.bands.length) * ratio);
    return { left: x, top: y, width: Math.round(width), plot, height: plot + lanes, ratio };
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width > 0 && height > 0) this.#plot?.setSize({ width, height });
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** uPlot only needs to know the corners: the traces are drawn from columns. */
  #data(): uPlot.AlignedData {
    const { t0, t1, axes } = this.#model;
    return [[t0, t1], ...axes.map((axis) => [axis.low, axis.high])];
  }

  #build(shape: string): void {
    this.#plot?.destroy();
    this.#shape = shape;
    const { axes } = this.#model;
    const shown = this.#axes();
    this.#widths = shown.map(() => AXIS_WIDTH);
    const scales: uPlot.Scales = { x: { time: false, range: () => [this.#model.t0, this.#model.t1] } };
    for (const { id } of axes) {
      scales[id] = {
        range: () => {
          const axis = this.#model.axes.find((candidate) => candidate.id === id);
          return [axis?.low ?? 0, axis?.high ?? 1];
        },
      };
    }
    const options: uPlot.Options = {
      width: Math.max(100, this.#host.clientWidth),
      height: Math.max(100, this.#host.clientHeight),
      padding: [ABOVE, shown.length > 1 ? 0 : 16, 0, 0],
      legend: { show: false },
      scales,
      series: [
        {},
        ...axes.map(({ id }) => ({ scale: id, auto: true, paths: () => null, points: { show: false } })),
      ],
      axes: [this.#timeAxis(), ...shown.map((_, i) => this.#valueAxis(i))],
      cursor: this.#cursor(),
      hooks: {
        draw: [(u) => this.#draw(u)],
        setCursor: [(u) => this.#moved(u)],
        setSelect: [(u) => this.#selected(u)],
      },
    };
    this.#said = this.#says();
    this.#plot = new uPlot(options, this.#data(), this.#host);
    this.#surface = new Surface();
    const wrap = this.#plot.root.querySelector<HTMLElement>(".u-wrap");
    if (wrap) this.#surface.mount(wrap);
    this.#plot.over.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #timeAxis(): uPlot.Axis {
    const lanes = lanesHeight(this.#model.score !== null, this.#model.bands.length);
    return {
      scale: "x",
      side: 2,
      size: lanes + TIME_LABELS,
      gap: lanes + 4,
      font: FONT,
      stroke: () => this.#model.palette.dim,
      ticks: { show: false },
      grid: { show: false },
      splits: (u) => this.#timeTicks(u).ticks,
      values: (u, splits) => {
        const { step } = this.#timeTicks(u);
        return splits.map((time) => tickLabel(this.#model.clock, time, step));
      },
    };
  }

  #timeTicks(u: uPlot): { step: number; ticks: number[] } {
    const width = u.bbox.width / devicePixelRatio || 600;
    return timeTicks(this.#model.clock, this.#model.t0, this.#model.t1, Math.max(2, Math.floor(width / 110)));
  }

  #valueAxis(i: number): uPlot.Axis {
    const axis = () => this.#model.axes[i];
    return {
      scale: axis()?.id ?? "x",
      side: i % 2 === 0 ? 3 : 1,
      size: (u) => this.#fitAxis(u, i),
      gap: AXIS_GAP,
      font: FONT,
      stroke: () => axis()?.colour ?? this.#model.palette.dim,
      ticks: { show: false },
      grid: { show: false },
      splits: (u) => {
        const height = u.bbox.height / devicePixelRatio || 300;
        return axisTicks(axis() ?? { low: 0, high: 1 }, height);
      },
      values: (u, splits) => {
        const decimals = tickDecimals(splits);
        const words = splits.map((value) => formatNumber(value, decimals));
        this.#ticks[i] = words;
        if (i > 0) return words;
        const crossed = crossedTicks(this.#model, u.bbox.height / devicePixelRatio, splits);
        return words.map((word, tick) => (crossed[tick] ? "" : word));
      },
    };
  }

  /** The width of an axis with its words, and with those about limits beside the first. */
  #fitAxis(u: uPlot, i: number): number {
    const { ctx } = u;
    ctx.save();
    ctx.font = FONT;
    const all = [...(this.#ticks[i] ?? []), ...(i === 0 ? gutterSaid(this.#model) : [])];
    const widest = Math.max(0, ...all.map((word) => ctx.measureText(word).width));
    ctx.restore();
    const more = Math.ceil(Math.max(0, widest + AXIS_GAP - AXIS_WIDTH) / AXIS_STEP) * AXIS_STEP;
    const width = Math.max(this.#widths[i] ?? AXIS_WIDTH, AXIS_WIDTH + more);
    this.#widths[i] = width;
    return width;
  }

  #cursor(): uPlot.Cursor {
    return {
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: {
        mousedown: (u, _, handler) => (event) => {
          if (event.shiftKey || event.button === 1) {
            this.#pan(u, event);
            return null;
          }
          this.#selecting = event.ctrlKey || event.metaKey;
          handler(event);
          return null;
        },
        dblclick: () => () => {
          this.#events.onReset();
          return null;
        },
      },
    };
  }

  #pan(u: uPlot, down: MouseEvent): void {
    down.preventDefault();
    let from = down.clientX;
    const move = (event: MouseEvent) => {
      this.#events.onPan((from - event.clientX) / Math.max(1, u.over.clientWidth));
      from = event.clientX;
    };
    const up = () => {
      window.removeEventListener("mousemove", move);
      window.removeEventListener("mouseup", up);
    };
    window.addEventListener("mousemove", move);
    window.addEventListener("mouseup", up);
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    const plot = this.#plot;
    if (!plot) return;
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      this.#events.onPan(sideways / 800);
      return;
    }
    const box = plot.over.getBoundingClientRect();
    const part = (event.clientX - box.left) / Math.max(1, box.width);
    const at = this.#model.t0 + part * (this.#model.t1 - this.#model.t0);
    this.#events.onScale(1.0015 ** Math.max(-300, Math.min(300, event.deltaY)), at);
  }

  #moved(u: uPlot): void {
    const left = u.cursor.left ?? -1;
    if (left < 0) {
      this.#events.onCursor(null, 0, 0);
      return;
    }
    const { t0, t1 } = this.#model;
    const plot = this.plot;
    const time = t0 + (left / Math.max(1, plot.width)) * (t1 - t0);
    this.#events.onCursor(time, plot.left + left, plot.top + (u.cursor.top ?? 0));
  }

  #selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width < DRAG_MIN) return;
    const { t0, t1 } = this.#model;
    const scale = (t1 - t0) / Math.max(1, u.over.clientWidth);
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const range: [number, number] = [t0 + left * scale, t0 + (left + width) * scale];
    if (this.#selecting) this.#events.onSelect(...range);
    else this.#events.onZoom(...range);
  }

  #draw(u: uPlot): void {
    this.#paint(u);
    const where = area(u);
    writeWords(u.ctx, this.#model, where);
    const { ctx } = u;
    ctx.save();
    ctx.scale(where.ratio, where.ratio);
    ctx.font = FONT;
    ctx.textBaseline = "alphabetic";
    this.#axes().forEach((axis, i) => {
      ctx.fillStyle = axis.colour;
      ctx.textAlign = i % 2 === 0 ? "right" : "left";
      const outer = this.#inner(i) + AXIS_GAP;
      const left = where.left / where.ratio;
      const x = i % 2 === 0 ? left - outer : left + where.width / where.ratio + outer;
      ctx.fillText(axis.unit, x, where.top / where.ratio - 9);
    });
    ctx.restore();
  }
}

function area(u: uPlot): Area {
  const { left, top, width, height } = u.bbox;
  return { left, top, width, height, ratio: devicePixelRatio };
}
