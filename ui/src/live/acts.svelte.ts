/** What was done and can be taken back: said with the act, and reachable as long as the program keeps it. */
import { SvelteSet } from "svelte/reactivity";
import type { Backend } from "../ipc/backend";
import type { ActView } from "../ipc/bindings/ActView";
import { t } from "../lib/text/text";
import { notices } from "./notices.svelte";

/** After the oldest is forgotten, the program is asked again, milliseconds. */
const LATE_MS = 500;

/** What was done, in words. */
export function actWords({ kind, name, more }: ActView): string {
  return t(`restore-did-${kind}`, { name: more > 0 ? t("restore-names", { name, count: more }) : name });
}

export class Acts {
  /** The newest last. */
  list: readonly ActView[] = $state.raw([]);
  /** Numbers of those that were taken back in this window. */
  readonly undone = new SvelteSet<number>();
  readonly #backend: Backend;
  readonly #onundone: () => Promise<void>;
  /** The newest that was heard of. */
  #newest = 0;
  /** The notice of each. */
  readonly #told = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend, onundone: () => Promise<void>) {
    this.#backend = backend;
    this.#onundone = onundone;
  }

  /** A window that is loaded anew offers what the one before could. */
  async load(): Promise<void> {
    for (const act of await this.#fresh()) this.#offer(act, actWords(act), true);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Asks what can be taken back by now. */
  async refresh(): Promise<void> {
    this.list = await this.#backend.undoable();
    clearTimeout(this.#timer);
    const next = Math.min(...this.list.map(({ rest_ms }) => rest_ms));
    if (this.list.length > 0) this.#timer = setTimeout(() => void this.#ask(), next + LATE_MS);
  }

  /** Says what was done just now, with its undo; `aside`: a screen says it already. Gives the act. */
  async tell(words: string, aside = false): Promise<ActView | null> {
    const act = (await this.#ask()).at(-1) ?? null;
    if (act) this.#offer(act, words, aside);
    else if (!aside) notices.tell(words);
    return act;
  }

  async undo(act: ActView): Promise<void> {
    const told = this.#told.get(act.number);
    if (told !== undefined) notices.close(told);
    const words = actWords(act);
    const done = await notices.attempt(async () => {
      await this.#backend.undo(act.number);
      this.undone.add(act.number);
      await this.#onundone();
    });
    await this.#ask();
    if (done) notices.tell(t("restore-done", { what: words }));
    else {
      // What stands in the way may go.
      const still = this.list.find(({ number }) => number === act.number);
      if (still) this.#offer(still, words, true);
    }
  }

  /** Those not heard of before. What cannot be asked now is asked with the next act: it hides nothing that was done. */
  async #ask(): Promise<readonly ActView[]> {
    try {
      return await this.#fresh();
    } catch {
      return [];
    }
  }

  async #fresh(): Promise<readonly ActView[]> {
    await this.refresh();
    const fresh = this.list.filter(({ number }) => number > this.#newest);
    this.#newest = Math.max(this.#newest, ...fresh.map(({ number }) => number));
    return fresh;
  }

  #offer(act: ActView, words: string, aside: boolean): void {
    const notice = notices.tellWithUndo(words, () => void this.undo(act), act.rest_ms, aside);
    this.#told.set(act.number, notice);
  }
}
