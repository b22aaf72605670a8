/**
 * Every key that does something, by where it does. Screens act through this table and the list of shortcuts is made of
 * it: a key that is not here does nothing, and one that is here must have an action, or the screen does not compile.
 *
 * "Shift+M" is a letter with its modifiers. Characters that are no letter stand for themselves, whatever a keyboard
 * needs to write them.
 */
import { keyChoice } from "./keychoice.svelte";

export const KEYS = {
  /** Anywhere, while no text is typed and no dialog is open. */
  window: {
    search: ["/"],
    acknowledge: ["A"],
    time: ["T"],
    live: ["L"],
    screen: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    settings: [","],
    shortcuts: ["?"],
  },
  search: {
    next: ["ArrowDown"],
    previous: ["ArrowUp"],
    open: ["Enter"],
    narrow: ["Control+Enter"],
    leave: ["Escape"],
  },
  time: {
    minute: ["ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp"],
    hour: ["Shift+ArrowLeft", "Shift+ArrowRight"],
    second: ["Control+ArrowLeft", "Control+ArrowRight"],
    alarm: ["PageDown", "PageUp"],
    begin: ["Home"],
    play: ["Space"],
    live: ["End", "Escape"],
  },
  overview: {
    wall: ["W"],
    clear: ["Escape"],
  },
  tiles: {
    move: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
    page: ["PageUp", "PageDown"],
    ends: ["Home", "End"],
  },
  tree: {
    move: ["ArrowUp", "ArrowDown"],
    fold: ["ArrowLeft", "ArrowRight"],
    page: ["PageUp", "PageDown"],
    ends: ["Home", "End"],
    siblings: ["*"],
    press: ["Enter", "Space"],
  },
  alarms: {
    move: ["ArrowUp", "ArrowDown"],
    page: ["PageUp", "PageDown"],
    ends: ["Home", "End"],
    open: ["Enter"],
    acknowledge: ["A"],
  },
  ground: {
    marker: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
    open: ["Enter"],
    pan: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"],
    closer: ["+", "="],
    further: ["-"],
    fit: ["0"],
    leave: ["Escape"],
  },
  placing: {
    move: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
    put: ["Enter"],
    remove: ["Delete"],
    undo: ["Control+Z"],
    leave: ["Escape"],
  },
  placelist: {
    move: ["ArrowUp", "ArrowDown"],
    page: ["PageUp", "PageDown"],
    ends: ["Home", "End"],
    open: ["Enter"],
  },
  wall: {
    turn: ["ArrowLeft", "ArrowRight"],
    page: ["PageUp", "PageDown"],
    first: ["Home"],
    hold: ["Space"],
    leave: ["Escape"],
  },
  trend: {
    pan: ["ArrowLeft", "ArrowRight"],
    cursor: ["Shift+ArrowLeft", "Shift+ArrowRight"],
    closer: ["+", "="],
    further: ["-"],
    back: ["Backspace"],
    live: ["Home"],
    alarm: ["Enter"],
    mark: ["M"],
    unmark: ["Shift+M"],
    annotate: ["N"],
    undo: ["Control+Z"],
    leave: ["Escape"],
  },
  axis: {
    move: ["ArrowUp", "ArrowDown"],
    closer: ["+", "="],
    further: ["-"],
    auto: ["0", "Home"],
  },
  mark: {
    move: ["ArrowLeft", "ArrowRight"],
    leap: ["Shift+ArrowLeft", "Shift+ArrowRight"],
    remove: ["Delete", "Backspace"],
  },
  picture: {
    element: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
    ends: ["Home", "End"],
    open: ["Enter"],
    pan: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"],
    closer: ["+", "="],
    further: ["-"],
    fit: ["0"],
    leave: ["Escape"],
  },
  binding: {
    save: ["Control+S"],
    undo: ["Control+Z"],
    redo: ["Control+Y", "Control+Shift+Z"],
    leave: ["Escape"],
  },
  discovery: {
    move: ["ArrowUp", "ArrowDown"],
    fold: ["ArrowLeft", "ArrowRight"],
    ends: ["Home", "End"],
    tick: ["Space"],
    open: ["Enter"],
  },
  rates: {
    move: ["ArrowUp", "ArrowDown"],
    ends: ["Home", "End"],
    open: ["Enter"],
  },
  messages: {
    move: ["ArrowUp", "ArrowDown"],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

export type KeyPlace = keyof typeof KEYS;
export type KeyAct<Place extends KeyPlace> = keyof (typeof KEYS)[Place] & string;
/** What each key of a place does; `key` is the one that was pressed, without its modifiers. */
export type KeyActs<Place extends KeyPlace> = Record<KeyAct<Place>, (key: string) => void>;

/** Where keys act without anything having the focus: those of one character can be switched off there. */
const LOOSE: readonly KeyPlace[] = ["window", "overview", "wall"];

/** A key in parts. */
export interface Stroke {
  control: boolean;
  shift: boolean;
  /** As `KeyboardEvent.key` says it; letters are lower case, the space bar is "Space". */
  key: string;
}

export function strokeOf(written: string): Stroke {
  const parts = written.split(/\+(?=.)/);
  const last = parts.at(-1) ?? "";
  return {
    control: parts.includes("Control"),
    shift: parts.includes("Shift"),
    key: last.length === 1 ? last.toLowerCase() : last,
  };
}

function plain(key: string): string {
  return key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key;
}

function hits(event: KeyboardEvent, written: string): boolean {
  const { control, shift, key } = strokeOf(written);
  if (key !== plain(event.key) || event.altKey) return false;
  if (control !== (event.ctrlKey || event.metaKey)) return false;
  // A character that is no letter may need the shift key on one keyboard and not on another.
  return (key.length === 1 && !/\p{L}/u.test(key)) || event.shiftKey === shift;
}

/** What a key does at a place; null when nothing. */
export function actOf<Place extends KeyPlace>(event: KeyboardEvent, place: Place): KeyAct<Place> | null {
  if (LOOSE.includes(place) && !keyChoice.single && event.key.length === 1 && event.key !== " ") return null;
  const acts = Object.entries<readonly string[]>(KEYS[place]);
  const found = acts.find(([, written]) => written.some((one) => hits(event, one)));
  return (found?.[0] as KeyAct<Place> | undefined) ?? null;
}

/** Does what the key does at a place, and keeps the browser from doing something else; false when that is nothing. */
export function act<Place extends KeyPlace>(
  event: KeyboardEvent,
  place: Place,
  acts: KeyActs<Place>,
): boolean {
  const name = actOf(event, place);
  if (name === null) return false;
  acts[name](plain(event.key));
  event.preventDefault();
  return true;
}

/** Whether it is a key that changes others and does nothing alone. */
export function isModifier(event: KeyboardEvent): boolean {
  return ["Shift", "Control", "Alt", "AltGraph", "Meta"].includes(event.key);
}

/** Whether a key press is meant for a field, a dialog or a list rather than for the window. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

/** Whether the window itself may take a key: nothing is typed, no dialog is open, and the key is not held down. */
export function isLoose(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.repeat || isTyping(event.target)) return false;
  return document.querySelector("dialog[open]") === null;
}
