/** The one job with history: asked of the program while it runs, so that a dialog can be closed and opened again. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { ExportRequest } from "../ipc/bindings/ExportRequest";
import type { FileJobView } from "../ipc/bindings/FileJobView";
import { endNotice, hasSummary } from "../lib/filewords";
import { notices } from "./notices.svelte";

const ASK_MS = 400;
/** A job goes on when a question about it fails: it is asked again, first told after so many. */
const FAILURES_TOLD = 10;

export class FileJob {
  /** The job that runs, or that a dialog has not put away yet. */
  view: FileJobView | null = $state.raw(null);
  /** Dialogs that show it; without one, its end is told by a notice. */
  watchers = 0;
  readonly #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get running(): boolean {
    return this.view?.state === "running";
  }

  /** Finds a job that was begun before, as after a reload of the window: it runs, or nobody has read how it ended. */
  async find(): Promise<void> {
    try {
      const view = await this.#backend.fileJob();
      // One that was begun meanwhile is newer.
      if (view && !this.view) this.#take(view);
    } catch {
      // A window that has nothing to show says so itself.
    }
  }

  async export(request: ExportRequest): Promise<void> {
    this.#take(await this.#backend.startExport(request));
  }

  async import(path: string): Promise<void> {
    this.#take(await this.#backend.startImport(path));
  }

  async backup(path: string): Promise<void> {
    this.#take(await this.#backend.startBackup(path));
  }

  async check(): Promise<void> {
    this.#take(await this.#backend.startCheck());
  }

  async cancel(): Promise<void> {
    await this.#backend.cancelFileJob();
  }

  /** What has ended is read. */
  putAway(): void {
    if (!this.view || this.running) return;
    this.#read(this.view.number);
    this.view = null;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #take(view: FileJobView): void {
    this.view = view;
    clearTimeout(this.#timer);
    if (view.state === "running") {
      this.#timer = setTimeout(() => void this.#ask(), ASK_MS);
      return;
    }
    if (this.watchers > 0) return;
    const failed = view.state === "failed" || view.check?.sound === false;
    if (hasSummary(view)) {
      // It waits for a dialog that shows it.
      notices.tell(endNotice(view), failed);
      return;
    }
    notices.tell(endNotice(view), failed, () => this.#read(view.number));
    this.view = null;
  }

  /** Else a window that is loaded anew tells it again. */
  #read(number: number): void {
    // Told twice is no harm: a failure needs no words.
    this.#backend.putAwayFileJob(number).catch(() => {});
  }

  async #ask(): Promise<void> {
    try {
      const view = await this.#backend.fileJob();
      this.#failures = 0;
      if (view) this.#take(view);
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === FAILURES_TOLD) notices.tell(errorMessage(error), true);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#ask(), ASK_MS);
    }
  }
}
