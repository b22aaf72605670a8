/** All alarms of an asset, the last raised first: the newest page is asked for again with every change, older ones at a click. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AlarmsPage } from "../ipc/bindings/AlarmsPage";
import { continued } from "../lib/history";

/** Rows of a page. */
export const ASSET_PAGE = 20;
/** Rows that are asked for again at once. */
const AGAIN_MAX = 1_000;

export class AssetAlarmList {
  rows: readonly AlarmRow[] = $state.raw([]);
  /** How many more there are. */
  more = $state(0);
  /** Whether history has answered for this asset. */
  known = $state(false);
  loading = $state(false);
  /** Why they are not known; empty when they are. */
  failure = $state("");
  readonly #backend: Pick<Backend, "alarmsWithin">;
  /** The newest wish while a question is under way. */
  #wanted: { asset: string; at: number | null } | null = null;
  #shown: { asset: string; at: number | null } | null = null;
  #running = false;

  constructor(backend: Pick<Backend, "alarmsWithin">) {
    this.#backend = backend;
  }

  /** Asks for the newest page, and for what was paged to. One question at a time, the newest wish only. */
  want(asset: string, at: number | null): void {
    if (this.#shown?.asset !== asset) {
      this.rows = [];
      this.more = 0;
      this.known = false;
      this.failure = "";
    }
    this.#shown = { asset, at };
    this.#wanted = this.#shown;
    if (!this.#running) void this.#ask();
  }

  async older(): Promise<void> {
    const last = this.rows.at(-1);
    const of = this.#shown;
    if (!last || !of || this.loading) return;
    this.loading = true;
    try {
      const page = await this.#page(of, last.id, ASSET_PAGE);
      if (!this.#isShown(of)) return;
      this.rows = continued(this.rows, page.rows);
      this.more = page.more;
      this.failure = "";
    } catch (error) {
      if (this.#isShown(of)) this.failure = errorMessage(error);
    } finally {
      this.loading = false;
    }
  }

  async #ask(): Promise<void> {
    this.#running = true;
    for (let of = this.#wanted; of !== null; of = this.#wanted) {
      this.#wanted = null;
      const had = this.rows.length;
      const count = Math.min(AGAIN_MAX, Math.max(ASSET_PAGE, had));
      try {
        const page = await this.#page(of, null, count);
        if (of.asset !== this.#shown?.asset) continue;
        // An older page came meanwhile.
        if (this.rows.length > had) {
          this.#wanted ??= of;
          continue;
        }
        this.rows = page.rows;
        this.more = page.more;
        this.known = true;
        this.failure = "";
      } catch (error) {
        if (this.#isShown(of)) this.failure = errorMessage(error);
      }
    }
    this.#running = false;
  }

  #isShown(of: { asset: string; at: number | null }): boolean {
    return of.asset === this.#shown?.asset && of.at === this.#shown.at;
  }

  #page(of: { asset: string; at: number | null }, behind: string | null, limit: number): Promise<AlarmsPage> {
    // Whenever they were raised, by clocks of whatever kind.
    const [t0, t1] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    return this.#backend.alarmsWithin({ asset: of.asset, signals: [], t0, t1, at: of.at, behind, limit });
  }
}
