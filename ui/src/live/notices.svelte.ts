/** Short sentences about what a person's action did, or why it did not. */
import { errorMessage } from "../ipc/backend";

export interface Notice {
  id: number;
  text: string;
  failed: boolean;
  /** It was shown long enough, or a person closed it. */
  onclosed?: () => void;
  /** How it is taken back. */
  undo?: () => void;
}

const SHOWN_MS = 7_000;
/** What can be taken back is read, and thought about. */
const UNDO_SHOWN_MS = 30_000;
const SHOWN_MAX = 4;

class Notices {
  list: readonly Notice[] = $state.raw([]);
  #next = 1;

  tell(text: string, failed = false, onclosed?: () => void): void {
    const notice: Notice = onclosed
      ? { id: this.#next, text, failed, onclosed }
      : { id: this.#next, text, failed };
    this.#next += 1;
    this.list = [...this.list, notice].slice(-SHOWN_MAX);
    // What failed stays until it is read and closed.
    if (!failed) setTimeout(() => this.close(notice.id), SHOWN_MS);
  }

  /** Tells of something that can be taken back. */
  tellWithUndo(text: string, undo: () => void): void {
    const id = this.#next;
    this.#next += 1;
    const take = () => {
      this.close(id);
      undo();
    };
    this.list = [...this.list, { id, text, failed: false, undo: take }].slice(-SHOWN_MAX);
    setTimeout(() => this.close(id), UNDO_SHOWN_MS);
  }

  close(id: number): void {
    const closed = this.list.find((notice) => notice.id === id);
    this.list = this.list.filter((notice) => notice !== closed);
    closed?.onclosed?.();
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
}

export const notices = new Notices();
