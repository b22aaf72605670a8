/** What a bound element says, in words: for screen readers, and for the card beside it. */
import type { AssetStateKind } from "../../../ipc/bindings/AssetStateKind";
import type { PictureShow } from "../../../ipc/bindings/PictureShow";
import type { PictureSide } from "../../../ipc/bindings/PictureSide";
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { alarmText } from "../../../lib/alarmwords";
import { formatDuration, formatNumber, formatWithUnit } from "../../../lib/format";
import { GOOD, qualityWords } from "../../../lib/quality";
import { t } from "../../../lib/text/text";
import type { Live } from "../../../live/live.svelte";
import type { Bound } from "./bound";
import { alarmsOf } from "./paint.svelte";

export const stateText = (state: AssetStateKind): string => t(`picture-${state}`);
export const showText = (show: PictureShow): string => t(`picture-show-${show}`);
export const sideText = (side: PictureSide): string => t(`picture-side-${side}`);

const KINDS = ["high-high", "high", "low", "low-low", "anomaly"] as const;

/** "High-high". */
export function kindText(kind: string): string {
  const known = KINDS.find((one) => one === kind);
  return known ? t(`picture-kind-${known}`) : kind;
}

/** "412 m³/h", "Auto". */
export function valueText(live: Live, signal: SignalView): string {
  const cell = live.cell(signal.key);
  return cell.words === "" ? formatWithUnit(cell.number, signal.decimals, signal.unit) : cell.words;
}

/** "0.4 s"; empty when nothing came yet. */
export function ageText(live: Live, signal: SignalView): string {
  const { time } = live.cell(signal.key);
  return time > 0 ? formatDuration(live.now - time) : "";
}

/** "Normal 300–480 m³/h" */
export function normalText({ normal, decimals, unit }: SignalView): string {
  if (!normal) return "";
  return `${formatNumber(normal[0], decimals)}–${formatWithUnit(normal[1], decimals, unit)}`;
}

/** Everything about an element in one sentence. */
export function sentenceOf(live: Live, bound: Bound): string {
  const parts: string[] = [];
  if (bound.missing !== "") return t("picture-unknown", { id: bound.missing });
  if (bound.asset) parts.push(bound.asset.name);
  if (bound.signal) {
    const { status, reason } = live.cell(bound.signal.key);
    parts.push(`${bound.signal.name} ${valueText(live, bound.signal)}`);
    if (status !== GOOD) parts.push(qualityWords(status, reason));
  } else if (bound.asset) parts.push(stateText(live.stateOf(bound.asset.id).state));
  for (const alarm of alarmsOf(live, bound).slice(0, 2)) {
    const what = alarmText(alarm, live.signal(alarm.signal));
    parts.push(t("picture-alarm", { priority: alarm.priority, what }));
  }
  return parts.join(", ");
}
