/** Where the words about doubtful spans go: into one row below the plot, and not over each other. All lengths in CSS pixels. */

export interface LabelWish {
  /** Where the span begins, from the plot's left edge; below 0 when it began before. */
  left: number;
  /** What is wrong, the most important first; what comes last is left out first. */
  words: readonly string[];
  /** The signal it is about, or empty. */
  name: string;
}

export interface PlacedLabel {
  text: string;
  /** From the plot's left edge. */
  left: number;
}

const GAP = 5;
/** Between two labels, so that they read as two. */
const APART = 14;
/** Spans that begin closer together than this are told in one breath. */
const TOGETHER = 8;

/** Spans of several signals that begin together with the same words. */
interface Told {
  left: number;
  words: readonly string[];
  names: string[];
}

/**
 * Places labels where their spans begin, else left of what stands there; those that find no room are left out, the
 * oldest first.
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  width: number,
  measure: (text: string) => number,
): PlacedLabel[] {
  const placed: (PlacedLabel & { end: number })[] = [];
  // A signal that flickers has a thousand spans with the same words: measure them once.
  const known = new Map<string, { text: string; length: number }>();
  for (const told of toldTogether(wishes)) {
    const id = sentence(told.words, told.names);
    let fit = known.get(id);
    if (!fit) {
      const text = fitted(told, width - 2 * GAP, measure);
      fit = { text, length: measure(text) };
      known.set(id, fit);
    }
    const { text, length } = fit;
    if (text === "") continue;
    let left = Math.max(GAP, Math.min(told.left, width - GAP - length));
    const inTheWay = () =>
      placed.filter((other) => other.left < left + length + APART && other.end + APART > left);
    let others = inTheWay();
    if (others.some((other) => other.text === text)) continue;
    while (others.length > 0) {
      left = Math.min(...others.map((other) => other.left)) - APART - length;
      others = inTheWay();
    }
    if (left >= GAP) placed.push({ text, left, end: left + length });
  }
  return placed.map(({ text, left }) => ({ text, left }));
}

/** The newest first. */
function toldTogether(wishes: readonly LabelWish[]): Told[] {
  const all: Told[] = [];
  const newest = new Map<string, Told>();
  const begins = wishes.map((wish) => ({ ...wish, left: Math.max(0, wish.left) }));
  for (const { left, words, name } of begins.sort((a, b) => a.left - b.left)) {
    const id = words.join("\n");
    const before = newest.get(id);
    if (before && left - before.left < TOGETHER) {
      if (!before.names.includes(name)) before.names.push(name);
      continue;
    }
    const told = { left, words, names: name === "" ? [] : [name] };
    newest.set(id, told);
    all.push(told);
  }
  return all.reverse();
}

/** The longest wording that fits: the reason goes first, then signals are counted, then the end of a name goes. */
function fitted({ words, names }: Told, room: number, measure: (text: string) => number): string {
  const status = words[0] ?? "";
  const wordings = function* (): Generator<string> {
    for (let count = words.length; count > 0; count -= 1) yield sentence(words.slice(0, count), names);
    for (let count = names.length - 1; count > 0; count -= 1)
      yield `${sentence([status], names.slice(0, count))} +${names.length - count}`;
    const [first = ""] = names;
    const rest = names.length > 1 ? ` +${names.length - 1}` : "";
    for (let end = first.length - 1; end > 0; end -= 1)
      yield `${sentence([status], [`${first.slice(0, end).trimEnd()}…`])}${rest}`;
    yield status;
  };
  for (const text of wordings()) if (measure(text) <= room) return text;
  return "";
}

function sentence(words: readonly string[], names: readonly string[]): string {
  return names.length === 0 ? words.join(", ") : `${words.join(", ")}: ${names.join(", ")}`;
}
