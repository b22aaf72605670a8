/** What an element of a picture is bound to, as its attributes say it. */
import type { PictureBinding } from "../../ipc/bindings/PictureBinding";
import type { PictureShow } from "../../ipc/bindings/PictureShow";
import type { PictureSide } from "../../ipc/bindings/PictureSide";

export const SHOWS: readonly PictureShow[] = [
  "value",
  "number",
  "bar",
  "indicator",
  "state",
  "turn",
  "flow",
  "asset",
];
export const SIDES: readonly PictureSide[] = ["up", "right", "down", "left"];

export const NAMES = [
  "data-asset",
  "data-signal",
  "data-show",
  "data-side",
  "data-low",
  "data-high",
  "data-on",
] as const;

export function unbound(element: number): PictureBinding {
  return {
    element,
    asset: null,
    signal: null,
    show: null,
    side: null,
    low: null,
    high: null,
    on: null,
  };
}

export function isBound(binding: PictureBinding): boolean {
  return binding.asset !== null || binding.signal !== null;
}

export function sameBinding(a: PictureBinding, b: PictureBinding): boolean {
  return JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
}

/** The binding in the attributes of an element; null without one. */
export function readBinding(element: number, get: (name: string) => string | null): PictureBinding | null {
  const text = (name: string) => {
    const value = get(name)?.trim() ?? "";
    return value === "" ? null : value;
  };
  const number = (name: string) => {
    const value = text(name);
    return value === null || !Number.isFinite(Number(value)) ? null : Number(value);
  };
  const binding: PictureBinding = {
    element,
    asset: text("data-asset"),
    signal: text("data-signal"),
    show: SHOWS.find((show) => show === text("data-show")) ?? null,
    side: SIDES.find((side) => side === text("data-side")) ?? null,
    low: number("data-low"),
    high: number("data-high"),
    on: text("data-on"),
  };
  return isBound(binding) ? binding : null;
}

/** What an element shows when its binding does not say. */
export function showOf(binding: PictureBinding, tag: string): PictureShow {
  if (binding.signal === null)
    return binding.show === "state" || binding.show === "turn" ? binding.show : "asset";
  if (binding.show !== null) return binding.show;
  return tag === "text" || tag === "tspan" ? "value" : "state";
}

/** Words that mean off, in the languages of the window and of the plants that we know. */
const OFF = new Set(
  "off|false|no|0|stop|stopped|standstill|idle|standby|closed|shut|tripped|lost|aus|nein|halt|gestoppt|steht|zu|geschlossen|–|".split(
    "|",
  ),
);

/** Whether a value means on: by the rule of its binding, else neither zero nor a word for off. */
export function isOn(rule: string | null, number: number, words: string): boolean {
  const text = words.trim().toLowerCase();
  const compared = /^([<>])\s*(-?[\d.]+(?:e[+-]?\d+)?)$/i.exec(rule?.trim() ?? "");
  if (compared) {
    const limit = Number(compared[2]);
    return compared[1] === ">" ? number > limit : number < limit;
  }
  if (rule !== null && rule.trim() !== "") {
    const said = text === "" ? String(number) : text;
    return rule
      .toLowerCase()
      .split(",")
      .some((word) => word.trim() === said);
  }
  if (text !== "") return !OFF.has(text);
  return Number.isFinite(number) && number !== 0;
}

/** How far a value is on its scale, 0 to 1; null without a scale or a value. */
export function fraction(
  value: number,
  binding: Pick<PictureBinding, "low" | "high">,
  range: readonly [number, number] | null,
): number | null {
  const low = binding.low ?? range?.[0];
  const high = binding.high ?? range?.[1];
  if (low === undefined || high === undefined || low === high || !Number.isFinite(value)) return null;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

/** Reasons that mean silence rather than a wrong value: link lost, node death, no data, waiting, never seen, not recorded. */
const SILENT = new Set([1, 2, 7, 8, 15, 17]);

export function isSilent(status: number, reason: number): boolean {
  return status === 2 && SILENT.has(reason);
}
