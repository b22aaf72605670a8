/**
 * Paints the trend into pixels: normal band, limits, hatching, grid, traces, lanes. Without a GPU this is several times
 * as fast as paths on a canvas. Words are drawn apart (`words.ts`).
 */
import { shownUntil } from "../../../lib/bands";
import { runs } from "../../../lib/columns";
import { Envelope, type Frame } from "../../../lib/envelope";
import { type Palette, priorityColour } from "../../../lib/palette";
import { dot, fill, hatch, ink, level, type Raster, stipple, stroke } from "../../../lib/raster";
import { position } from "../../../lib/scale";
import {
  ALARM_LANE,
  ALARMS_TOP,
  axisTicks,
  type Band,
  bandPlace,
  bandsHeight,
  type ChartModel,
  type LimitMark,
  packLanes,
  SCORE_HEIGHT,
  SCORE_TOP,
  type Trace,
  WORDS_ROW,
} from "./model";

/** Strength of the greys of ranges beyond limits, by priority; of the colour of an alarm that stands there. */
const ZONE_GREYS = [0.16, 0.12, 0.085, 0.05] as const;
const ZONE_ALARM = 0.11;
/** Of the dots on them, whatever the priority. */
const ZONE_DOTS = 0.45;
/** How much fainter what lies behind is hatched. */
const GHOST_HATCH = 0.7;
/** The mark of a limit at the edge of the plot, CSS pixels. */
const MARK = { long: 14, foot: 5 };
const SOLID = { on: 1, off: 0 };
const BAD = 2;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What the painter needs to know of the picture: rows of the plot without its lanes, and pixels a CSS pixel. */
export interface Size {
  plot: number;
  ratio: number;
}

export class Painter {
  readonly #envelope = new Envelope();
  #inks = new Map<string, number>();
  #palette: Palette | null = null;

  /** Paints the picture from the column on that the raster names: `size.plot` rows of plot, and the lanes below. */
  paint(raster: Raster, model: ChartModel, size: Size): void {
    if (model.palette !== this.#palette) {
      this.#palette = model.palette;
      this.#inks.clear();
    }
    // What belongs to the plot alone is clipped at its lower edge.
    const plot: Raster = {
      ...raster,
      height: size.plot,
      pixels: raster.pixels.subarray(0, raster.width * size.plot),
    };
    fill(raster, 0, 0, raster.width, raster.height, this.#ink(model.palette.panel));
    this.#ground(plot, model, size);
    for (const trace of [...model.traces].reverse()) this.#trace(plot, model, size, trace);
    this.#limits(plot, model, size);
    this.#lanes(raster, model, size);
    if (model.traces.length === 0 && model.bands.length === 0) return;
    const now = (model.now - model.t0) * perMicro(raster, model);
    if (now > 0 && now < raster.width - size.ratio) {
      const left = Math.round(now);
      fill(
        plot,
        left,
        0,
        left + Math.max(1, Math.round(size.ratio)),
        size.plot,
        this.#ink(model.palette.dim),
      );
    }
  }

  #ink(colour: string | undefined): number {
    let value = this.#inks.get(colour ?? "");
    if (value === undefined) {
      value = ink(colour);
      this.#inks.set(colour ?? "", value);
    }
    return value;
  }

  /** Normal band, the regions beyond limits, grid, bad quality. */
  #ground(plot: Raster, model: ChartModel, size: Size): void {
    const { palette } = model;
    const { width } = plot;
    if (model.normal) {
      const y = rowOf(model, size, model.normal.axis);
      fill(plot, 0, y(model.normal.high), width, y(model.normal.low), this.#ink(palette["spark-band"]));
    }
    for (const zone of model.zones) {
      const y = rowOf(model, size, zone.axis);
      // Colour only where an alarm stands; else greys, the deeper the more urgent it would be.
      const [colour, alpha] =
        zone.alarm === null
          ? [palette.dim, ZONE_GREYS[zone.priority - 1] ?? ZONE_GREYS[3]]
          : [priorityColour(palette, zone.alarm), ZONE_ALARM];
      fill(plot, 0, y(zone.high), width, y(zone.low), this.#ink(colour), alpha);
      if (zone.alarm !== null) continue;
      // A grey alone would pass for the normal band.
      stipple(plot, y(zone.high), y(zone.low), {
        period: Math.max(4, Math.round(6 * size.ratio)),
        size: Math.max(1, Math.round(size.ratio)),
        colour: this.#ink(palette.dim),
        alpha: ZONE_DOTS,
      });
    }
    const axis = model.axes[0];
    if (axis) {
      const y = rowOf(model, size, axis.id);
      const thick = Math.max(1, Math.round(size.ratio));
      for (const tick of axisTicks(axis, size.plot / size.ratio))
        level(plot, y(tick), thick, SOLID, this.#ink(palette.line));
    }
    const scale = perMicro(plot, model);
    const period = Math.max(3, Math.round(7 * size.ratio));
    for (const span of model.bad) {
      const left = (span.t0 - model.t0) * scale;
      const right = Math.max(left + 3 * size.ratio, (span.t1 - model.t0) * scale);
      if (right < 0 || left > width) continue;
      hatch(
        plot,
        { left, top: 0, right, bottom: size.plot },
        {
          period,
          thick: Math.max(1, Math.round(size.ratio)),
          phase: phaseOf(plot, model, period),
          colour: this.#ink(palette.dim),
          alpha: (span.status === BAD ? 0.42 : 0.22) * (span.ghost ? GHOST_HATCH : 1),
          falling: span.ghost,
        },
      );
    }
  }

  #trace(plot: Raster, model: ChartModel, size: Size, trace: Trace): void {
    const { width } = plot;
    const { ratio } = size;
    const axis = model.axes.find((candidate) => candidate.id === trace.axis);
    const low = axis?.low ?? 0;
    const frame: Frame = {
      t0: model.t0,
      perMicro: perMicro(plot, model),
      low,
      perUnit: size.plot / ((axis?.high ?? 1) - low || 1),
      base: size.plot,
    };
    const envelope = this.#envelope;
    const colour = this.#ink(trace.colour);
    envelope.take(width, trace.columns, frame, trace.staleMicros, trace.step, model.now, 1.4 * ratio);
    const dash = { on: Math.round(3 * ratio), off: Math.round(3 * ratio) };
    const pattern = trace.pattern && {
      on: Math.round(trace.pattern.on * ratio),
      off: Math.round(trace.pattern.off * ratio),
    };
    const period = pattern ? pattern.on + pattern.off : 1;
    envelope.paint(plot, colour, {
      alpha: trace.alpha,
      phase: phaseOf(plot, model, period * (dash.on + dash.off)),
      dash,
      pattern,
    });
    for (let i = 0; i < envelope.dots.length; i += 2)
      dot(plot, envelope.dots[i] ?? 0, envelope.dots[i + 1] ?? 0, 1.6 * ratio, colour);
    if (trace.ghost) return;
    // Where the newest value is: it moves with every sample, however long the span.
    const last = trace.columns.tLast.length - 1;
    const value = trace.columns.last[last] ?? Number.NaN;
    const time = trace.columns.tLast[last] ?? 0;
    if (model.now > model.t1 || !Number.isFinite(value) || model.now - time > trace.staleMicros) return;
    const y = frame.base - (value - low) * frame.perUnit;
    dot(plot, (time - model.t0) * frame.perMicro, y, 2.5 * ratio, colour);
  }

  #limits(plot: Raster, model: ChartModel, size: Size): void {
    const { ratio } = size;
    const dash = { on: Math.round(5 * ratio), off: Math.round(4 * ratio) };
    for (const limit of model.limits) {
      const y = rowOf(model, size, limit.axis)(limit.value);
      const colour = this.#ink(priorityColour(model.palette, limit.priority));
      level(plot, y, Math.max(1, Math.round(ratio)), dash, colour, 0.75);
    }
    for (const mark of model.marks) this.#mark(plot, model, size, mark);
  }

  /** At the edge of its axis, with a foot towards trouble. */
  #mark(plot: Raster, model: ChartModel, size: Size, mark: LimitMark): void {
    const place = model.axes.findIndex(({ id }) => id === mark.axis);
    const axis = model.axes[place];
    if (!axis || mark.value < axis.low || mark.value > axis.high) return;
    const { ratio } = size;
    const y = rowOf(model, size, mark.axis)(mark.value);
    const colour = this.#ink(mark.colour);
    const thick = Math.max(1, Math.round(ratio));
    if (mark.across) {
      const dash = { on: Math.round(5 * ratio), off: Math.round(4 * ratio) };
      level(plot, y, thick, dash, colour, 0.75);
    }
    const [left, right] =
      place % 2 === 0 ? [0, MARK.long * ratio] : [plot.width - MARK.long * ratio, plot.width];
    const top = Math.round(y - thick / 2);
    fill(plot, left, top, right, top + thick, colour, mark.alpha);
    const foot = MARK.foot * ratio;
    const [from, to] = mark.side > 0 ? [top - foot, top] : [top + thick, top + thick + foot];
    const edge = 2 * thick;
    if (place % 2 === 0) fill(plot, 0, from, edge, to, colour, mark.alpha);
    else fill(plot, plot.width - edge, from, plot.width, to, colour, mark.alpha);
  }

  #lanes(raster: Raster, model: ChartModel, size: Size): void {
    const { ratio } = size;
    let top = size.plot + WORDS_ROW * ratio;
    model.bands.forEach((band, i) => {
      const place = bandPlace(band, i);
      const from = Math.round(top + place.top * ratio);
      this.#band(raster, model, size, band, from, from + Math.round(place.height * ratio));
    });
    top += bandsHeight(model.bands.length) * ratio;
    if (model.score) {
      this.#score(raster, model, size, top + SCORE_TOP * ratio);
      top += (SCORE_TOP + SCORE_HEIGHT) * ratio;
    }
    const scale = perMicro(raster, model);
    for (const span of packLanes(model.alarms.filter((span) => span.t1 >= model.t0 && span.t0 <= model.t1))) {
      const left = (span.t0 - model.t0) * scale;
      const right = Math.max(left + 2 * ratio, (span.t1 - model.t0) * scale);
      const y = top + (ALARMS_TOP + span.lane * ALARM_LANE) * ratio;
      const colour = this.#ink(priorityColour(model.palette, span.priority));
      fill(raster, left, y, right, y + (ALARM_LANE - 2) * ratio, colour);
    }
  }

  /** Neighbouring states in other greys, told apart by their words; nothing where nothing is known. */
  #band(raster: Raster, model: ChartModel, size: Size, band: Band, top: number, bottom: number): void {
    const { ratio } = size;
    const scale = perMicro(raster, model);
    const thick = Math.max(1, Math.round(ratio));
    const [dim, line] = [this.#ink(model.palette.dim), this.#ink(model.palette.panel)];
    const period = Math.max(3, Math.round(5 * ratio));
    const phase = phaseOf(raster, model, period);
    const greys = greysOf(band);
    band.runs.forEach((run, i) => {
      const left = (run.t0 - model.t0) * scale;
      const end = shownUntil(band.runs, i, Math.min(model.now, model.t1), band.staleMicros);
      const right = Math.max(left + thick, (end - model.t0) * scale);
      if (right < (raster.from ?? 0) || left > raster.width) return;
      const grey = greys.get(run.word ?? "") ?? 0;
      if (run.word !== null) fill(raster, left, top, right, bottom, dim, grey * band.alpha);
      const box = { left, top, right, bottom };
      // Several in less than a column, and what cannot be trusted, is hatched.
      if (run.several || run.status > 0) {
        const alpha = (run.several || run.status === BAD ? 0.5 : 0.28) * band.alpha;
        hatch(raster, box, { period, thick, phase, colour: dim, alpha });
      }
      // Where it begins.
      if (left >= 0) fill(raster, left, top, left + thick, bottom, line);
      if (band.ghost) this.#dashed(raster, model, size, box, band.alpha);
    });
  }

  /** The lower edge of what is compared. */
  #dashed(raster: Raster, model: ChartModel, size: Size, box: Box, alpha: number): void {
    const thick = Math.max(1, Math.round(size.ratio));
    const dash = Math.round(4 * size.ratio);
    const phase = phaseOf(raster, model, 2 * dash);
    const dim = this.#ink(model.palette.dim);
    const [left, right] = [Math.max(0, Math.round(box.left)), Math.min(raster.width, Math.round(box.right))];
    for (let x = left - ((left + phase) % (2 * dash)); x < right; x += 2 * dash)
      fill(raster, Math.max(left, x), box.bottom - thick, Math.min(right, x + dash), box.bottom, dim, alpha);
  }

  #score(raster: Raster, model: ChartModel, size: Size, top: number): void {
    const score = model.score;
    if (!score) return;
    const { columns } = score;
    const { ratio } = size;
    const scale = perMicro(raster, model);
    const height = SCORE_HEIGHT * ratio;
    const base = Math.round(top + height);
    const x = (time: number) => (time - model.t0) * scale;
    const y = (value: number) => base - position(value, 0, 1) * height;
    const dim = this.#ink(model.palette.dim);
    for (const run of runs(columns, score.staleMicros)) {
      // Each column up to the next one: a pixel belongs to one column, so that nothing is laid on twice.
      let left = Math.floor(x(columns.tFirst[run.from] ?? 0));
      for (let i = run.from; i <= run.to; i += 1) {
        const next = i < run.to ? columns.tFirst[i + 1] : columns.tLast[i];
        const right = Math.max(left + (i === run.to ? 1 : 0), Math.floor(x(next ?? 0)));
        for (let column = Math.max(0, left); column < Math.min(raster.width, right); column += 1)
          stroke(raster, column, y(columns.max[i] ?? 0), base, dim, 0.6);
        left = right;
      }
    }
    const thick = Math.max(1, Math.round(ratio));
    fill(raster, 0, base, raster.width, base + thick, this.#ink(model.palette.line));
    if (score.limit === null) return;
    const dash = { on: Math.round(5 * ratio), off: Math.round(4 * ratio) };
    level(raster, y(score.limit), thick, dash, this.#ink(model.palette.text), 0.8);
  }
}

/** Strengths of grey by word, in the order in which the states are first seen: each differs from the next. */
const GREYS = [0.24, 0.1, 0.17, 0.31, 0.05] as const;

/** Made anew when a run has come; it is asked for with every picture. */
const known = new WeakMap<Band["runs"], Greys>();

interface Greys {
  /** Of so many runs, and of so many that they are compared with. */
  count: number;
  beside: Band["runs"];
  besides: number;
  greys: ReadonlyMap<string, number>;
}

const NOTHING: Band["runs"] = [];

function greysOf({ runs: all, beside = NOTHING }: Band): ReadonlyMap<string, number> {
  const before = known.get(all);
  if (before?.count === all.length && before.beside === beside && before.besides === beside.length)
    return before.greys;
  const greys = new Map<string, number>();
  // By name, so that a state keeps its grey while others come into view and go.
  const seen = [...all, ...beside].flatMap(({ word }) => (word === null ? [] : [word]));
  const words = [...new Set(seen)].sort();
  for (const [i, word] of words.entries()) greys.set(word, GREYS[i % GREYS.length] ?? GREYS[0]);
  known.set(all, { count: all.length, beside, besides: beside.length, greys });
  return greys;
}

function perMicro(raster: Raster, model: ChartModel): number {
  return raster.width / (model.t1 - model.t0);
}

function rowOf(model: ChartModel, size: Size, axisId: string): (value: number) => number {
  const axis = model.axes.find((candidate) => candidate.id === axisId);
  const low = axis?.low ?? 0;
  const scale = size.plot / ((axis?.high ?? 1) - low || 1);
  return (value) => size.plot - (value - low) * scale;
}

/** Pixels by which a pattern of `period` pixels has moved: it goes along with time, and stays whole for long spans. */
function phaseOf(raster: Raster, model: ChartModel, period: number): number {
  return Math.round(model.t0 * perMicro(raster, model)) % period;
}
