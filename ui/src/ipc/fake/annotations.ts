/** What people wrote about the played station: kept as long as the window, with revisions as the program has them. */
import type { Backend } from "../backend";
import type { AnnotationAnswer } from "../bindings/AnnotationAnswer";
import type { AnnotationDraft } from "../bindings/AnnotationDraft";
import type { AnnotationView } from "../bindings/AnnotationView";
import { refused, sentence } from "./said";

const MINUTE = 60_000_000;
const LISTED_MAX = 500;
const CHARS_MAX = 2_000;

interface Kept {
  view: AnnotationView;
  removed: boolean;
}

function begin(now: number): Kept[] {
  const make = (
    id: number,
    author: string,
    before: [number, number],
    signal: string | null,
    text: string,
  ): Kept => ({
    removed: false,
    view: {
      id,
      author,
      revision: 1,
      made_at: now - before[1] * MINUTE + 90_000_000,
      changed_by: null,
      changed_at: null,
      draft: {
        asset: "pump-2",
        signal,
        t0: now - before[0] * MINUTE,
        t1: now - before[1] * MINUTE,
        text,
      },
    },
  });
  return [
    make(
      1,
      "m.lang",
      [13.5, 13.5],
      "pump-2/vibration_de",
      "Drive-end bearing audibly rough. Work order 4711 opened.",
    ),
    make(
      2,
      "j.berg",
      [52, 49],
      null,
      "Data server restarted for an update.\nNothing was recorded meanwhile.",
    ),
    make(3, "m.lang", [10, 6], "pump-2/flow", "Discharge valve throttled by hand for a trial."),
  ];
}

export function fakeAnnotations(
  faults: boolean,
  now: () => number,
): Pick<Backend, "annotations" | "annotate" | "changeAnnotation" | "removeAnnotation" | "restoreAnnotation"> {
  const kept: Kept[] = faults ? begin(now()) : [];

  function checked(draft: AnnotationDraft): AnnotationDraft {
    const text = draft.text.trim();
    if (text === "") throw refused("refused-note-empty");
    if ([...text].length > CHARS_MAX) throw refused("refused-note-long", { most: CHARS_MAX });
    return { ...draft, text };
  }

  function change(
    id: number,
    revision: number,
    removed: boolean,
    next: (of: Kept) => void,
  ): AnnotationAnswer {
    const of = kept.find(({ view }) => view.id === id);
    if (!of) throw refused("error-unknown", { what: sentence("error-thing-annotation"), id: String(id) });
    if (of.view.revision !== revision || of.removed !== removed)
      return { kind: "changed", now: of.removed ? null : of.view };
    of.view = { ...of.view, revision: revision + 1 };
    next(of);
    return { kind: "stored", annotation: of.view };
  }

  return {
    async annotations({ assets, t0, t1 }) {
      const rows = kept
        .filter(({ view, removed }) => !removed && assets.includes(view.draft.asset))
        .map(({ view }) => view)
        .filter(({ draft }) => draft.t0 <= t1 && draft.t1 >= t0)
        .sort((a, b) => b.draft.t0 - a.draft.t0 || b.id - a.id);
      return { rows: rows.slice(0, LISTED_MAX), more: rows.length > LISTED_MAX };
    },
    async annotate(draft) {
      const view: AnnotationView = {
        id: kept.length + 1,
        draft: checked(draft),
        author: "operator",
        made_at: now(),
        changed_by: null,
        changed_at: null,
        revision: 1,
      };
      kept.push({ view, removed: false });
      return view;
    },
    async changeAnnotation(id, revision, draft) {
      const next = checked(draft);
      return change(id, revision, false, (of) => {
        of.view = { ...of.view, draft: next, changed_by: "operator", changed_at: now() };
      });
    },
    removeAnnotation: async (id, revision) =>
      change(id, revision, false, (of) => {
        of.removed = true;
      }),
    restoreAnnotation: async (id, revision) =>
      change(id, revision, true, (of) => {
        of.removed = false;
      }),
  };
}
