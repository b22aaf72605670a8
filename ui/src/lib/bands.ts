/** Bands of states: what a signal was for how long, in words. Instants in microseconds. */
import type { StateBand } from "../ipc/bindings/StateBand";
import type { TrendColumns } from "./trend";

export interface BandRun {
  /** First sample. */
  t0: number;
  /** The sample that ends it, or its own last one where a gap follows or it is the newest. */
  t1: number;
  /** What it was; null where no state is known, or more than one in less than a column. */
  word: string | null;
  /** Whether there was more than one in less than a column. */
  several: boolean;
  /** Worst quality status: 0 good, 1 uncertain, 2 bad. */
  status: number;
}

/** Goes on with what comes next; more silence than `staleMicros` before it is a gap. */
export function goOn(runs: BandRun[], next: BandRun, staleMicros: number): void {
  const last = runs.at(-1);
  if (last && next.t0 - last.t1 <= staleMicros) {
    last.t1 = next.t0;
    if (last.word === next.word && last.several === next.several && last.status === next.status) {
      last.t1 = next.t1;
      return;
    }
    if (last.t0 === last.t1) runs.pop();
  }
  runs.push(next);
}

/** What history answers, with its words. */
export function runsOfBand(band: StateBand): BandRun[] {
  return band.runs.map(({ from, to, word, several, status }) => ({
    t0: from,
    t1: to,
    word: word === null ? null : (band.words[word] ?? null),
    several,
    status,
  }));
}

/** Of a signal whose states are numbers; `wordOf` says them. */
export function runsOfColumns(
  columns: TrendColumns,
  staleMicros: number,
  wordOf: (value: number) => string,
): BandRun[] {
  const runs: BandRun[] = [];
  for (let i = 0; i < columns.tFirst.length; i += 1) {
    const [t0, t1] = [columns.tFirst[i] ?? 0, columns.tLast[i] ?? 0];
    const last = columns.last[i] ?? Number.NaN;
    const status = columns.status[i] ?? 2;
    const word = (value: number) => (Number.isFinite(value) && status < 2 ? wordOf(value) : null);
    if (columns.min[i] === columns.max[i] || !Number.isFinite(columns.min[i])) {
      goOn(runs, { t0, t1, word: word(last), several: false, status }, staleMicros);
      continue;
    }
    goOn(runs, { t0, t1, word: null, several: true, status }, staleMicros);
    goOn(runs, { t0: t1, t1, word: word(last), several: false, status }, staleMicros);
  }
  return runs;
}

/** Until when a run is shown: the newest goes on to the present while it is not stale. */
export function shownUntil(runs: readonly BandRun[], i: number, now: number, staleMicros: number): number {
  const run = runs[i];
  if (!run) return 0;
  const goesOn = i === runs.length - 1 && now - run.t1 <= staleMicros;
  return goesOn ? Math.max(run.t1, now) : run.t1;
}

/** The runs so much later, microseconds. */
export function laterRuns(runs: readonly BandRun[], shift: number): readonly BandRun[] {
  if (shift === 0) return runs;
  return runs.map((run) => ({ ...run, t0: run.t0 + shift, t1: run.t1 + shift }));
}

/** The runs that begin by `end`, none of which goes on behind it. */
export function endedRuns(runs: readonly BandRun[], end: number): readonly BandRun[] {
  const last = runs.at(-1);
  if (!last || last.t1 <= end) return runs;
  return runs.filter(({ t0 }) => t0 <= end).map((run) => (run.t1 > end ? { ...run, t1: end } : run));
}

/** Place of the last run that begins at or before `t`; -1 when there is none. */
export function runAt(runs: readonly BandRun[], t: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.t0 ?? Number.POSITIVE_INFINITY) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
