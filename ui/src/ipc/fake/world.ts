/** How the played station behaves: a pure function of signal and time, so that history and live always agree. */
import type { StateRunView } from "../bindings/StateRunView";
import type { FakeColumns } from "./encode";
import type { FakePlant, Motion } from "./plant";

const S = 1_000_000;
const MINUTE = 60 * S;

function hash(a: number, b: number): number {
  let x = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul((b | 0) + 7, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x ^= x >>> 12;
  return ((x >>> 0) / 0xffff_ffff) * 2 - 1;
}

/** 0 before `from`, 1 after `to`, smooth between. */
function ramp(t: number, from: number, to: number): number {
  const x = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return x * x * (3 - 2 * x);
}

interface Span {
  from: number;
  to: number;
}

export class World {
  readonly plant: FakePlant;
  /** When the window was opened, microseconds: everything that happens is placed around it. */
  readonly start: number;
  /** When history begins. */
  readonly begin: number;
  /** When the node edge-2 died. */
  readonly death: number;
  readonly #faults: boolean;
  readonly #away: Span;
  readonly #frozen: Span;
  /** When pump 2 was run by hand. */
  readonly #byHand: Span;
  readonly #drift = new Map<number, (t: number) => number>();

  constructor(plant: FakePlant, start: number, faults: boolean) {
    this.plant = plant;
    this.start = start;
    this.begin = start - 26 * 60 * MINUTE;
    this.death = start - 192 * S;
    this.#faults = faults;
    this.#away = { from: start - 52 * MINUTE, to: start - 49 * MINUTE };
    this.#frozen = { from: start - 40 * MINUTE, to: start - 37.5 * MINUTE };
    this.#byHand = { from: start - 33 * MINUTE, to: start - 12 * MINUTE };
    if (faults) this.#breakThings();
  }

  /** The word of a signal that has words. */
  word(key: number, t: number): string {
    const word = this.plant.motions[key]?.words?.[0] ?? "";
    const byHand =
      this.#faults && key === this.key("pump-2/mode") && t >= this.#byHand.from && t < this.#byHand.to;
    return byHand ? "Manual" : word;
  }

  /** The states of such a signal, as a band has them. */
  states(key: number, t0: number, t1: number): { words: string[]; runs: StateRunView[] } {
    const motion = this.plant.motions[key];
    const words: string[] = [];
    const runs: StateRunView[] = [];
    if (!motion) return { words, runs };
    const until = Math.min(t1, Date.now() * 1_000, this.dead(key, t1) ? this.death : t1);
    const borders = [this.#byHand.from, this.#byHand.to, this.#away.from, this.#away.to];
    const begin = Math.max(t0, this.begin);
    const cuts = [begin, ...borders.filter((at) => at > begin && at < until).sort((a, b) => a - b), until];
    for (let i = 0; i + 1 < cuts.length; i += 1) {
      const [from, to] = [cuts[i] ?? 0, cuts[i + 1] ?? 0];
      if (this.away(from) !== null || to <= from) continue;
      const word = this.word(key, from);
      if (!words.includes(word)) words.push(word);
      const place = words.indexOf(word);
      const last = runs.at(-1);
      if (last?.word === place && last.to === from) last.to = to;
      else runs.push({ from, to, word: place, several: false, status: this.status(key, from) });
    }
    return { words, runs };
  }

  key(id: string): number {
    return this.plant.byId.get(id) ?? -1;
  }

  #breakThings(): void {
    const { start } = this;
    const put = (id: string, drift: (t: number) => number) => this.#drift.set(this.key(id), drift);
    put("pump-2/vibration_de", (t) => 5.7 * ramp(t, start - 16 * MINUTE, start + 1 * MINUTE));
    put("pump-2/vibration_nde", (t) => 1.3 * ramp(t, start - 14 * MINUTE, start + 2 * MINUTE));
    put("pump-2/bearing_temperature", (t) => 13.3 * ramp(t, start - 15 * MINUTE, start + 4 * MINUTE));
    put("pump-2/anomaly", (t) => 0.85 * ramp(t, start - 16 * MINUTE, start - 9 * MINUTE));
    put("valve-102/error", (t) => 3.5 * ramp(t, start - 7 * MINUTE, start - 5 * MINUTE));
    put("exchanger/approach", (t) => 2.6 * ramp(t, start - 60 * MINUTE, start - 5 * MINUTE));
  }

  dead(key: number, t: number): boolean {
    const edge = this.#faults && (key === this.key("edge-2/link") || key === this.key("edge-2/uptime"));
    return edge && t > this.death;
  }

  /** Since when nothing was recorded at `t`; null while the program ran. */
  away(t: number): number | null {
    return t >= this.#away.from && t < this.#away.to ? this.#away.from : null;
  }

  status(key: number, t: number): number {
    if (this.dead(key, t)) return 2;
    const frozen = key === this.key("pump-2/vibration_de") && t >= this.#frozen.from && t < this.#frozen.to;
    return this.#faults && frozen ? 2 : 0;
  }

  value(key: number, t: number): number {
    const motion = this.plant.motions[key];
    if (!motion) return Number.NaN;
    const at = this.status(key, t) === 2 && this.#faults ? this.#frozen.from : t;
    const s = at / S;
    const slow =
      Math.sin(s / 97 + key * 1.7) * 0.5 + Math.sin(s / 31 + key * 0.9) * 0.3 + Math.sin(s / 11 + key) * 0.2;
    const quick = hash(key, Math.floor(s * motion.rate));
    const value =
      motion.mean + motion.wander * slow + motion.noise * quick + (this.#drift.get(key)?.(at) ?? 0);
    const score = this.plant.view.assets.length > 0 && motion.mean === 0.12 && motion.rate === 1;
    return score ? Math.min(0.99, Math.max(0, value)) : value;
  }

  /** Time of the newest sample at or before `t`. */
  sampleTime(motion: Motion, t: number): number {
    const step = S / motion.rate;
    return Math.floor(t / step) * step;
  }

  columns(key: number, t0: number, t1: number, width: number): FakeColumns {
    const out: FakeColumns = [[], [], [], [], [], [], []];
    const motion = this.plant.motions[key];
    if (!motion || motion.words) return out;
    const step = S / motion.rate;
    const column = (t1 - t0) / width;
    const from = Math.max(t0 - column, this.begin);
    if (column <= step) {
      for (let t = Math.ceil(from / step) * step; t < t1; t += step) this.#push(out, key, [t]);
      return out;
    }
    for (let begin = from; begin < t1; begin += column) {
      const times: number[] = [];
      for (let i = 0; i < 5; i += 1) times.push(this.sampleTime(motion, begin + ((i + 0.5) / 5) * column));
      this.#push(out, key, times);
    }
    return out;
  }

  #push(out: FakeColumns, key: number, times: number[]): void {
    const now = Date.now() * 1000;
    const kept = times.filter((t) => t <= now && !this.dead(key, t) && this.away(t) === null);
    const first = kept[0];
    const last = kept.at(-1);
    if (first === undefined || last === undefined) return;
    const values = kept.map((t) => this.value(key, t));
    out[0].push(first);
    out[1].push(last);
    out[2].push(Math.min(...values));
    out[3].push(Math.max(...values));
    out[4].push(values[0] ?? Number.NaN);
    out[5].push(values.at(-1) ?? Number.NaN);
    out[6].push(Math.max(...kept.map((t) => this.status(key, t))));
  }
}
