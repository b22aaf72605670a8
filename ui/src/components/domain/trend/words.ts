/**
 * The words of a trend, on uPlot's canvas: what is wrong with doubtful spans, names of the lanes, limits beside their axis.
 * None stands in the plot, where traces are.
 */
import { shownUntil } from "../../../lib/bands";
import { moreWords } from "../../../lib/spanalarms";
import { t } from "../../../lib/text/text";
import { gutterWords } from "./gutter";
import { placeLabels } from "./labels";
import {
  ALARMS_TOP,
  type Band,
  bandPlace,
  bandsHeight,
  type ChartModel,
  SCORE_HEIGHT,
  SCORE_TOP,
  WORDS_ROW,
} from "./model";

/** Room that "now" needs on its right, CSS pixels. */
const NOW_ROOM = 34;
/** Between the values of an axis and the plot, CSS pixels. */
export const AXIS_GAP = 6;
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

/** Everything that is read. */
export function writeWords(context: Context, model: ChartModel, area: Area): void {
  if (model.traces.length === 0 && model.bands.length === 0) return;
  axisWords(context, model, area);
  spanWords(context, model, area);
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
  words: { text: string; x: number; y: number; colour?: string; align?: CanvasTextAlign },
): void {
  const { ratio } = area;
  context.save();
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textAlign = words.align ?? "left";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = model.palette.panel;
  context.fillStyle = words.colour ?? model.palette.dim;
  context.strokeText(words.text, words.x / ratio, words.y / ratio);
  context.fillText(words.text, words.x / ratio, words.y / ratio);
  context.restore();
}

/** Narrower runs have no word, CSS pixels. */
const WORD_MIN = 26;

interface WordRun {
  word: string;
  /** As far as it is seen, CSS pixels from the plot's left edge. */
  left: number;
  width: number;
}

/** Runs that are wide enough for a word. */
function wordRuns(model: ChartModel, band: Band, perPixel: number): WordRun[] {
  const wide: WordRun[] = [];
  for (let i = 0; i < band.runs.length; i += 1) {
    const run = band.runs[i];
    const end = shownUntil(band.runs, i, Math.min(model.now, model.t1), band.staleMicros);
    if (!run || end - run.t0 < WORD_MIN * perPixel) continue;
    const left = (Math.max(run.t0, model.t0) - model.t0) / perPixel;
    const width = (Math.min(end, model.t1) - model.t0) / perPixel - left;
    const word = run.several ? t("trendstates-several") : run.word;
    if (word !== null && width >= WORD_MIN) wide.push({ word, left, width });
  }
  return wide;
}

/** What the words of the bands go by; `perPixel`: microseconds a CSS pixel. A run that grows is told in steps. */
export function bandsSaid(model: ChartModel, perPixel: number): unknown {
  return model.bands.map((band) => [
    band.name,
    wordRuns(model, band, perPixel).map(({ word, left, width }) => [
      word,
      Math.round(left),
      Math.round(Math.min(width, 320) / 8),
    ]),
  ]);
}

/** The name at the left edge, and each state's word in its run as far as it has room. */
function bandWords(context: Context, model: ChartModel, area: Area, band: Band, y: number): void {
  const { ratio } = area;
  const perPixel = ((model.t1 - model.t0) * ratio) / area.width;
  context.font = FONT;
  const { text, strong, dim } = model.palette;
  const name = { text: band.name, x: area.left + 6 * ratio, y, colour: band.ghost ? dim : text };
  const taken = context.measureText(band.name).width + 18;
  for (const { word, left, width } of wordRuns(model, band, perPixel)) {
    const from = Math.max(left + 6, taken);
    if (context.measureText(word).width > left + width - from - 4) continue;
    const x = area.left + from * ratio;
    label(context, model, area, { text: word, x, y, colour: band.ghost ? text : strong });
  }
  label(context, model, area, name);
}

/** Limits and the normal band, beside the axis that they are on. */
function axisWords(context: Context, model: ChartModel, area: Area): void {
  const { ratio } = area;
  for (const { text, at, colour } of gutterWords(model, area.height / ratio)) {
    const [x, y] = [area.left - AXIS_GAP * ratio, area.top + at * ratio];
    label(context, model, area, { text, x, y, colour, align: "right" });
  }
}

/** What is wrong with doubtful spans, below the plot where each begins. */
function spanWords(context: Context, model: ChartModel, area: Area): void {
  const x = timeX(model, area);
  context.font = FONT;
  const { ratio } = area;
  const placed = placeLabels(
    model.bad
      .filter((span) => span.t1 >= model.t0 && span.t0 <= model.t1)
      .map((span) => ({ left: (x(span.t0) - area.left) / ratio, words: span.words, name: span.name })),
    area.width / ratio,
    (text) => context.measureText(text).width,
  );
  const y = area.top + area.height + (WORDS_ROW / 2 + 1) * ratio;
  for (const { text, left } of placed) label(context, model, area, { text, x: area.left + left * ratio, y });
}

/** What the lane of alarms says: never that there are none before that is known. */
export function alarmsSaid(model: ChartModel): string {
  const { state, more } = model.lane;
  if (state === "unknown") return t("trend-alarms-unknown");
  const some = model.alarms.some((span) => span.t1 >= model.t0 && span.t0 <= model.t1);
  if (more > 0) return t(some ? "trend-alarms-some" : "trend-alarms-earlier", { more: moreWords(more) });
  if (some) return t("trend-alarms");
  return state === "asking" ? t("trend-alarms-asking") : t("trend-no-alarms");
}

function laneWords(context: Context, model: ChartModel, area: Area): void {
  const { ratio } = area;
  let top = area.top + area.height + WORDS_ROW * ratio;
  model.bands.forEach((band, i) => {
    const place = bandPlace(band, i);
    bandWords(context, model, area, band, top + (place.top + place.height / 2) * ratio);
  });
  top += bandsHeight(model.bands.length) * ratio;
  if (model.score) {
    label(context, model, area, { text: t("trend-score"), x: area.left + 6 * ratio, y: top + 8 * ratio });
    top += (SCORE_TOP + SCORE_HEIGHT) * ratio;
  }
  const count = model.bandsLeftOut;
  const said = alarmsSaid(model);
  const words = count > 0 ? `${said} · ${t("trendstates-left-out", { count })}` : said;
  label(context, model, area, { text: words, x: area.left + 6 * ratio, y: top + (ALARMS_TOP + 9) * ratio });
}
