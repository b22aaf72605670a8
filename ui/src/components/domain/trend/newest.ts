/**
 * Where a picture of a trend differs from the one before. While a trend goes on, most pictures differ by their newest
 * samples alone: only what lies right of them need be painted.
 */
import type { TrendColumns } from "../../../lib/trend";
import type { ChartModel } from "./model";

/** Half of a line, a dot and the rounding of both, pixels. */
const AROUND = 6;

/** The end of a trace as it was painted. */
interface End {
  buffer: ArrayBufferLike;
  count: number;
  last: readonly number[];
}

const FIELDS = ["tFirst", "tLast", "min", "max", "first", "last", "status"] as const;

function endOf(columns: TrendColumns): End {
  const count = columns.tFirst.length;
  return {
    buffer: columns.tFirst.buffer,
    count,
    last: FIELDS.map((name) => columns[name][count - 1] ?? Number.NaN),
  };
}

export class Newest {
  #key = "";
  #palette: ChartModel["palette"] | null = null;
  #ends: readonly End[] = [];
  #now = 0;

  /**
   * The first pixel column that differs from the picture that was asked about before; 0 when anything but the newest
   * samples has changed. `said`: what axes and words say of the model.
   */
  from(model: ChartModel, width: number, ratio: number, said: string): number {
    const every = [
      ...model.traces.map(({ columns }) => columns),
      ...(model.score ? [model.score.columns] : []),
    ];
    const ends = every.map(endOf);
    const key = `${said}${width}${looks(model)}`;
    const [before, now] = [this.#ends, this.#now];
    const same = key === this.#key && model.palette === this.#palette && before.length === ends.length;
    this.#key = key;
    this.#palette = model.palette;
    this.#ends = ends;
    this.#now = model.now;
    if (!same) return 0;
    const at = (time: number) => ((time - model.t0) * width) / (model.t1 - model.t0);
    // What ends at the present moves with it.
    let from = at(now);
    for (const [i, columns] of every.entries()) {
      const [old, end] = [before[i], ends[i]];
      if (!old || !end || old.buffer !== end.buffer || end.count < old.count) return 0;
      if (end.count === old.count && end.last.every((value, field) => Object.is(value, old.last[field])))
        continue;
      // The line to the column that changed comes from the one before it.
      const anchor = columns.tFirst[old.count - 2];
      if (anchor === undefined) return 0;
      from = Math.min(from, at(anchor));
    }
    return Math.max(0, Math.floor(from - AROUND * Math.max(1, ratio)));
  }
}

/** What a picture shows of the model beside samples, and axes and words do not say. */
function looks({ traces, bands, alarms, limits, zones, marks, now }: ChartModel): string {
  return JSON.stringify([
    traces.map(({ key, colour, axis, staleMicros, step, alpha, pattern, ghost, columns }) => [
      key,
      colour,
      axis,
      step,
      alpha,
      pattern,
      ghost,
      now - (columns.tLast.at(-1) ?? 0) > staleMicros,
    ]),
    // Of a band only its newest end moves; anything else is another picture.
    bands.map(({ key, runs, staleMicros, alpha, ghost }) => {
      const last = runs.at(-1);
      const begins = runs.reduce((sum, { t0 }) => sum + t0, 0);
      return [
        key,
        alpha,
        ghost,
        runs.length,
        begins,
        last?.word,
        last?.status,
        now - (last?.t1 ?? 0) > staleMicros,
      ];
    }),
    alarms.map(({ t0, t1, priority }) => [t0, t1 === now ? null : t1, priority]),
    limits.map(({ axis, priority, side }) => [axis, priority, side]),
    [zones, marks],
  ]);
}
