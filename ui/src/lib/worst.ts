/** What comes first when something is wrong. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AssetStateKind } from "../ipc/bindings/AssetStateKind";
import { isActive, isUnacknowledged } from "./alarmwords";

/** Order of the alarm list: unacknowledged first, then priority, then the newest. */
export function compareAlarms(a: AlarmRow, b: AlarmRow): number {
  const unack = Number(isUnacknowledged(b)) - Number(isUnacknowledged(a));
  if (unack !== 0) return unack;
  if (a.priority !== b.priority) return a.priority - b.priority;
  const active = Number(isActive(b)) - Number(isActive(a));
  if (active !== 0) return active;
  return b.raised_at - a.raised_at || (a.id < b.id ? -1 : 1);
}

/** The alarm that a tile or the status line shows. */
export function worstAlarm(alarms: readonly AlarmRow[]): AlarmRow | undefined {
  let worst: AlarmRow | undefined;
  for (const alarm of alarms) if (!worst || compareAlarms(alarm, worst) < 0) worst = alarm;
  return worst;
}

/** The highest priority (smallest number) standing; 5 without an alarm. */
export function worstPriority(alarms: readonly AlarmRow[]): number {
  let worst = 5;
  for (const alarm of alarms) worst = Math.min(worst, alarm.priority);
  return worst;
}

const STATE_ORDER: Record<AssetStateKind, number> = { stale: 0, waiting: 1, live: 2, standby: 3 };

/**
 * Place of an asset when the worst comes first: by priority of its alarms (unacknowledged before acknowledged), then
 * silent ones, then those that live. Depends on alarms and state only, never on values, so that tiles stand still.
 */
export function assetRank(alarms: readonly AlarmRow[], state: AssetStateKind): number {
  const priority = worstPriority(alarms);
  const unack = alarms.some((alarm) => alarm.priority === priority && isUnacknowledged(alarm));
  return priority * 100 + (unack ? 0 : 50) + STATE_ORDER[state];
}
