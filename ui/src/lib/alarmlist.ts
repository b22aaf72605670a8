/** Which alarms a list shows, and in which order. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import { fold, wordsOf } from "./search";
import { compareAlarms } from "./worst";

export type AlarmState = AlarmRow["state"];
export const ALARM_STATES = ["unack-active", "acked-active", "unack-returned", "normal"] as const;
export const PRIORITIES = [1, 2, 3, 4] as const;

/** An alarm is shown when it fits each kind of choice that has any. */
export interface AlarmFilter {
  /** Words that its asset, its place and its sentence must hold. */
  text: string;
  /** Id of a place, with all below it, or of an asset; null: the whole plant. */
  where: { place: string } | { asset: string } | null;
  priorities: readonly number[];
  states: readonly AlarmState[];
}

export const NO_ALARM_FILTER: AlarmFilter = { text: "", where: null, priorities: [], states: [] };

export function isAlarmFiltered({ text, where, priorities, states }: AlarmFilter): boolean {
  return text.trim() !== "" || where !== null || priorities.length > 0 || states.length > 0;
}

/** What the list must know of an alarm beside its row. */
export interface AlarmWords {
  /** Ids of the places around its asset. */
  places: (asset: string) => readonly string[];
  /** All that a person reads of it. */
  words: (alarm: AlarmRow) => string;
}

export function filteredAlarms(
  rows: readonly AlarmRow[],
  filter: AlarmFilter,
  of: AlarmWords,
): readonly AlarmRow[] {
  if (!isAlarmFiltered(filter)) return rows;
  const { where, priorities, states } = filter;
  const words = wordsOf(filter.text);
  return rows.filter((alarm) => {
    if (priorities.length > 0 && !priorities.includes(alarm.priority)) return false;
    if (states.length > 0 && !states.includes(alarm.state)) return false;
    if (where && "asset" in where && alarm.asset !== where.asset) return false;
    if (where && "place" in where && !of.places(alarm.asset).includes(where.place)) return false;
    if (words.length === 0) return true;
    const read = fold(of.words(alarm));
    return words.every((word) => read.includes(word));
  });
}

/** Orders that a person may choose in place of the list's own. */
export type AlarmOrder = "priority" | "raised" | "asset";
export interface AlarmSort {
  by: AlarmOrder;
  /** The other way round: the least urgent, the oldest, or Z first. */
  reversed: boolean;
}

/** The next order after a press on a column: its own, reversed, that of the list. */
export function nextSort(sort: AlarmSort | null, by: AlarmOrder): AlarmSort | null {
  if (sort?.by !== by) return { by, reversed: false };
  return sort.reversed ? null : { by, reversed: true };
}

/** `rank`: place of an asset by its name. Of equals the more urgent one comes first. */
export function sortedAlarms(
  rows: readonly AlarmRow[],
  sort: AlarmSort | null,
  rank: (asset: string) => number,
): readonly AlarmRow[] {
  if (sort === null) return rows;
  const way = sort.reversed ? -1 : 1;
  const by: Record<AlarmOrder, (a: AlarmRow, b: AlarmRow) => number> = {
    priority: (a, b) => a.priority - b.priority,
    raised: (a, b) => b.raised_at - a.raised_at,
    asset: (a, b) => rank(a.asset) - rank(b.asset),
  };
  const first = by[sort.by];
  return [...rows].sort((a, b) => way * first(a, b) || compareAlarms(a, b));
}

export interface AlarmCounts {
  priorities: ReadonlyMap<number, number>;
  states: ReadonlyMap<AlarmState, number>;
}

/** How many alarms of a list have each priority and each state. */
export function countRows(rows: readonly AlarmRow[]): AlarmCounts {
  const priorities = new Map<number, number>();
  const states = new Map<AlarmState, number>();
  for (const { priority, state } of rows) {
    priorities.set(priority, (priorities.get(priority) ?? 0) + 1);
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  return { priorities, states };
}

/** When an occurrence changed last, microseconds: by this, history is ordered. */
export function changedAt({ raised_at, returned_at, acknowledged_at }: AlarmRow): number {
  return Math.max(raised_at, returned_at ?? raised_at, acknowledged_at ?? raised_at);
}
