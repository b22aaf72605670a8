/** The past of the played station, as the program tells it. */
import type { Backend } from "../backend";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { LinkThen } from "../bindings/LinkThen";
import type { RaisedView } from "../bindings/RaisedView";
import type { FakeAlarms } from "./alarms";
import { encodeFrame } from "./encode";
import type { FakePlant } from "./plant";
import { said } from "./said";
import type { FakeShow } from "./show";
import type { World } from "./world";

/** Answers of a busy history come after so long. */
const SLOW_MS = 4_000;

export function fakePast(
  plant: FakePlant,
  world: World,
  show: FakeShow,
  alarms: FakeAlarms,
  connections: () => readonly ConnectionRow[],
  slow: boolean,
): Pick<Backend, "plantAsOf" | "alarmHistoryAsOf" | "alarm" | "alarmsWithin" | "raised" | "raisedBeside"> {
  const link = (row: ConnectionRow, at: number): LinkThen => {
    const away = world.away(at);
    const down = row.state !== "up" && at >= row.since;
    return {
      connection: row.form.id,
      state: away !== null || down ? "down" : "up",
      since: away ?? (down ? row.since : world.begin),
      reason: down ? row.reason : said(""),
    };
  };
  return {
    async plantAsOf(at) {
      if (slow) await new Promise((done) => setTimeout(done, SLOW_MS));
      const texts: string[] = [];
      const samples = plant.motions.flatMap((_, key) => show.sample(key, at, texts) ?? []);
      const standing = alarms.asOf(at).filter(({ state }) => state !== "normal");
      const assets = show
        .assets(at)
        .map((state) => ({ ...state, since: state.state === "stale" ? state.since : 0, anomaly_shares: [] }));
      const links = at < world.begin ? [] : connections().map((row) => link(row, at));
      return encodeFrame({
        now: at,
        number: 0,
        alarmSeq: Math.max(0, ...standing.map(({ seq }) => seq)),
        revision: plant.view.revision,
        samples,
        tail: { texts, alarms: standing, assets, links },
      });
    },
    alarmHistoryAsOf: async (at, before, limit) =>
      alarms
        .asOf(at)
        .filter(({ seq }) => before === 0 || seq < before)
        .sort((a, b) => b.seq - a.seq)
        .slice(0, limit),
    async alarm(id, at) {
      const found = (at === null ? alarms.all() : alarms.asOf(at)).find((row) => row.id === id);
      return found ? { ...found } : null;
    },
    async alarmsWithin(query) {
      if (slow) await new Promise((done) => setTimeout(done, SLOW_MS));
      return alarms.within(query);
    },
    async raised(t0, t1, spans) {
      const parts = new Map<number, RaisedView>();
      for (const { raised_at: at, priority } of alarms.all().sort((a, b) => a.raised_at - b.raised_at)) {
        if (at < t0 || at >= t1) continue;
        const part = Math.floor(((at - t0) * spans) / (t1 - t0));
        const known = parts.get(part) ?? { at, priority, count: 0 };
        parts.set(part, { ...known, priority: Math.min(known.priority, priority), count: known.count + 1 });
      }
      return [...parts.values()];
    },
    async raisedBeside(at, later) {
      const times = alarms.all().map(({ raised_at }) => raised_at);
      const beside = times.filter((time) => (later ? time > at : time < at));
      if (beside.length === 0) return null;
      return later ? Math.min(...beside) : Math.max(...beside);
    },
  };
}
