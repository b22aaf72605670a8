/** What a person makes of a proposal before it goes into the plant file. */
import type { AcceptanceFault } from "../ipc/bindings/AcceptanceFault";
import type { AcceptedAsset } from "../ipc/bindings/AcceptedAsset";
import type { AcceptedSignal } from "../ipc/bindings/AcceptedSignal";
import type { Choice } from "../ipc/bindings/Choice";
import type { ProposalRow } from "../ipc/bindings/ProposalRow";
import type { ProposalView } from "../ipc/bindings/ProposalView";
import type { ProposedSignalView } from "../ipc/bindings/ProposedSignalView";
import { fold } from "./search";
import { t, told } from "./text/text";

/** What a person wrote in place of what was proposed; what is absent stays as proposed, however that changes. */
export interface SignalEdit {
  id?: string;
  name?: string;
  unit?: string;
  /** Not to be accepted. */
  left?: boolean;
}

export interface AssetEdit {
  id?: string;
  name?: string;
  place?: Choice;
  type?: Choice;
  /** By address. */
  signals: Record<string, SignalEdit>;
}

/** An asset of the plant file that signals can join. */
export interface Known {
  id: string;
  name: string;
}

/** The asset as it would be accepted. */
export interface AssetDraft {
  exists: boolean;
  id: string;
  name: string;
  place: Choice;
  type: Choice;
}

export function assetDraft(
  { asset }: ProposalRow,
  edit: AssetEdit | undefined,
  known: (id: string) => Known | undefined,
): AssetDraft {
  const id = edit?.id ?? asset.id;
  const joined = known(id);
  return {
    exists: asset.exists || joined !== undefined,
    id,
    name: joined?.name ?? edit?.name ?? asset.name,
    place: edit?.place ?? asset.place,
    type: edit?.type ?? asset.type,
  };
}

export function signalDraft(signal: ProposedSignalView, edit: SignalEdit | undefined): AcceptedSignal {
  return {
    address: signal.address,
    id: edit?.id ?? signal.id,
    name: edit?.name ?? signal.name,
    unit: (edit?.unit ?? signal.unit).trim(),
  };
}

export function isTaken(edit: AssetEdit | undefined, address: string): boolean {
  return edit?.signals[address]?.left !== true;
}

/** How many signals would be accepted; `more` of the view are taken when nothing of it was changed. */
export function takenCount(
  row: ProposalRow,
  view: ProposalView | undefined,
  edit: AssetEdit | undefined,
): number {
  if (!view || edit === undefined || Object.keys(edit.signals).length === 0) return row.signals;
  return view.signals.filter(({ address }) => isTaken(edit, address)).length;
}

/**
 * What is sent for one proposal. Signals are named one by one when a person has seen them all, so that what they saw is what
 * is taken, and when they changed any.
 */
export function acceptedAsset(
  row: ProposalRow,
  view: ProposalView | undefined,
  edit: AssetEdit | undefined,
  known: (id: string) => Known | undefined,
): AcceptedAsset {
  const draft = assetDraft(row, edit, known);
  const changed = edit !== undefined && Object.keys(edit.signals).length > 0;
  const named = view !== undefined && (changed || view.more === 0);
  const signals = named
    ? view.signals
        .filter(({ address }) => isTaken(edit, address))
        .map((signal) => signalDraft(signal, edit?.signals[signal.address]))
    : null;
  return {
    proposal: row.id,
    id: draft.id,
    exists: draft.exists,
    name: draft.name.trim(),
    place: draft.place.id,
    place_name: draft.place.name,
    type: draft.type.id,
    type_name: draft.type.name,
    signals,
  };
}

const ID = /^[a-z0-9][a-z0-9_-]*$/;

/** What is wrong with an id; empty when nothing is. */
export function idProblem(id: string): string {
  if (id === "") return t("discovery-id-needed");
  return ID.test(id) ? "" : t("discovery-id-form");
}

/** Addresses of signals whose id another taken signal of the asset has too. */
export function sharedIds(
  signals: readonly ProposedSignalView[],
  edit: AssetEdit | undefined,
): ReadonlySet<string> {
  const first = new Map<string, string>();
  const shared = new Set<string>();
  for (const signal of signals) {
    if (!isTaken(edit, signal.address)) continue;
    const { id } = signalDraft(signal, edit?.signals[signal.address]);
    const other = first.get(id);
    if (other === undefined) first.set(id, signal.address);
    else shared.add(other).add(signal.address);
  }
  return shared;
}

/** What the program said is wrong with a field; empty when nothing. */
export function faultOf(
  faults: readonly AcceptanceFault[],
  proposal: string,
  address: string,
  field: string,
): string {
  const found = faults.find(
    (fault) => fault.proposal === proposal && fault.address === address && fault.field === field,
  );
  return found ? told(found.message) : "";
}

/** An id made of a name, as plant files take it. */
export function idFrom(name: string): string {
  return fold(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

/** The choice that a written name means: one that is there, else a new one under an id that none has. A name without a
 * letter or digit that an id may have gets `fallback`. */
export function choiceNamed(name: string, choices: readonly Choice[], fallback = "new"): Choice {
  const wanted = fold(name.trim());
  const there = choices.find((choice) => fold(choice.name) === wanted || choice.id === name.trim());
  if (there) return there;
  const stem = idFrom(name) || fallback;
  const taken = new Set(choices.map(({ id }) => id));
  let id = stem;
  for (let n = 2; taken.has(id); n += 1) id = `${stem}-${n}`;
  return { id, name: name.trim(), exists: false };
}
