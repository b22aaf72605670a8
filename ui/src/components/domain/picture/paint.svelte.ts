/** Keeps the bound elements of a picture as the plant is. An element is touched when its own signal changed. */
import type { AlarmRow } from "../../../ipc/bindings/AlarmRow";
import { isActive } from "../../../lib/alarmwords";
import { isSilent } from "../../../lib/picture/bindings";
import { BAD, GOOD, UNCERTAIN } from "../../../lib/quality";
import { worstAlarm } from "../../../lib/worst";
import type { Live } from "../../../live/live.svelte";
import type { Bound } from "./bound";
import { type Face, faceOf, type Reading } from "./faces";
import type { Mark, Marks } from "./marks";

const NOTHING: Reading = {
  number: Number.NaN,
  own: Number.NaN,
  words: "?",
  status: GOOD,
  reason: 0,
  priority: 0,
};

/** Standing alarms that an element tells of: of its signal, or of all of its asset. */
export function alarmsOf(live: Live, bound: Bound): readonly AlarmRow[] {
  if (!bound.asset) return [];
  const all = live.alarms.of(bound.asset.id);
  return bound.signal ? all.filter((alarm) => alarm.signal === bound.signal?.key) : all;
}

function readingOf(live: Live, bound: Bound): Reading {
  if (bound.missing !== "") return NOTHING;
  if (!bound.signal) {
    const state = bound.asset ? live.stateOf(bound.asset.id).state : "waiting";
    const silent = state === "stale" || state === "waiting";
    const number = state === "live" ? 1 : 0;
    return {
      number,
      own: number,
      words: "",
      status: silent ? BAD : GOOD,
      reason: silent ? 7 : 0,
      priority: 0,
    };
  }
  const cell = live.cell(bound.signal.key);
  const worst = worstAlarm(alarmsOf(live, bound).filter(isActive));
  return {
    number: cell.number,
    own: live.units.stored(bound.signal.key, cell.number),
    words: cell.words,
    status: cell.status,
    reason: cell.reason,
    priority: worst?.priority ?? 0,
  };
}

/** Faces that show an alarm in the colour of what they draw. */
const COLOURED = new Set(["value", "number", "indicator"]);

function markOf(live: Live, bound: Bound): Mark {
  const { status, reason } = readingOf(live, bound);
  const worst = worstAlarm(alarmsOf(live, bound));
  const silent = isSilent(status, reason);
  const told = !worst || bound.written || (bound.covered && COLOURED.has(bound.show));
  // A frame around a pipe would be one around half of the picture.
  const isPipe = bound.show === "flow";
  return {
    priority: told ? 0 : worst.priority,
    acknowledged: worst?.state === "acked-active",
    silent: silent && !bound.covered && !isPipe && bound.missing === "",
    missing: bound.missing !== "",
    quality: silent || bound.written ? "" : status === UNCERTAIN ? "?" : status === BAD ? "✕" : "",
    framed: !isPipe && !COLOURED.has(bound.show),
  };
}

/** Starts; gives a function that ends it. */
export function paint(
  live: Live,
  bound: readonly Bound[],
  root: SVGSVGElement,
  marks: Marks,
  still: () => boolean,
): () => void {
  const moving: Face[] = [];
  const end = $effect.root(() => {
    for (const one of bound) {
      const face = faceOf(one, root, still);
      if (face.move) moving.push(face);
      $effect(() => face.show(readingOf(live, one)));
    }
    // After the faces: a mark goes around what is drawn by then.
    for (const one of bound) $effect(() => marks.show(one.element, markOf(live, one)));
    $effect(() => {
      if (live.ready) requestAnimationFrame(() => marks.place());
    });
  });
  // What moves does so with the data: silence stands still.
  const endMoves = live.onFlush(() => {
    for (const face of moving) face.move?.();
  });
  return () => {
    endMoves();
    end();
  };
}
