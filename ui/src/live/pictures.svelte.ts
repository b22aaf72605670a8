/** The process pictures of the workspace: which there are, the one that is shown, and what a person is binding in it. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { PictureBinding } from "../ipc/bindings/PictureBinding";
import type { PictureList } from "../ipc/bindings/PictureList";
import type { PictureView } from "../ipc/bindings/PictureView";
import { sameBinding, unbound } from "../lib/picture/bindings";
import type { PictureBox } from "../lib/picture/viewport";

/** After its last answer, the folder is looked at again. */
const LOOK_MS = 1_500;
const UNDO_MAX = 200;

/** The picture that was shown last, kept between starts. */
const STORE = "twinscope.picture";

type Changes = ReadonlyMap<number, PictureBinding>;
const NONE: Changes = new Map();

export class Pictures {
  list: PictureList | null = $state.raw(null);
  /** Name of the picture that a person chose; empty: the first. */
  chosen = $state("");
  shown: PictureView | null = $state.raw(null);
  /** Why the list, or the picture that was chosen, cannot be had. */
  failure = $state("");
  /** The part of it that is seen; null: the whole. */
  view: PictureBox | null = $state.raw(null);
  editing = $state(false);
  /** What is bound otherwise than in the file, by element. */
  changes: Changes = $state.raw(NONE);
  /** The file was written by somebody else while a person was binding. */
  overtaken = $state(false);
  saving = $state(false);
  #past: Changes[] = $state.raw([]);
  #future: Changes[] = $state.raw([]);

  readonly #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchers = 0;
  #asking = false;
  #again = false;

  constructor(backend: Backend) {
    this.#backend = backend;
    try {
      this.chosen = localStorage.getItem(STORE) ?? "";
    } catch {
      // Without storage the first picture is shown.
    }
  }

  name = $derived(
    this.list?.rows.some((row) => row.name === this.chosen) ? this.chosen : (this.list?.rows[0]?.name ?? ""),
  );
  canUndo = $derived(this.#past.length > 0);
  canRedo = $derived(this.#future.length > 0);

  /** Looks at the folder until the given function is called. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) void this.look();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  async look(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    this.#again = false;
    clearTimeout(this.#timer);
    try {
      const list = await this.#backend.pictures();
      if (JSON.stringify(list) !== JSON.stringify(this.list)) this.list = list;
      await this.#read();
      this.failure = "";
    } catch (error) {
      this.failure = errorMessage(error);
    } finally {
      this.#asking = false;
      // Another picture was chosen meanwhile.
      if (this.#again) void this.look();
      else if (this.#watchers > 0) this.#timer = setTimeout(() => void this.look(), LOOK_MS);
    }
  }

  /** False: what was bound in the one that is shown must be saved or discarded first. */
  async choose(name: string): Promise<boolean> {
    if (name === this.name) return true;
    if (this.changes.size > 0) return false;
    this.chosen = name;
    try {
      localStorage.setItem(STORE, name);
    } catch {
      // Lasts as long as the window.
    }
    this.editing = false;
    this.discard();
    this.shown = null;
    this.view = null;
    await this.look();
    return true;
  }

  /** Reads the chosen picture when its file is not the one that is shown. */
  async #read(): Promise<void> {
    const gone = this.shown !== null && !this.list?.rows.some((one) => one.name === this.shown?.row.name);
    if (gone && this.changes.size > 0) {
      this.overtaken = true;
      return;
    }
    const row = this.list?.rows.find((candidate) => candidate.name === this.name);
    if (!row) {
      this.shown = null;
      return;
    }
    const same = this.shown?.row.name === row.name;
    if (same && this.shown?.row.stamp === row.stamp) return;
    const read = await this.#backend.picture(row.name);
    if (row.name !== this.name) return;
    if (same && this.shown?.print === read.print) {
      // Written anew with the same content: nothing to draw again.
      this.shown = { ...this.shown, row: read.row };
    } else if (same && this.changes.size > 0) this.overtaken = true;
    else this.#take(read);
  }

  #take(view: PictureView): void {
    this.shown = view;
    this.changes = NONE;
    this.#past = [];
    this.#future = [];
    this.overtaken = false;
  }

  /** Puts another binding in place of the one in the file; `written` is that one. */
  bind(next: PictureBinding, written: PictureBinding | undefined): void {
    const changes = new Map(this.changes);
    if (sameBinding(next, written ?? unbound(next.element))) changes.delete(next.element);
    else changes.set(next.element, next);
    this.#past = [...this.#past, this.changes].slice(-UNDO_MAX);
    this.#future = [];
    this.changes = changes;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.changes];
    this.changes = before;
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.changes];
    this.changes = after;
  }

  /** Writes what was bound into the file. */
  async save(): Promise<void> {
    const view = this.shown;
    if (!view || this.saving || this.changes.size === 0) return;
    this.saving = true;
    try {
      const saved = await this.#backend.savePicture(view.row.name, view.print, [...this.changes.values()]);
      if (this.name === saved.row.name) this.#take(saved);
    } finally {
      this.saving = false;
    }
  }

  /** Forgets what was not saved, and takes the file as it is now. */
  discard(): void {
    this.changes = NONE;
    this.#past = [];
    this.#future = [];
    if (!this.overtaken) return;
    this.overtaken = false;
    this.shown = null;
    void this.look();
  }

  /** Copies a picture into the workspace and shows it. */
  async bring(path: string): Promise<string> {
    const row = await this.#backend.importPicture(path);
    this.list = await this.#backend.pictures();
    await this.choose(row.name);
    return row.name;
  }
}
