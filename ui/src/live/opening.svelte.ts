/** The way to another plant: begun, looked at until it ends, taken back. The window is loaded anew for the plant it leads to. */
import { type Backend, errorMessage } from "../ipc/backend";
import type { OpeningKind } from "../ipc/bindings/OpeningKind";
import type { OpeningStep } from "../ipc/bindings/OpeningStep";
import type { OpeningView } from "../ipc/bindings/OpeningView";
import { told } from "../lib/text/text";

const LOOK_MS = 250;

export class Opening {
  /** What is under way, or was tried last; null when nothing. */
  what: OpeningKind | null = $state(null);
  step: OpeningStep | null = $state(null);
  /** Why it failed, in words. */
  failure = $state("");

  readonly running = $derived(this.step === "plant" || this.step === "workspace");

  readonly #backend: Backend;
  readonly #reload: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, reload: () => void = loadAnew) {
    this.#backend = backend;
    this.#reload = reload;
  }

  demo(): Promise<void> {
    return this.#begin("demo", () => this.#backend.openDemo());
  }

  folder(path: string, make: boolean): Promise<void> {
    return this.#begin("folder", () => this.#backend.openFolder(path, make));
  }

  own(): Promise<void> {
    return this.#begin("own", () => this.#backend.openOwn());
  }

  /** Goes on to look at a way that was begun before the window was there: that of the first plant. */
  async resume(): Promise<void> {
    try {
      const view = await this.#backend.opening();
      if (!view || this.what !== null || !(view.step === "plant" || view.step === "workspace")) return;
      this.what = view.what;
      this.#take(view);
    } catch (error) {
      this.failure = errorMessage(error);
    }
  }

  async cancel(): Promise<void> {
    try {
      await this.#backend.cancelOpening();
    } catch (error) {
      this.failure = errorMessage(error);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #begin(what: OpeningKind, begin: () => Promise<OpeningView>): Promise<void> {
    if (this.running) return;
    this.what = what;
    this.failure = "";
    try {
      this.#take(await begin());
    } catch (error) {
      this.step = "failed";
      this.failure = errorMessage(error);
    }
  }

  #take(view: OpeningView): void {
    this.step = view.step;
    this.failure = view.failure ? told(view.failure) : "";
    if (this.running) this.#timer = setTimeout(() => void this.#look(view.number), LOOK_MS);
    else if (view.step === "done") this.#reload();
  }

  async #look(number: number): Promise<void> {
    try {
      const view = await this.#backend.opening();
      if (view?.number === number) this.#take(view);
    } catch (error) {
      this.step = "failed";
      this.failure = errorMessage(error);
    }
  }
}

/** Nothing of the plant of before may stay on a screen. */
function loadAnew(): void {
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  window.location.reload();
}
