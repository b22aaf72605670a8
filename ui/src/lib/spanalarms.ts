/** Alarms of a span of time: what history answered, together with what stands now. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import { formatCount } from "./format";
import { t } from "./text/text";

/** So many are counted beyond an answer; there may be yet more. */
const COUNTED_MAX = 100_000;

/** How much is known of the alarms of a span. */
export interface AlarmLane {
  /** Whether history has answered for the whole span, is being asked, or did not answer. */
  state: "known" | "asking" | "unknown";
  /** How many alarms of the span did not fit into the answer. */
  more: number;
}

export const ALL_KNOWN: AlarmLane = { state: "known", more: 0 };

/**
 * What stands, and what history answered without those: what stands is newer. `at`: the instant of the past that is shown,
 * microseconds; an answer for a later one must not show what came after it.
 */
export function mergedAlarms(
  standing: readonly AlarmRow[],
  found: readonly AlarmRow[],
  at: number | null,
): readonly AlarmRow[] {
  const ids = new Set(standing.map(({ id }) => id));
  const others = found.filter(({ id, raised_at }) => !ids.has(id) && (at === null || raised_at <= at));
  return [
    ...standing,
    ...others.map((alarm) =>
      at !== null && alarm.returned_at !== null && alarm.returned_at > at
        ? { ...alarm, returned_at: null }
        : alarm,
    ),
  ];
}

/** "12", or "≥ 100,000" where counting ended. */
export function moreWords(more: number): string {
  return more < COUNTED_MAX ? formatCount(more) : t("trend-at-least", { count: formatCount(COUNTED_MAX) });
}
