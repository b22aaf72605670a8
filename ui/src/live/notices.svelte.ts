/** Short sentences about what a person's action did, or why it did not. None goes before it could be read. */
import { errorMessage } from "../ipc/backend";

export interface Notice {
  id: number;
  text: string;
  failed: boolean;
  /** How often it came; the same failure once more is no second notice. */
  times: number;
  /** How it is taken back. */
  undo?: () => void;
  /** How long it is to be seen, milliseconds; null: until a person closes it. */
  shows: number | null;
  /** It was seen for long enough, and waits among the others until `ends`. */
  aside: boolean;
  /** When it goes whoever has read it, as `performance.now()` has it; null: once it was seen for long enough. */
  ends: number | null;
  onclosed: (() => void) | undefined;
}

const SHOWN_MS = 7_000;
/** What can be taken back is read, and thought about. */
const UNDO_SHOWN_MS = 30_000;
/** As many are seen at once; the others wait behind a button that counts them. */
const SHOWN_MAX = 4;
/** Most that are kept. Beyond, what a person has had time to see goes first. */
const KEPT_MAX = 200;

class Notices {
  /** All of them, the newest last. */
  list: readonly Notice[] = $state.raw([]);
  /** All of them are looked at. */
  open = $state(false);
  /** Failures that there was no room for. */
  lost = $state(0);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Those that are seen: all when they are looked at, else the newest. */
  readonly shown: readonly Notice[] = $derived(
    this.open ? this.list : this.list.filter(({ aside }) => !aside).slice(-SHOWN_MAX),
  );

  /** How many there are besides. */
  readonly more = $derived(this.list.length - this.shown.length);

  /** `onclosed`: it was shown long enough, or a person closed it. */
  tell(text: string, failed = false, onclosed?: () => void): void {
    const same =
      failed && !onclosed ? this.list.findLast((one) => one.failed && one.text === text) : undefined;
    if (same) this.list = this.list.filter((one) => one !== same);
    // What failed stays until it is read and closed.
    const shows = failed ? null : SHOWN_MS;
    this.#add({ text, failed, times: (same?.times ?? 0) + 1, shows, ends: null, aside: false, onclosed });
  }

  /**
   * Tells of something that can be taken back for so many milliseconds. When it was seen for a while it steps aside, and can
   * be had until then. Gives its number.
   */
  tellWithUndo(text: string, undo: () => void, lasts = UNDO_SHOWN_MS, aside = false): number {
    const id = this.#next;
    const take = () => {
      this.close(id);
      undo();
    };
    const ends = performance.now() + lasts;
    this.#add({
      text,
      failed: false,
      times: 1,
      shows: UNDO_SHOWN_MS,
      ends,
      aside,
      onclosed: undefined,
      undo: take,
    });
    setTimeout(() => this.close(id), lasts);
    return id;
  }

  close(id: number): void {
    const closed = this.list.find((notice) => notice.id === id);
    if (!closed) return;
    this.#put(this.list.filter((notice) => notice !== closed));
    closed.onclosed?.();
  }

  closeAll(): void {
    for (const { id } of this.list) this.close(id);
    this.lost = 0;
  }

  /** Does something and says so when it fails. */
  async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.tell(errorMessage(error), true);
      return false;
    }
  }

  #add(notice: Omit<Notice, "id">): void {
    const id = this.#next;
    this.#next += 1;
    let kept: readonly Notice[] = [...this.list, { ...notice, id }];
    if (kept.length > KEPT_MAX) {
      const oldest = kept.find((one) => !one.failed) ?? kept[0];
      if (oldest?.failed) this.lost += 1;
      kept = kept.filter((one) => one !== oldest);
      oldest?.onclosed?.();
    }
    this.#put(kept);
  }

  /** Time runs for what is seen: what waits behind newer ones has its own time yet to come. */
  #put(kept: readonly Notice[]): void {
    this.list = kept;
    if (kept.length === 0) this.open = false;
    const seen = new Set(kept.filter(({ aside }) => !aside).slice(-SHOWN_MAX));
    for (const [id, timer] of this.#timers) {
      if ([...seen].some((one) => one.id === id)) continue;
      clearTimeout(timer);
      this.#timers.delete(id);
    }
    for (const { id, shows } of seen)
      if (shows !== null && !this.#timers.has(id))
        this.#timers.set(
          id,
          setTimeout(() => this.#seen(id), shows),
        );
  }

  /** It was seen for long enough. */
  #seen(id: number): void {
    this.#timers.delete(id);
    const notice = this.list.find((one) => one.id === id);
    if (!notice) return;
    if (notice.ends === null || notice.ends <= performance.now()) this.close(id);
    else this.#put(this.list.map((one) => (one === notice ? { ...one, aside: true } : one)));
  }
}

export const notices = new Notices();
