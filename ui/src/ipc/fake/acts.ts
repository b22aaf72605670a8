/** Played acts that can be taken back. */
import type { Backend } from "../backend";
import type { ActKind } from "../bindings/ActKind";
import type { ActView } from "../bindings/ActView";
import { refused } from "./said";

const KEPT_MS = 600_000;

/** Notes an act; `back` takes it back. */
export type Did = (kind: ActKind, names: readonly string[], back: () => void) => void;

interface Played {
  number: number;
  kind: ActKind;
  names: readonly string[];
  at: number;
  back: () => void;
}

const isOfPicture = ({ kind }: Played) => kind === "bind-picture" || kind === "import-picture";

export function fakeActs(now: () => number): { did: Did; backend: Pick<Backend, "undoable" | "undo"> } {
  let newest = 0;
  let all: Played[] = [];
  const kept = () => {
    all = all.filter(({ at }) => now() - at < KEPT_MS * 1_000);
    return all;
  };
  /** What was done to the same file since has to be taken back first. */
  const possible = (act: Played) =>
    !kept().some(
      (of) =>
        of.number > act.number &&
        isOfPicture(of) === isOfPicture(act) &&
        (!isOfPicture(of) || of.names[0] === act.names[0]),
    );
  const view = (act: Played): ActView => ({
    number: act.number,
    kind: act.kind,
    name: act.names[0] ?? "",
    more: Math.max(0, act.names.length - 1),
    rest_ms: KEPT_MS - (now() - act.at) / 1_000,
    possible: possible(act),
  });
  return {
    did: (kind, names, back) => {
      newest += 1;
      all.push({ number: newest, kind, names, at: now(), back });
    },
    backend: {
      undoable: async () => kept().map(view),
      undo: async (number) => {
        const act = kept().find((of) => of.number === number);
        if (!act) throw refused("restore-too-late");
        if (!possible(act)) throw refused("restore-changed", { file: "plant.toml" });
        all = all.filter((of) => of !== act);
        act.back();
      },
    },
  };
}
