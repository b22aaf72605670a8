/** The played station's alarms. */
import type { AlarmRow } from "../bindings/AlarmRow";
import type { AlarmsPage } from "../bindings/AlarmsPage";
import type { AlarmsQuery } from "../bindings/AlarmsQuery";
import type { AssetView } from "../bindings/AssetView";
import type { World } from "./world";

const S = 1_000_000;

type Spec = [
  signal: string,
  kind: string,
  priority: number,
  limit: number,
  value: number,
  ago: number,
  acked: boolean,
];

const STANDING: Spec[] = [
  ["pump-2/vibration_de", "high-high", 1, 7.1, 7.24, 25, false],
  ["pump-2/vibration_de", "high", 2, 4.5, 4.61, 402, true],
  ["pump-2/anomaly", "anomaly", 3, 0.5, 0.56, 820, true],
  ["valve-102/error", "high", 2, 3, 3.2, 341, false],
  ["exchanger/approach", "high", 3, 6.5, 6.6, 1_250, true],
];

/** Where the station tells of itself. */
const LOST: Spec = ["$connection.station/dropped", "high", 2, 0, 310, 35, false];

const LOST_BEFORE: Spec = ["$connection.station/dropped", "high", 2, 0, 12, 20_000, true];

const OVER: Spec[] = [
  ["high-tank/level", "high-high", 1, 5.8, 5.83, 50_000, true],
  ["compressor/pressure", "low", 2, 5.5, 5.4, 14_200, true],
  ["pump-1/discharge_pressure", "low", 3, 3.8, 3.7, 9_100, true],
  ["control-room/co2", "high", 4, 1500, 1512, 8_300, true],
];

/** Raised while a person looks at the past. */
const NEW: [Spec, ...Spec[]] = [
  ["compressor/pressure", "low", 2, 5.5, 5.41, 0, false],
  ["control-room/co2", "high", 4, 1500, 1540, 0, false],
];

function row(world: World, [id, kind, priority, limit, value, ago, acked]: Spec, seq: number): AlarmRow {
  const raised = world.start - ago * S;
  return {
    id: `${id}/${kind}@${raised}`,
    seq,
    asset: id.split("/")[0] ?? "",
    signal: world.key(id),
    kind,
    priority,
    limit,
    value,
    state: acked ? "acked-active" : "unack-active",
    raised_at: raised,
    returned_at: null,
    acknowledged_at: acked ? raised + 45 * S : null,
    acknowledged_by: acked ? "m.weber" : null,
    comment: acked && priority === 2 ? "Called maintenance" : null,
  };
}

/** A flood: of every asset in turn, over the last hour, in all states. */
function flooded(world: World, assets: readonly AssetView[], count: number): AlarmRow[] {
  return Array.from({ length: count }, (_, i): AlarmRow => {
    const asset = assets[(i * 7) % assets.length];
    const measured = asset?.signals.filter(({ role }) => role === "measurement") ?? [];
    const signal = measured[i % measured.length];
    const limit = signal?.normal?.[1] ?? 10;
    const spec: Spec = [
      signal?.id ?? "",
      "high",
      1 + ((i * 3) % 4),
      limit,
      limit * 1.1,
      1 + ((i * 37) % 3_600),
      i % 3 === 1,
    ];
    const alarm = row(world, spec, i + 1);
    if (i % 3 !== 2) return { ...alarm, id: `${alarm.id}#${i}` };
    return {
      ...alarm,
      id: `${alarm.id}#${i}`,
      state: "unack-returned",
      returned_at: alarm.raised_at + 500_000,
    };
  });
}

export class FakeAlarms {
  seq = 0;
  rows: AlarmRow[] = [];
  readonly #over: AlarmRow[];
  readonly #world: World;

  /** `flood`: so many stand, of these assets. */
  constructor(
    world: World,
    faults: boolean,
    flood: { count: number; assets: readonly AssetView[] } | null = null,
  ) {
    this.#world = world;
    const told = world.key(LOST[0]) >= 0;
    this.#over = [...OVER, ...(told ? [LOST_BEFORE] : [])].map((spec) => {
      this.seq += 1;
      const over = row(world, spec, this.seq);
      return { ...over, state: "normal" as const, returned_at: over.raised_at + 600 * S };
    });
    if (flood) {
      this.rows = flooded(world, flood.assets, flood.count);
      this.seq = Math.max(this.seq, flood.count);
    }
    if (!faults) return;
    this.rows = [...STANDING, ...(told ? [LOST] : [])].map((spec) => {
      this.seq += 1;
      return row(world, spec, this.seq);
    });
  }

  /** Standing or over, in no order. */
  all(): AlarmRow[] {
    return [...this.rows, ...this.#over];
  }

  /** As they were: those raised by then, in the state that they had. */
  asOf(at: number): AlarmRow[] {
    return this.all()
      .filter(({ raised_at }) => raised_at <= at)
      .map((alarm) => {
        const acked = alarm.acknowledged_at !== null && alarm.acknowledged_at <= at;
        const returned = alarm.returned_at !== null && alarm.returned_at <= at;
        const active = acked ? "acked-active" : "unack-active";
        return {
          ...alarm,
          state: returned ? (acked ? "normal" : "unack-returned") : active,
          returned_at: returned ? alarm.returned_at : null,
          acknowledged_at: acked ? alarm.acknowledged_at : null,
          acknowledged_by: acked ? alarm.acknowledged_by : null,
          comment: acked ? alarm.comment : null,
        };
      });
  }

  /** Those that stood within a span; over is what returned and was acknowledged. */
  within({ asset, signals, t0, t1, at, behind, limit }: AlarmsQuery): AlarmsPage {
    const rows = (at === null ? this.all().map((row) => ({ ...row })) : this.asOf(at))
      .filter((row) => (asset === null ? signals.includes(row.signal) : row.asset === asset))
      .filter((row) => {
        const over = Math.max(row.returned_at ?? 0, row.acknowledged_at ?? 0);
        return row.raised_at <= Math.min(t1, at ?? t1) && (row.state !== "normal" || over >= t0);
      })
      .sort((a, b) => b.raised_at - a.raised_at || (a.id < b.id ? -1 : 1));
    const rest = behind === null ? rows : rows.slice(rows.findIndex(({ id }) => id === behind) + 1);
    return { rows: rest.slice(0, limit), more: Math.max(0, rest.length - limit) };
  }

  /** One more alarm, as when the plant makes one. */
  raise(now: number): AlarmRow {
    this.seq += 1;
    const made = row(this.#world, NEW[this.seq % NEW.length] ?? NEW[0], this.seq);
    const alarm = { ...made, id: `${made.id}#${this.seq}`, raised_at: now };
    this.rows.push(alarm);
    return { ...alarm };
  }

  history(before: number, limit: number): AlarmRow[] {
    return this.all()
      .filter((alarm) => before === 0 || alarm.seq < before)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit);
  }

  acknowledge(id: string, comment: string | null, now: number): AlarmRow {
    const alarm = this.rows.find((candidate) => candidate.id === id);
    if (!alarm) throw { message: "This alarm is over already. Nothing was acknowledged." };
    this.seq += 1;
    alarm.seq = this.seq;
    alarm.state = "acked-active";
    alarm.acknowledged_at = now;
    alarm.acknowledged_by = "operator";
    alarm.comment = comment;
    return { ...alarm };
  }
}
