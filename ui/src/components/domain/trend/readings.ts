/** What the signals of a trend were: at the cursor (or now), at the marks, and what lies behind them. */
import { runAt, shownUntil } from "../../../lib/bands";
import { type Reading, readingAt } from "../../../lib/columns";
import { t } from "../../../lib/text/text";
import type { Band, ChartModel } from "./model";

/** A state at an instant. */
export interface StateReading {
  word: string;
  status: number;
}

/** Null inside a gap. Of a signal with states there are states alone. */
export interface Row {
  key: number;
  at: Reading | null;
  a: Reading | null;
  b: Reading | null;
  ghost: Reading | null;
  states: {
    at: StateReading | null;
    a: StateReading | null;
    b: StateReading | null;
    ghost: StateReading | null;
  } | null;
}

export interface Instants {
  at: number;
  a: number | null;
  b: number | null;
}

export function stateAt(band: Band, time: number | null, now: number): StateReading | null {
  if (time === null) return null;
  const i = runAt(band.runs, time);
  const run = band.runs[i];
  if (!run || time > shownUntil(band.runs, i, now, band.staleMicros)) return null;
  if (run.several) return { word: t("trendstates-several"), status: run.status };
  if (run.word !== null) return { word: run.word, status: run.status };
  return run.status > 0 ? { word: t("trend-bad"), status: run.status } : null;
}

export function rowsAt(model: ChartModel, keys: readonly number[], when: Instants): Row[] {
  return keys.map((key): Row => {
    const [band, behind] = model.bands.filter((candidate) => candidate.key === key);
    const traces = model.traces.filter((trace) => trace.key === key);
    const read = (ghost: boolean, time: number | null): Reading | null => {
      const trace = traces.find((candidate) => (candidate.ghost !== undefined) === ghost);
      return trace && time !== null ? readingAt(trace.columns, time, trace.staleMicros, trace.step) : null;
    };
    const state = (time: number | null) => (band ? stateAt(band, time, model.now) : null);
    return {
      key,
      at: read(false, when.at),
      a: read(false, when.a),
      b: read(false, when.b),
      ghost: read(true, when.at),
      states: band
        ? {
            at: state(when.at),
            a: state(when.a),
            b: state(when.b),
            ghost: behind ? stateAt(behind, when.at, model.now) : null,
          }
        : null,
    };
  });
}
