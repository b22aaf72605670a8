/**
 * Draws columns, limits, quality and lanes onto uPlot's canvas. Columns are drawn as they come: entry, lowest, highest,
 * exit, so that every extreme survives at any zoom.
 */
import { middleOf, runs } from "../../../lib/columns";
import { priorityColour, priorityTextColour } from "../../../lib/palette";
import { position } from "../../../lib/scale";
import type { TrendColumns } from "../../../lib/trend";
import { placeLabels } from "./labels";
import { type ChartModel, packLanes, type Trace } from "./model";

/** Heights of the lanes under the plot, CSS pixels. */
export const SCORE_TOP = 16;
export const SCORE_HEIGHT = 36;
export const ALARMS_TOP = 10;
const ALARM_LANE = 7;
export const ALARMS_HEIGHT = 4 * ALARM_LANE + 2;
/** Height of a row of words about doubtful spans, CSS pixels. */
const LABEL_ROW = 15;
const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** The plot area in canvas pixels. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
  ratio: number;
}

/** Height of all lanes, CSS pixels. */
export function lanesHeight(withScore: boolean): number {
  return (withScore ? SCORE_TOP + SCORE_HEIGHT : 0) + ALARMS_TOP + ALARMS_HEIGHT;
}

type Context = CanvasRenderingContext2D;

function timeX(model: ChartModel, area: Area): (time: number) => number {
  const scale = area.width / (model.t1 - model.t0);
  return (time) => area.left + (time - model.t0) * scale;
}

function valueY(model: ChartModel, area: Area, axisId: string): (value: number) => number {
  const axis = model.axes.find((candidate) => candidate.id === axisId);
  const low = axis?.low ?? 0;
  const scale = area.height / ((axis?.high ?? 1) - low || 1);
  return (value) => area.top + area.height - (value - low) * scale;
}

function clipTo(context: Context, area: Area): void {
  context.beginPath();
  context.rect(area.left, area.top, area.width, area.height);
  context.clip();
}

/** What lies under the grid: normal band, the regions beyond limits, bad quality. */
export function paintBelow(context: Context, model: ChartModel, area: Area): void {
  context.save();
  clipTo(context, area);
  const { palette } = model;
  const x = timeX(model, area);
  if (model.normal) {
    const y = valueY(model, area, model.normal.axis);
    context.fillStyle = palette["spark-band"];
    context.fillRect(area.left, y(model.normal.high), area.width, y(model.normal.low) - y(model.normal.high));
  }
  for (const limit of model.limits) {
    if (limit.priority !== 1) continue;
    const y = valueY(model, area, limit.axis)(limit.value);
    context.globalAlpha = 0.12;
    context.fillStyle = palette.p1;
    if (limit.side > 0) context.fillRect(area.left, area.top, area.width, Math.max(0, y - area.top));
    else context.fillRect(area.left, y, area.width, Math.max(0, area.top + area.height - y));
    context.globalAlpha = 1;
  }
  const hatch = hatching(context, palette.dim, area.ratio);
  for (const span of model.bad) {
    const left = x(span.t0);
    const width = Math.max(3 * area.ratio, x(span.t1) - left);
    context.globalAlpha = span.status === 2 ? 0.38 : 0.2;
    context.fillStyle = hatch ?? palette.line;
    context.fillRect(left, area.top, width, area.height);
    context.globalAlpha = 1;
  }
  context.restore();
}

function hatching(context: Context, colour: string, ratio: number): CanvasPattern | null {
  const size = Math.round(7 * ratio);
  const tile = document.createElement("canvas");
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext("2d");
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = ratio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

/** What lies over the grid: traces, limits with their values, names of bad spans, the now line, the lanes. */
export function paintAbove(context: Context, model: ChartModel, area: Area): void {
  context.save();
  clipTo(context, area);
  for (const trace of [...model.traces].reverse()) paintTrace(context, model, area, trace);
  paintLimits(context, model, area);
  paintWords(context, model, area);
  context.restore();
  paintLanes(context, model, area);
  const now = timeX(model, area)(model.now);
  if (now > area.left && now < area.left + area.width - area.ratio) {
    context.fillStyle = model.palette.dim;
    context.fillRect(Math.round(now), area.top, area.ratio, area.height);
    label(context, model, area, { text: "now", x: now + 5 * area.ratio, y: area.top + 12 * area.ratio });
  }
}

/** Words at a place in canvas pixels, with a halo, so that a trace behind them does not cross them out. */
function label(
  context: Context,
  model: ChartModel,
  area: Area,
  words: { text: string; x: number; y: number; colour?: string },
): void {
  const { ratio } = area;
  context.save();
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = model.palette.panel;
  context.fillStyle = words.colour ?? model.palette.dim;
  context.strokeText(words.text, words.x / ratio, words.y / ratio);
  context.fillText(words.text, words.x / ratio, words.y / ratio);
  context.restore();
}

function paintTrace(context: Context, model: ChartModel, area: Area, trace: Trace): void {
  const x = timeX(model, area);
  const y = valueY(model, area, trace.axis);
  const { columns } = trace;
  context.lineJoin = "round";
  context.strokeStyle = trace.colour;
  context.fillStyle = trace.colour;
  for (const run of runs(columns, trace.staleMicros)) {
    const good = run.status === 0;
    context.globalAlpha = good ? 0.5 : 0.25;
    context.lineWidth = area.ratio;
    context.beginPath();
    for (let i = run.from; i <= run.to; i += 1) addSpread(context, columns, i, x, y);
    context.stroke();
    context.globalAlpha = good ? 1 : 0.5;
    context.lineWidth = 1.4 * area.ratio;
    context.setLineDash(good ? [] : [3 * area.ratio, 3 * area.ratio]);
    context.beginPath();
    const before = run.joined ? run.from - 1 : -1;
    if (before >= 0) context.moveTo(x(columns.tLast[before] ?? 0), y(exitValue(columns, before, trace.step)));
    for (let i = run.from; i <= run.to; i += 1) {
      addColumn(context, columns, i, x, y, i === run.from && before < 0, trace.step);
    }
    if (trace.step && run.to === columns.tFirst.length - 1) {
      const last = columns.tLast[run.to] ?? 0;
      context.lineTo(x(Math.min(model.now, last + trace.staleMicros)), y(columns.last[run.to] ?? 0));
    }
    context.stroke();
    context.setLineDash([]);
    if (run.from === run.to && !run.joined) {
      dot(context, x(columns.tFirst[run.from] ?? 0), y(middleOf(columns, run.from)), area.ratio);
    }
    context.globalAlpha = 1;
  }
}

function dot(context: Context, x: number, y: number, ratio: number): void {
  context.beginPath();
  context.arc(x, y, 1.6 * ratio, 0, 2 * Math.PI);
  context.fill();
}

/** Lowest to highest of a column that holds more than one sample: no extreme is lost. */
function addSpread(
  context: Context,
  columns: TrendColumns,
  i: number,
  x: (time: number) => number,
  y: (value: number) => number,
): void {
  if (columns.min[i] === columns.max[i]) return;
  const middle = x(((columns.tFirst[i] ?? 0) + (columns.tLast[i] ?? 0)) / 2);
  context.moveTo(middle, y(columns.min[i] ?? 0));
  context.lineTo(middle, y(columns.max[i] ?? 0));
}

/** Where the line leaves a column: what steps has no value between its samples. */
function exitValue(columns: TrendColumns, i: number, step: boolean): number {
  return step ? (columns.last[i] ?? 0) : middleOf(columns, i);
}

/** The line: through single samples exactly; through the middle of first and last where a column holds many. */
function addColumn(
  context: Context,
  columns: TrendColumns,
  i: number,
  x: (time: number) => number,
  y: (value: number) => number,
  fresh: boolean,
  step: boolean,
): void {
  const tFirst = columns.tFirst[i] ?? 0;
  const tLast = columns.tLast[i] ?? 0;
  if (!step) {
    const at = x((tFirst + tLast) / 2);
    const value = y(exitValue(columns, i, false));
    if (fresh) context.moveTo(at, value);
    else context.lineTo(at, value);
    return;
  }
  const first = y(columns.first[i] ?? 0);
  if (fresh) context.moveTo(x(tFirst), first);
  else {
    context.lineTo(x(tFirst), y(columns.last[i - 1] ?? 0));
    context.lineTo(x(tFirst), first);
  }
  if (tLast === tFirst) return;
  context.lineTo(x(tLast), first);
  context.lineTo(x(tLast), y(columns.last[i] ?? 0));
}

function paintLimits(context: Context, model: ChartModel, area: Area): void {
  for (const limit of model.limits) {
    const y = Math.round(valueY(model, area, limit.axis)(limit.value)) + 0.5;
    if (y < area.top || y > area.top + area.height) continue;
    context.strokeStyle = priorityColour(model.palette, limit.priority);
    context.globalAlpha = 0.75;
    context.lineWidth = area.ratio;
    context.setLineDash([5 * area.ratio, 4 * area.ratio]);
    context.beginPath();
    context.moveTo(area.left, y);
    context.lineTo(area.left + area.width, y);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
    const colour = priorityTextColour(model.palette, limit.priority);
    const below = y - area.top < 16 * area.ratio;
    label(context, model, area, {
      text: limit.label,
      x: area.left + 6 * area.ratio,
      y: y + (below ? 9 : -8) * area.ratio,
      colour,
    });
  }
}

function paintWords(context: Context, model: ChartModel, area: Area): void {
  const x = timeX(model, area);
  if (model.normal) {
    const y = valueY(model, area, model.normal.axis)(model.normal.high);
    label(context, model, area, { text: "normal", x: area.left + 6 * area.ratio, y: y + 10 * area.ratio });
  }
  context.font = FONT;
  const { ratio } = area;
  const placed = placeLabels(
    model.bad
      .filter((span) => span.t1 >= model.t0 && span.t0 <= model.t1)
      .map((span) => ({ right: (x(span.t1) - area.left) / ratio, words: span.words, name: span.name })),
    area.width / ratio,
    (text) => context.measureText(text).width,
  );
  for (const { text, left, row } of placed) {
    label(context, model, area, {
      text,
      x: area.left + left * ratio,
      y: area.top + area.height - (10 + row * LABEL_ROW) * ratio,
    });
  }
}

function paintLanes(context: Context, model: ChartModel, area: Area): void {
  const { ratio } = area;
  let top = area.top + area.height;
  context.save();
  context.beginPath();
  context.rect(area.left, top, area.width, lanesHeight(model.score !== null) * ratio + 2);
  context.clip();
  if (model.score) {
    paintScore(context, model, area, top + SCORE_TOP * ratio);
    label(context, model, area, { text: "anomaly score", x: area.left + 6 * ratio, y: top + 8 * ratio });
    top += (SCORE_TOP + SCORE_HEIGHT) * ratio;
  }
  const x = timeX(model, area);
  const lanes = packLanes(model.alarms.filter((span) => span.t1 >= model.t0 && span.t0 <= model.t1));
  for (const span of lanes) {
    context.fillStyle = priorityColour(model.palette, span.priority);
    const left = Math.max(area.left, x(span.t0));
    const right = Math.min(area.left + area.width, x(span.t1));
    const y = top + (ALARMS_TOP + span.lane * ALARM_LANE) * ratio;
    context.fillRect(left, y, Math.max(2 * ratio, right - left), (ALARM_LANE - 2) * ratio);
  }
  const words = lanes.length === 0 ? "no alarms in view" : "alarms";
  label(context, model, area, { text: words, x: area.left + 6 * ratio, y: top + (ALARMS_TOP + 9) * ratio });
  context.restore();
}

function paintScore(context: Context, model: ChartModel, area: Area, top: number): void {
  const score = model.score;
  if (!score) return;
  const x = timeX(model, area);
  const height = SCORE_HEIGHT * area.ratio;
  const y = (value: number) => top + height - position(value, 0, 1) * height;
  context.fillStyle = model.palette.dim;
  context.globalAlpha = 0.6;
  for (const run of runs(score.columns, score.staleMicros)) {
    context.beginPath();
    context.moveTo(x(score.columns.tFirst[run.from] ?? 0), top + height);
    for (let i = run.from; i <= run.to; i += 1) {
      context.lineTo(
        x(((score.columns.tFirst[i] ?? 0) + (score.columns.tLast[i] ?? 0)) / 2),
        y(score.columns.max[i] ?? 0),
      );
    }
    context.lineTo(x(score.columns.tLast[run.to] ?? 0), top + height);
    context.fill();
  }
  context.globalAlpha = 1;
  context.fillStyle = model.palette.line;
  context.fillRect(area.left, top + height, area.width, area.ratio);
  if (score.limit === null) return;
  context.strokeStyle = model.palette.text;
  context.globalAlpha = 0.8;
  context.lineWidth = area.ratio;
  context.setLineDash([5 * area.ratio, 4 * area.ratio]);
  context.beginPath();
  context.moveTo(area.left, Math.round(y(score.limit)) + 0.5);
  context.lineTo(area.left + area.width, Math.round(y(score.limit)) + 0.5);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}
