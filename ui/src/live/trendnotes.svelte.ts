/** Annotations of what a trend shows: asked for in wide spans, changed at a person's word, and taken back. */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AnnotationAnswer } from "../ipc/bindings/AnnotationAnswer";
import type { AnnotationDraft } from "../ipc/bindings/AnnotationDraft";
import type { AnnotationView } from "../ipc/bindings/AnnotationView";
import { t } from "../lib/text/text";

export const TEXT_MAX = 2_000;
/** The picture of another range comes first. */
const AFTER_PICTURE_MS = 150;
/** Where there were more than fit into a list, a range so much shorter than what was asked for is asked for again. */
const CLOSER = 4;

type Asked = Pick<
  Backend,
  "annotations" | "annotate" | "changeAnnotation" | "removeAnnotation" | "restoreAnnotation"
>;

/** What would take the last change back. */
type Undo =
  | { of: "made" | "restored"; view: AnnotationView }
  | { of: "changed"; view: AnnotationView; before: AnnotationDraft }
  | { of: "removed"; view: AnnotationView };

interface Range {
  assets: string;
  t0: number;
  t1: number;
}

export class TrendNotes {
  /** Those that begin last first. */
  rows: readonly AnnotationView[] = $state.raw([]);
  /** Whether there are more in what was asked for. */
  more = $state(false);
  /** Why they are not known; empty when they are. */
  failure = $state("");
  undoable: Undo | null = $state.raw(null);
  readonly #backend: Asked;
  #asked: Range | null = null;
  #generation = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Asked) {
    this.#backend = backend;
  }

  /** Asks for those of some assets where the range is not within what was asked for; a span more on both sides. */
  want(assets: readonly string[], [t0, t1]: readonly [number, number]): void {
    const key = JSON.stringify(assets);
    const asked = this.#asked;
    const known = asked?.assets === key && asked.t0 <= t0 && asked.t1 >= t1;
    if (known && !(this.more && (asked.t1 - asked.t0) / (t1 - t0) > 3 * CLOSER)) return;
    const span = t1 - t0;
    this.#asked = { assets: key, t0: t0 - span, t1: t1 + span };
    if (asked?.assets !== key) {
      this.rows = [];
      this.more = false;
    }
    clearTimeout(this.#later);
    if (assets.length > 0) this.#later = setTimeout(() => void this.#ask(assets), AFTER_PICTURE_MS);
  }

  async #ask(assets: readonly string[]): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    this.#generation += 1;
    const generation = this.#generation;
    try {
      const found = await this.#backend.annotations({ assets: [...assets], t0: asked.t0, t1: asked.t1 });
      if (generation !== this.#generation) return;
      this.rows = found.rows;
      this.more = found.more;
      this.failure = "";
    } catch (error) {
      if (generation !== this.#generation) return;
      // The next wish asks again.
      this.#asked = null;
      this.failure = errorMessage(error);
    }
  }

  /** A new one. Throws what the program says against it, as all that follow do. */
  async make(draft: AnnotationDraft): Promise<void> {
    const view = await this.#backend.annotate(draft);
    this.#put(view);
    this.undoable = { of: "made", view };
  }

  async change(seen: AnnotationView, draft: AnnotationDraft): Promise<void> {
    const view = this.#stored(seen, await this.#backend.changeAnnotation(seen.id, seen.revision, draft));
    this.#put(view);
    this.undoable = { of: "changed", view, before: seen.draft };
  }

  async remove(seen: AnnotationView): Promise<void> {
    const view = this.#stored(seen, await this.#backend.removeAnnotation(seen.id, seen.revision));
    this.#drop(seen.id);
    this.undoable = { of: "removed", view };
  }

  /** Takes the last change back; that can be taken back again. */
  async undo(): Promise<void> {
    const { undoable } = this;
    if (!undoable) return;
    const { view } = undoable;
    if (undoable.of === "changed") await this.change(view, undoable.before);
    else if (undoable.of === "removed") {
      const back = this.#stored(view, await this.#backend.restoreAnnotation(view.id, view.revision));
      this.#put(back);
      this.undoable = { of: "restored", view: back };
    } else await this.remove(view);
  }

  /** What undoing would do, in words. */
  get undoWords(): string {
    if (!this.undoable) return "";
    const { of } = this.undoable;
    if (of === "changed") return t("trendnotes-undo-changed");
    return of === "removed" ? t("trendnotes-undo-removed") : t("trendnotes-undo-made");
  }

  close(): void {
    clearTimeout(this.#later);
    this.#generation += 1;
    this.#asked = null;
  }

  /** What somebody else changed meanwhile is shown as it is now, and nothing of the old one stays. */
  #stored(seen: AnnotationView, answer: AnnotationAnswer): AnnotationView {
    if (answer.kind === "stored") return answer.annotation;
    this.undoable = null;
    if (answer.now) this.#put(answer.now);
    else this.#drop(seen.id);
    throw new Error(answer.now ? t("trendnotes-changed-meanwhile") : t("trendnotes-gone-meanwhile"));
  }

  #put(view: AnnotationView): void {
    const rest = this.rows.filter(({ id }) => id !== view.id);
    this.rows = [...rest, view].sort((a, b) => b.draft.t0 - a.draft.t0 || b.id - a.id);
    if (this.undoable?.view.id === view.id) this.undoable = null;
  }

  #drop(id: number): void {
    this.rows = this.rows.filter((row) => row.id !== id);
    if (this.undoable?.view.id === id) this.undoable = null;
  }
}
