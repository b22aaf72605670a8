/** The words of a trend, on uPlot's canvas: values of limits, what is wrong with doubtful spans, names of the lanes. */
import { priorityTextColour } from "../../../lib/palette";
import { t } from "../../../lib/text/text";
import { placeLabels } from "./labels";
import { ALARMS_TOP, type ChartModel, SCORE_HEIGHT, SCORE_TOP } from "./model";

/** Height of a row of words about doubtful spans, CSS pixels. */
const LABEL_ROW = 15;
/** Room that "now" needs on its right, CSS pixels. */
const NOW_ROOM = 34;
export const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** The plot area in canvas pixels. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
  ratio: number;
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

/** Everything that is read. */
export function writeWords(context: Context, model: ChartModel, area: Area): void {
  if (model.traces.length === 0) return;
  context.save();
  context.beginPath();
  context.rect(area.left, area.top, area.width, area.height);
  context.clip();
  limitWords(context, model, area);
  spanWords(context, model, area);
  context.restore();
  laneWords(context, model, area);
  const now = timeX(model, area)(model.now);
  if (now > area.left && now < area.left + area.width - NOW_ROOM * area.ratio) {
    label(context, model, area, {
      text: t("trend-now"),
      x: now + 5 * area.ratio,
      y: area.top + 12 * area.ratio,
    });
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

function limitWords(context: Context, model: ChartModel, area: Area): void {
  for (const limit of model.limits) {
    const y = valueY(model, area, limit.axis)(limit.value);
    if (y < area.top || y > area.top + area.height) continue;
    const below = y - area.top < 16 * area.ratio;
    label(context, model, area, {
      text: limit.label,
      x: area.left + 6 * area.ratio,
      y: y + (below ? 9 : -8) * area.ratio,
      colour: priorityTextColour(model.palette, limit.priority),
    });
  }
}

function spanWords(context: Context, model: ChartModel, area: Area): void {
  const x = timeX(model, area);
  if (model.normal) {
    const y = valueY(model, area, model.normal.axis)(model.normal.high);
    label(context, model, area, {
      text: t("trend-normal"),
      x: area.left + 6 * area.ratio,
      y: y + 10 * area.ratio,
    });
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

function laneWords(context: Context, model: ChartModel, area: Area): void {
  const { ratio } = area;
  let top = area.top + area.height;
  if (model.score) {
    label(context, model, area, { text: t("trend-score"), x: area.left + 6 * ratio, y: top + 8 * ratio });
    top += (SCORE_TOP + SCORE_HEIGHT) * ratio;
  }
  const some = model.alarms.some((span) => span.t1 >= model.t0 && span.t0 <= model.t1);
  const words = some ? t("trend-alarms") : t("trend-no-alarms");
  label(context, model, area, { text: words, x: area.left + 6 * ratio, y: top + (ALARMS_TOP + 9) * ratio });
}
