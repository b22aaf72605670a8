/**
 * The words beside the first value axis: its limits with their values, and its normal band. There no trace is, so that they
 * neither cover one nor are crossed out by it. Lengths in CSS pixels.
 */
import { priorityTextColour } from "../../../lib/palette";
import type { Bounds } from "../../../lib/scale";
import { t } from "../../../lib/text/text";
import { axisTicks, type ChartModel } from "./model";

export interface GutterWord {
  text: string;
  /** Its middle, from the plot's upper edge. */
  at: number;
  colour: string;
}

/** Between the middles of two words. */
const APART = 13;
/** A tick nearer than this to the middle of a limit's word gives way: the word says a value itself. */
const GIVES_WAY = 11;

/** What stands beside the first axis of a plot that is so high, from the upper to the lower. */
export function gutterWords(model: ChartModel, height: number): GutterWord[] {
  const axis = model.axes[0];
  if (!axis) return [];
  const y = rowOf(axis, height);
  const seen = model.limits
    .filter((limit) => limit.axis === axis.id && limit.value >= axis.low && limit.value <= axis.high)
    .toSorted((a, b) => b.value - a.value);
  const rows = spread(
    seen.map(({ value }) => y(value)),
    height,
  );
  const words = seen.map(({ label, priority }, i) => ({
    text: label,
    at: rows[i] ?? 0,
    colour: priorityTextColour(model.palette, priority),
  }));
  const { normal } = model;
  if (normal?.axis !== axis.id) return words;
  const band = [Math.max(0, y(normal.high)), Math.min(height, y(normal.low))] as const;
  const ticks = axisTicks(axis, height).map(y);
  const at = freeRow(band, [...ticks, ...rows]);
  if (at !== null) words.push({ text: t("trend-normal"), at, colour: model.palette.dim });
  return words.toSorted((a, b) => a.at - b.at);
}

/** Which of the axis's values are not written, because a word stands there. */
export function crossedTicks(model: ChartModel, height: number, ticks: readonly number[]): boolean[] {
  const axis = model.axes[0];
  if (!axis) return ticks.map(() => false);
  const y = rowOf(axis, height);
  const rows = gutterWords(model, height).map(({ at }) => at);
  return ticks.map((tick) => rows.some((at) => Math.abs(at - y(tick)) < GIVES_WAY));
}

/** What may stand there, limits too that are not in view now: so the plot keeps its width while the scale moves. */
export function gutterSaid(model: ChartModel): string[] {
  const axis = model.axes[0];
  const own = model.limits.filter((limit) => limit.axis === axis?.id).map(({ label }) => label);
  return axis && model.normal?.axis === axis.id ? [...own, t("trend-normal")] : own;
}

function rowOf(axis: Bounds, height: number): (value: number) => number {
  return (value) => height - ((value - axis.low) / (axis.high - axis.low || 1)) * height;
}

/** Rows from above, pushed apart as far as there is room. */
function spread(rows: readonly number[], height: number): number[] {
  const apart = [...rows];
  for (let i = 1; i < apart.length; i += 1) apart[i] = Math.max(apart[i] ?? 0, (apart[i - 1] ?? 0) + APART);
  let last = height;
  for (let i = apart.length - 1; i >= 0; i -= 1) {
    apart[i] = Math.min(apart[i] ?? 0, last);
    last = (apart[i] ?? 0) - APART;
  }
  return apart;
}

/** The row within the band that is nearest to its middle and apart from all others; null where there is none. */
function freeRow([top, bottom]: readonly [number, number], others: readonly number[]): number | null {
  const middle = (top + bottom) / 2;
  for (let off = 0; off <= (bottom - top) / 2; off += 1)
    for (const at of [middle - off, middle + off])
      if (others.every((other) => Math.abs(other - at) >= APART)) return at;
  return null;
}
