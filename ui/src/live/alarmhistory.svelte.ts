/** The alarm history as far as it has been read: page by page towards the past, and further while a filter seeks alarms. */
import { errorMessage } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import { continued, NEWEST, refreshed } from "../lib/history";

/** Rows of a page that a person asks for. */
export const PAGE = 200;
/** Rows of a page while a filter seeks, and most rows that one search reads: then a person says whether it goes on. */
const SEARCH_PAGE = 1_000;
export const SEARCH_MAX = 20_000;

export class AlarmHistory {
  /** By their latest change, the newest first. */
  rows: readonly AlarmRow[] = $state.raw([]);
  /** How often the list began anew: another instant, more changes than a page has, or the first answer. */
  begun = $state(0);
  /** Whether there are older ones. */
  more = $state(false);
  /** A page is on its way that somebody asked for. */
  loading = $state(false);
  /** A filter seeks alarms in pages that were not read yet. */
  searching = $state(false);
  /** Why history did not answer; empty when it did. */
  failure = $state("");
  readonly #ask: (before: number, limit: number) => Promise<AlarmRow[]>;
  readonly #instant: () => number | null;
  /** The instant that the rows are of; null: the present. */
  #of: number | null = null;
  #search = 0;

  /** `instant`: the one that is shown, microseconds; null: the present. */
  constructor(ask: (before: number, limit: number) => Promise<AlarmRow[]>, instant: () => number | null) {
    this.#ask = ask;
    this.#instant = instant;
  }

  /** The newest page again; rows that were read before stay. `dropped`: whether nobody waits for it any more. */
  async renew(dropped: () => boolean): Promise<void> {
    const at = this.#instant();
    try {
      const page = await this.#ask(NEWEST, PAGE);
      if (dropped()) return;
      const before = at === this.#of ? this.rows : [];
      this.#of = at;
      this.rows = refreshed(page, before);
      if (this.rows.length === page.length) {
        this.more = page.length === PAGE;
        this.begun += 1;
      }
      this.failure = "";
    } catch (error) {
      this.failure = errorMessage(error);
    }
  }

  /** The next older page. */
  async older(): Promise<void> {
    this.loading = true;
    try {
      await this.#next(PAGE);
    } finally {
      this.loading = false;
    }
  }

  /** Reads on until `enough` is found, history ends, or a search is long enough; a later search takes this one's place. */
  async search(enough: (rows: readonly AlarmRow[]) => boolean): Promise<void> {
    const search = this.#begin();
    const most = this.rows.length + SEARCH_MAX;
    this.searching = true;
    while (this.more && this.rows.length < most && !enough(this.rows)) {
      const read = await this.#next(SEARCH_PAGE);
      if (search !== this.#search) return;
      if (!read) break;
    }
    this.searching = false;
  }

  /** Ends a search; what it has found stays. */
  stop(): void {
    this.#begin();
    this.searching = false;
  }

  #begin(): number {
    this.#search += 1;
    return this.#search;
  }

  /** False when there is nothing to go on with. */
  async #next(limit: number): Promise<boolean> {
    const at = this.#instant();
    try {
      const page = await this.#ask(this.rows.at(-1)?.seq ?? NEWEST, limit);
      if (at !== this.#instant() || at !== this.#of) return false;
      this.rows = continued(this.rows, page);
      this.more = page.length === limit;
      this.failure = "";
      return true;
    } catch (error) {
      this.failure = errorMessage(error);
      return false;
    }
  }
}
