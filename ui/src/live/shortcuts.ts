/** The list of shortcuts, made of the table that the window acts by. */
import { t } from "../lib/text/text";
import { KEYS, type KeyPlace, strokeOf } from "./keys";

const SYMBOLS: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  "-": "−",
};

const NAMED = [
  "home",
  "end",
  "pageup",
  "pagedown",
  "enter",
  "escape",
  "space",
  "delete",
  "backspace",
] as const;

/** What stands on a key. */
function keyName(key: string): string {
  const named = NAMED.find((one) => one === key.toLowerCase());
  if (named) return t(`keys-key-${named}`);
  return SYMBOLS[key] ?? key.toUpperCase();
}

/** One way to press it, key by key: "Ctrl", "Shift", "Z". */
export function capsOf(written: string): string[] {
  const { control, shift, key } = strokeOf(written);
  return [...(control ? [t("keys-key-control")] : []), ...(shift ? [t("keys-key-shift")] : []), keyName(key)];
}

export interface ShortcutLine {
  name: string;
  /** Ways to press it, each key by key. A row of digits is its ends alone. */
  ways: string[][];
  /** Whether the ways are the ends of a row. */
  row: boolean;
  what: string;
}

export interface ShortcutGroup {
  place: KeyPlace;
  title: string;
  lines: ShortcutLine[];
}

const isDigits = (written: readonly string[]) =>
  written.length > 2 && written.every((one) => /^\d$/.test(one));

function ends(written: readonly string[]): string[] {
  return [written[0] ?? "", written.at(-1) ?? ""];
}

export function shortcutGroups(): ShortcutGroup[] {
  return (Object.keys(KEYS) as KeyPlace[]).map((place) => ({
    place,
    title: t(`keys-${place}`),
    lines: Object.entries<readonly string[]>(KEYS[place]).map(([name, written]) => ({
      name,
      ways: (isDigits(written) ? ends(written) : written).map(capsOf),
      row: isDigits(written),
      what: whatOf(place, name),
    })),
  }));
}

/** Every act has its text: a test looks, since the compiler does not put place and act together. */
function whatOf(place: KeyPlace, name: string): string {
  const id = `keys-${place}-${name}` as "keys-window-search";
  return t(id);
}
