/** What is written around the picture of a trend: title, range, signals with their units, whose limits are shown. */
import type { AnnotationView } from "../../../ipc/bindings/AnnotationView";
import type { AssetView } from "../../../ipc/bindings/AssetView";
import { formatDuration } from "../../../lib/format";
import { spanWords } from "../../../lib/notes";
import type { Palette } from "../../../lib/palette";
import { t } from "../../../lib/text/text";
import type { Clock } from "../../../lib/time";
import type { SampleTable } from "../../../live/table";
import { aboutWords } from "./about";
import { hasStates, isDashed, type Picked, traceColour } from "./build";
import type { Caption, Entry } from "./snapshot";

export interface Told {
  title: string;
  picks: readonly Picked[];
  /** Stable id of the signal whose limits are shown, where a person has chosen one. */
  focus: string | null;
  /** What they are compared with; null: nothing. */
  behind: string | null;
  range: readonly [number, number];
  marks: { a: number | null; b: number | null };
  clock: Clock;
  palette: Palette;
  table: SampleTable;
  plant: { asset: (id: string) => AssetView | undefined };
}

export function captionOf(told: Told): Caption {
  const { clock, marks, picks, plant } = told;
  const [t0, t1] = told.range;
  const begin = `${clock.date(t0)} ${clock.time(t0)}`;
  const end = `${clock.date(t0) === clock.date(t1) ? "" : `${clock.date(t1)} `}${clock.time(t1)}`;
  const { a, b } = marks;
  return {
    title: told.title,
    range: `${begin} – ${end} ${clock.zoneName(t1)} · ${formatDuration(t1 - t0)}`,
    legend: [...picks.map((pick) => entryOf(told, pick)), ...rest(told)],
    between: a === null || b === null ? "" : formatDuration(Math.abs(b - a)),
    head: (note: AnnotationView) =>
      `${spanWords(note, clock)} · ${aboutWords(note.draft, plant)} · ${note.changed_by ?? note.author}`,
    more: (count) => t("common-more", { count }),
  };
}

function entryOf({ palette, table }: Told, { signal, slot, name }: Picked): Entry {
  const named = signal.unit === "" ? name : `${name} (${signal.unit})`;
  if (hasStates(signal, table.kind[signal.key])) return { name: named, colour: palette.dim, look: "band" };
  return { name: named, colour: traceColour(palette, slot), look: isDashed(slot) ? "dashed" : "line" };
}

/** What a person would ask about the picture: whose limits these are, and what lies behind. */
function rest({ picks, focus, behind, palette }: Told): Entry[] {
  const of = picks.find(({ signal }) => signal.id === focus) ?? picks[0];
  const limited = of && (of.signal.limits.length > 0 || of.signal.normal !== null) && picks.length > 1;
  return [
    ...(behind === null
      ? []
      : [{ name: t("trend-picture-behind", { name: behind }), colour: palette.dim, look: "pale" as const }]),
    ...(limited
      ? [{ name: t("trend-picture-limits", { name: of.name }), colour: palette.dim, look: null }]
      : []),
  ];
}
