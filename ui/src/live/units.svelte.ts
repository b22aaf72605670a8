/**
 * In which units values are shown. What comes from the program is converted at the door (`shownIn`), so that no screen can
 * forget it; which signals are is state, so that every screen can say it.
 */
import type { Backend } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AssetEvent } from "../ipc/bindings/AssetEvent";
import type { PlantView } from "../ipc/bindings/PlantView";
import type { StatisticsView } from "../ipc/bindings/StatisticsView";
import { decodeTrend } from "../lib/trend";
import {
  type Conversion,
  conversionOf,
  QUANTITY_NAMES,
  type Quantity,
  shown,
  shownSignal,
  type UnitChoice,
  unitNames,
} from "../lib/units";
import { convertSamples } from "./frame";
import { store, stored } from "./stored";

const STORE = "twinscope.units";

export class Units {
  choice: UnitChoice = $state.raw(read());
  /** By signal key: those that are shown in another unit than they came in. */
  converted: ReadonlyMap<number, Conversion> = $state.raw(new Map());

  /** The units that stand in place of others, each once. */
  readonly names = $derived([...new Set([...this.converted.values()].map(({ to }) => to))].sort());

  /** Null: as it came. Values of before are still in the old unit: ask for the plant anew. */
  choose(quantity: Quantity, unit: string | null): void {
    const { [quantity]: _, ...others } = this.choice;
    this.choice = unit === null ? others : { ...others, [quantity]: unit };
    store(STORE, Object.keys(this.choice).length === 0 ? null : JSON.stringify(this.choice));
  }

  of(key: number): Conversion | undefined {
    return this.converted.get(key);
  }

  /** A value in the signal's own unit, as it is shown. */
  shown(key: number, value: number): number {
    const by = this.converted.get(key);
    return by ? shown(value, by) : value;
  }

  /** A shown value in the signal's own unit. */
  stored(key: number, value: number): number {
    const by = this.converted.get(key);
    return by ? (value - by.add) / by.factor : value;
  }

  plant(plant: PlantView): PlantView {
    const converted = new Map<number, Conversion>();
    const assets = plant.assets.map((asset) => ({
      ...asset,
      signals: asset.signals.map((signal) => {
        const by = signal.role === "state" ? null : conversionOf(signal.unit, this.choice);
        if (!by) return signal;
        converted.set(signal.key, by);
        return shownSignal(signal, by);
      }),
    }));
    this.converted = converted;
    return converted.size === 0 ? plant : { ...plant, assets };
  }

  alarm(alarm: AlarmRow): AlarmRow {
    const by = alarm.kind === "anomaly" ? undefined : this.converted.get(alarm.signal);
    return by ? { ...alarm, value: shown(alarm.value, by), limit: shown(alarm.limit, by) } : alarm;
  }

  event(event: AssetEvent): AssetEvent {
    const { what } = event;
    if (what.kind !== "alarm" || what.rule === "anomaly") return event;
    const by = this.converted.get(what.signal);
    if (!by) return event;
    const to = (value: number | null) => (value === null ? null : shown(value, by));
    return { ...event, what: { ...what, limit: to(what.limit), value: to(what.value) } };
  }

  /** In place. */
  frame(frame: ArrayBuffer): ArrayBuffer {
    if (this.converted.size > 0) convertSamples(frame, (key) => this.of(key));
    return frame;
  }

  statistics(view: StatisticsView): StatisticsView {
    const rows = view.rows.map((row) => {
      const by = this.converted.get(row.signal);
      if (!by) return row;
      const value = (number: number | null) => (number === null ? null : shown(number, by));
      const apart = (number: number | null) => (number === null ? null : number * Math.abs(by.factor));
      return {
        ...row,
        min: value(row.min),
        max: value(row.max),
        mean: value(row.mean),
        time_mean: value(row.time_mean),
        deviation: apart(row.deviation),
        time_deviation: apart(row.time_deviation),
      };
    });
    return { ...view, rows };
  }

  /** In place; the arrays are views into the answer. */
  trend(answer: ArrayBuffer): ArrayBuffer {
    if (this.converted.size === 0) return answer;
    for (const [key, columns] of decodeTrend(answer)) {
      const by = this.converted.get(key);
      if (!by) continue;
      for (const values of [columns.min, columns.max, columns.first, columns.last])
        for (let i = 0; i < values.length; i += 1) values[i] = shown(values[i] ?? Number.NaN, by);
    }
    return answer;
  }
}

function read(): UnitChoice {
  try {
    const known: unknown = JSON.parse(stored(STORE) ?? "{}");
    if (typeof known !== "object" || known === null) return {};
    const entries = Object.entries(known).filter(
      ([quantity, unit]) =>
        QUANTITY_NAMES.some((one) => one === quantity) && unitNames(quantity as Quantity).includes(unit),
    );
    return Object.fromEntries(entries) as UnitChoice;
  } catch {
    return {};
  }
}

/** The program as it is shown in the units that a person chose; alarms within frames are for `Units.alarm`. */
export function shownIn(units: Units, backend: Backend): Backend {
  const converted: Partial<Backend> = {
    plant: async () => units.plant(await backend.plant()),
    subscribe: (onFrame) =>
      backend.subscribe((frame) => {
        onFrame(units.frame(frame));
      }),
    plantAsOf: async (at) => units.frame(await backend.plantAsOf(at)),
    alarms: async () => {
      const list = await backend.alarms();
      return { ...list, rows: list.rows.map((alarm) => units.alarm(alarm)) };
    },
    alarmHistory: async (before, limit) =>
      (await backend.alarmHistory(before, limit)).map((alarm) => units.alarm(alarm)),
    alarmHistoryAsOf: async (at, before, limit) =>
      (await backend.alarmHistoryAsOf(at, before, limit)).map((alarm) => units.alarm(alarm)),
    alarm: async (id, at) => {
      const alarm = await backend.alarm(id, at);
      return alarm && units.alarm(alarm);
    },
    alarmsWithin: async (query) => {
      const page = await backend.alarmsWithin(query);
      return { ...page, rows: page.rows.map((alarm) => units.alarm(alarm)) };
    },
    assetEvents: async (query) => {
      const page = await backend.assetEvents(query);
      return { ...page, rows: page.rows.map((event) => units.event(event)) };
    },
    acknowledge: async (id, comment) => units.alarm(await backend.acknowledge(id, comment)),
    trend: async (request) => units.trend(await backend.trend(request)),
    startStatistics: async (request) => units.statistics(await backend.startStatistics(request)),
    statistics: async (number) => units.statistics(await backend.statistics(number)),
    anomaly: async (asset) => {
      const view = await backend.anomaly(asset);
      if (!view) return view;
      const shares = view.shares.map((share) => {
        const by = units.of(share.signal);
        if (!by) return share;
        const [seen, expected] = [shown(share.seen, by), shown(share.expected, by)];
        return { ...share, seen, expected, sigma: share.sigma * by.factor };
      });
      return { ...view, shares };
    },
  };
  return Object.assign(Object.create(backend) as Backend, converted);
}
