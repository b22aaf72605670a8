/** Annotations as a trend shows them: which stand together, and where. Instants in microseconds, lengths in CSS pixels. */
import type { AnnotationView } from "../ipc/bindings/AnnotationView";
import type { Clock } from "./time";

/** Markers nearer to each other than this are one: so far apart each can be hit (WCAG 2.5.8). */
export const MARKER_APART = 26;
/** Letters of a text where only its beginning is told. */
const SHORT = 80;

/** Annotations that begin at about the same place. */
export interface NoteGroup {
  /** Names it while what is in it stays. */
  key: string;
  /** The earliest begin, microseconds. */
  t0: number;
  /** The latest end. */
  t1: number;
  /** In order of time. */
  rows: readonly AnnotationView[];
}

/** Groups in order of time, for a picture of so many microseconds a pixel. */
export function groupsOf(rows: readonly AnnotationView[], perPixel: number): NoteGroup[] {
  const groups: { t0: number; t1: number; rows: AnnotationView[] }[] = [];
  for (const row of rows.toSorted((a, b) => a.draft.t0 - b.draft.t0 || a.id - b.id)) {
    const { t0, t1 } = row.draft;
    const last = groups.at(-1);
    if (last && t0 - last.t0 < MARKER_APART * perPixel) {
      last.rows.push(row);
      last.t1 = Math.max(last.t1, t1);
    } else groups.push({ t0, t1, rows: [row] });
  }
  return groups.map((group) => ({
    ...group,
    key: group.rows.map(({ id, revision }) => `${id}.${revision}`).join(),
  }));
}

/** Those that touch a range, in the order given. */
export function touching(rows: readonly AnnotationView[], t0: number, t1: number): AnnotationView[] {
  return rows.filter(({ draft }) => draft.t0 <= t1 && draft.t1 >= t0);
}

/** The instant or span of an annotation with its day, which is said once where it is one. */
export function spanWords({ draft: { t0, t1 } }: AnnotationView, clock: Clock): string {
  const begin = `${clock.date(t0)} ${clock.time(t0)}`;
  if (t0 === t1) return begin;
  return `${begin} – ${clock.date(t0) === clock.date(t1) ? "" : `${clock.date(t1)} `}${clock.time(t1)}`;
}

/** The beginning of a text, on one line. */
export function shortText(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const letters = [...line];
  return letters.length > SHORT
    ? `${letters
        .slice(0, SHORT - 1)
        .join("")
        .trimEnd()}…`
    : line;
}
