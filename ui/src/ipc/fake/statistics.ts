/** Statistics and bands of states of the played station, from its samples as the program would go through them. */
import type { Backend } from "../backend";
import type { StateBand } from "../bindings/StateBand";
import type { StatisticsRow } from "../bindings/StatisticsRow";
import type { StatisticsView } from "../bindings/StatisticsView";
import type { FakePlant } from "./plant";
import { refused, sentence } from "./said";
import type { World } from "./world";

/** Samples of a second of the program's work, and what it does before its first answer. */
const A_SECOND = 200_000;
const SOON = 30_000;
/** A busy history is so much slower. */
const SLOWER = 40;
const KEPT_MAX = 4;

interface Work {
  began: number;
  seconds: number;
  signals: readonly number[];
  t0: number;
  t1: number;
}

export function fakeStatistics(
  plant: FakePlant,
  world: World,
  slow: boolean,
): Pick<Backend, "stateBands" | "startStatistics" | "statistics" | "cancelStatistics"> {
  const works = new Map<number, Work>();
  let number = 0;

  function measured(signal: number, t0: number, t1: number): StatisticsRow {
    const step =
      plant.view.assets.flatMap(({ signals }) => signals).find(({ key }) => key === signal)?.step ?? false;
    // So many columns that each holds one sample.
    const samples = ((t1 - t0) / 1e6) * (plant.motions[signal]?.rate ?? 1);
    const [first, , , , values, , status] = world.columns(signal, t0, t1, Math.ceil(samples) + 1);
    const row: StatisticsRow = {
      signal,
      count: first.filter((time) => time >= t0 && time <= t1).length,
      min: null,
      max: null,
      mean: null,
      time_mean: null,
      deviation: null,
      time_deviation: null,
      covered: 0,
      good: 0,
      uncertain: 0,
      bad: 0,
      gone: 0,
    };
    const inside = values.filter((_, i) => (first[i] ?? 0) >= t0 && (first[i] ?? 0) <= t1);
    if (inside.length === 0) return row;
    const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    const squares = inside.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    let [held, integral] = [0, 0];
    for (let i = 1; i < first.length; i += 1) {
      const time = Math.min(t1, first[i] ?? 0) - Math.max(t0, first[i - 1] ?? 0);
      if (!(time > 0)) continue;
      const bad = Math.max(status[i - 1] ?? 2, step ? 0 : (status[i] ?? 2)) === 2;
      if (bad) row.bad += time;
      else row.good += time;
      if (bad) continue;
      held += time;
      integral += (time * ((values[i - 1] ?? 0) + (step ? (values[i - 1] ?? 0) : (values[i] ?? 0)))) / 2;
    }
    const deviation = Math.sqrt(squares / Math.max(1, inside.length - 1));
    return {
      ...row,
      min: inside.reduce((a, b) => Math.min(a, b)),
      max: inside.reduce((a, b) => Math.max(a, b)),
      mean,
      time_mean: held > 0 ? integral / held : null,
      deviation: inside.length > 1 ? deviation : null,
      time_deviation: held > 0 ? deviation : null,
      covered: held,
    };
  }

  function view(of: number, work: Work): StatisticsView {
    const part =
      work.seconds === 0 ? 1 : Math.min(1, (performance.now() - work.began) / 1_000 / work.seconds);
    const done = Math.floor(part * work.signals.length + 1e-9);
    return {
      number: of,
      running: part < 1,
      part,
      too_long: false,
      failure: null,
      rows: work.signals.slice(0, done).map((signal) => measured(signal, work.t0, work.t1)),
    };
  }

  return {
    async stateBands({ signals, t0, t1 }) {
      return signals.flatMap((signal): StateBand[] => {
        const motion = plant.motions[signal];
        if (!motion?.words) return [];
        return [{ signal, ...world.states(signal, t0, t1) }];
      });
    },
    async startStatistics({ signals, t0, t1 }) {
      const samples = signals.reduce(
        (sum, key) => sum + ((t1 - t0) / 1e6) * (plant.motions[key]?.rate ?? 0),
        0,
      );
      const seconds = (slow ? SLOWER : 1) * (samples > SOON ? samples / A_SECOND : 0);
      number += 1;
      const work = { began: performance.now(), seconds, signals, t0, t1 };
      works.set(number, work);
      for (const oldest of [...works.keys()].slice(0, -KEPT_MAX)) works.delete(oldest);
      return view(number, work);
    },
    async statistics(of) {
      const work = works.get(of);
      if (!work) throw refused("error-unknown", { what: sentence("error-thing-statistics"), id: String(of) });
      return view(of, work);
    },
    async cancelStatistics(of) {
      works.delete(of);
    },
  };
}
