/** The alarm list as a person left it: what it shows, in which order, and which row is chosen. For as long as the window. */
import {
  type AlarmFilter,
  type AlarmOrder,
  type AlarmSort,
  type AlarmState,
  isAlarmFiltered,
  NO_ALARM_FILTER,
  nextSort,
} from "../lib/alarmlist";

class AlarmListChoice {
  filter: AlarmFilter = $state.raw(NO_ALARM_FILTER);
  /** Null: the list's own order. */
  sort: AlarmSort | null = $state.raw(null);
  /** Id of the chosen occurrence; empty: none. */
  chosen = $state("");

  get filtered(): boolean {
    return isAlarmFiltered(this.filter);
  }

  choose(change: Partial<AlarmFilter>): void {
    this.filter = { ...this.filter, ...change };
  }

  togglePriority(priority: number): void {
    this.choose({ priorities: toggled(this.filter.priorities, priority) });
  }

  toggleState(state: AlarmState): void {
    this.choose({ states: toggled(this.filter.states, state) });
  }

  sortBy(by: AlarmOrder): void {
    this.sort = nextSort(this.sort, by);
  }

  /** Shows every alarm again. */
  clear(): void {
    this.filter = NO_ALARM_FILTER;
  }
}

function toggled<T>(list: readonly T[], one: T): readonly T[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

export const alarmList = new AlarmListChoice();
