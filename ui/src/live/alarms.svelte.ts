/** Every alarm that is not over, kept right by sequence numbers, and those that ended while the window was open. */
import { SvelteMap } from "svelte/reactivity";
import type { AlarmList } from "../ipc/bindings/AlarmList";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import { isUnacknowledged } from "../lib/alarmwords";
import { compareAlarms } from "../lib/worst";

/** In a flood of alarms, history is asked for this often and no more. */
const TELL_MS = 400;
const NONE: readonly AlarmRow[] = [];

export class Alarms {
  /** Worst first. */
  standing: readonly AlarmRow[] = $state.raw(NONE);
  /** Grows soon after a change, however many there are: screens that show history ask again. */
  changes = $state(0);
  /** Sequence number of the newest transition known. */
  seq = 0;
  readonly #byAsset = new SvelteMap<string, readonly AlarmRow[]>();
  #rows = new Map<string, AlarmRow>();
  #telling: ReturnType<typeof setTimeout> | undefined;

  unacknowledged = $derived(this.standing.filter(isUnacknowledged));

  /** Standing alarms of an asset, worst first. */
  of(asset: string): readonly AlarmRow[] {
    return this.#byAsset.get(asset) ?? NONE;
  }

  /** Applies transitions in the order they came. */
  apply(rows: readonly AlarmRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      this.seq = Math.max(this.seq, row.seq);
      const known = this.#rows.get(row.id);
      if (known && known.seq >= row.seq) continue;
      if (row.state === "normal") this.#rows.delete(row.id);
      else this.#rows.set(row.id, row);
    }
    this.#publish();
  }

  /**
   * Replaces everything. A list older than what is known is refused, because an alarm that ended meanwhile would come
   * back with it for good: ask again.
   */
  replace(list: AlarmList): boolean {
    if (list.seq < this.seq) return false;
    this.#rows = new Map(list.rows.filter((row) => row.state !== "normal").map((row) => [row.id, row]));
    this.seq = list.seq;
    this.#publish();
    return true;
  }

  /** Those of an instant that stands still: nothing is told of a change. */
  begin(list: AlarmList): void {
    this.#rows = new Map(list.rows.map((row) => [row.id, row]));
    this.seq = list.seq;
    this.#sort();
  }

  #publish(): void {
    this.#sort();
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.changes += 1;
    }, TELL_MS);
  }

  #sort(): void {
    const sorted = [...this.#rows.values()].sort(compareAlarms);
    const grouped = new Map<string, AlarmRow[]>();
    for (const row of sorted) {
      const list = grouped.get(row.asset);
      if (list) list.push(row);
      else grouped.set(row.asset, [row]);
    }
    for (const asset of this.#byAsset.keys()) if (!grouped.has(asset)) this.#byAsset.delete(asset);
    for (const [asset, list] of grouped) {
      if (!same(this.#byAsset.get(asset), list)) this.#byAsset.set(asset, list);
    }
    this.standing = sorted;
  }
}

function same(a: readonly AlarmRow[] | undefined, b: readonly AlarmRow[]): boolean {
  return a !== undefined && a.length === b.length && a.every((row, i) => row === b[i]);
}
