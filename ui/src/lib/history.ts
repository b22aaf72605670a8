/** Pages of the alarm history: rows in the order of their latest transition, the newest first. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";

/** Asks for the newest page. */
export const NEWEST = 0;

/** A page of older rows behind those known. A row that has moved to the front meanwhile is not there twice. */
export function continued(known: readonly AlarmRow[], page: readonly AlarmRow[]): AlarmRow[] {
  const ids = new Set(known.map((row) => row.id));
  return [...known, ...page.filter((row) => !ids.has(row.id))];
}

/**
 * The newest page before the rows known from before. Where more has happened than fits on the page, rows between the two
 * would be missing: then the page stands alone.
 */
export function refreshed(page: readonly AlarmRow[], known: readonly AlarmRow[]): readonly AlarmRow[] {
  const last = page.at(-1);
  const newest = known[0];
  if (!last || !newest || last.seq > newest.seq) return page;
  return continued(
    page,
    known.filter((row) => row.seq < last.seq),
  );
}
