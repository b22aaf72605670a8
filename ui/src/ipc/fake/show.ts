/** What the played station shows at an instant, live or past: signals and assets. */
import type { AssetState } from "../bindings/AssetState";
import type { FakeSample } from "./encode";
import type { FakePlant } from "./plant";
import type { World } from "./world";

const S = 1_000_000;
const NODE_DEATH = 2;
const NOT_RECORDED = 17;

export class FakeShow {
  readonly #plant: FakePlant;
  readonly #world: World;
  readonly #faults: boolean;

  constructor(plant: FakePlant, world: World, faults: boolean) {
    this.#plant = plant;
    this.#world = world;
    this.#faults = faults;
  }

  /** The newest sample of a signal; a word goes into `texts`. None before history begins. */
  sample(key: number, now: number, texts: string[]): FakeSample | null {
    const [world, motion] = [this.#world, this.#plant.motions[key]];
    if (!motion || now < world.begin) return null;
    const dead = world.dead(key, now);
    const away = world.away(now);
    const time = dead ? world.death : world.sampleTime(motion, away ?? now);
    const word = motion.words && world.word(key, time);
    if (word !== undefined) texts.push(word);
    return {
      key,
      kind: word === undefined ? 1 : 4,
      status: away === null ? world.status(key, now) : 2,
      reason: away !== null ? NOT_RECORDED : dead ? NODE_DEATH : 0,
      time,
      received: time + 4_000,
      value: word === undefined ? world.value(key, time) : texts.length - 1,
    };
  }

  asset(id: string, now: number): AssetState {
    const world = this.#world;
    const base = {
      id,
      since: world.start - 41 * 86_400 * S,
      reason: "",
      anomaly_since: null,
      anomaly_shares: [],
    };
    const away = world.away(now);
    if (now < world.begin) return { ...base, state: "waiting", score: null };
    if (away !== null) {
      const reason = "not recorded, program not running";
      return { ...base, state: "stale", since: away, reason, score: null };
    }
    if (this.#faults && id === "edge-2" && now > world.death) {
      return { ...base, state: "stale", since: world.death, reason: "NDEATH", score: null };
    }
    const score = this.#plant.byId.get(`${id}/anomaly`);
    if (id.startsWith("pump-3")) return { ...base, state: "standby", score: null };
    if (score === undefined) return { ...base, state: "live", score: null };
    const value = world.value(score, now);
    if (value < 0.5) return { ...base, state: "live", score: value };
    const shares: [number, number][] = [
      [world.key(`${id}/vibration_de`), 0.71],
      [world.key(`${id}/bearing_temperature`), 0.22],
      [world.key(`${id}/power`), 0.05],
    ];
    return {
      ...base,
      state: "live",
      score: value,
      anomaly_since: world.start - 820 * S,
      anomaly_shares: shares,
    };
  }

  assets(now: number): AssetState[] {
    return this.#plant.view.assets.map(({ id }) => this.asset(id, now));
  }
}
