/** Where the words about doubtful spans go: inside the plot, and not over each other. All lengths in CSS pixels. */

export interface LabelWish {
  /** Right edge of the span, from the plot's left edge. */
  right: number;
  /** What is wrong, the most important first; what comes last is left out first. */
  words: readonly string[];
  /** The signal it is about, or empty. */
  name: string;
}

export interface PlacedLabel {
  text: string;
  /** From the plot's left edge. */
  left: number;
  /** 0 is the lowest. */
  row: number;
}

const GAP = 5;
/** More words than this on top of each other would hide the trace. */
const ROWS = 3;

/** Places labels beside their spans; those that find no room in any row are left out, the oldest first. */
export function placeLabels(
  wishes: readonly LabelWish[],
  width: number,
  measure: (text: string) => number,
): PlacedLabel[] {
  const placed: (PlacedLabel & { end: number })[] = [];
  // A signal that flickers has a thousand spans with the same words: measure them once.
  const known = new Map<string, { text: string; length: number }>();
  for (const wish of [...wishes].sort((a, b) => b.right - a.right)) {
    const id = sentence(wish.words, wish.name);
    let fit = known.get(id);
    if (!fit) {
      const text = fitted(wish, width - 2 * GAP, measure);
      fit = { text, length: measure(text) };
      known.set(id, fit);
    }
    const { text, length } = fit;
    if (text === "") continue;
    // Right of its span, unless that goes over the edge.
    const left = Math.max(GAP, Math.min(wish.right + GAP, width - GAP - length));
    const end = left + length;
    if (placed.some((other) => other.text === text && other.left < end + GAP && other.end > left - GAP))
      continue;
    for (let row = 0; row < ROWS; row += 1) {
      if (placed.some((other) => other.row === row && other.left < end + GAP && other.end > left - GAP))
        continue;
      placed.push({ text, left, row, end });
      break;
    }
  }
  return placed.map(({ text, left, row }) => ({ text, left, row }));
}

/** The longest wording that fits: the reason goes first, then the end of the signal's name. */
function fitted(wish: LabelWish, room: number, measure: (text: string) => number): string {
  for (let count = wish.words.length; count > 0; count -= 1) {
    const text = sentence(wish.words.slice(0, count), wish.name);
    if (measure(text) <= room) return text;
  }
  const status = wish.words[0] ?? "";
  for (let end = wish.name.length - 1; end > 0; end -= 1) {
    const text = sentence([status], `${wish.name.slice(0, end).trimEnd()}…`);
    if (measure(text) <= room) return text;
  }
  return measure(status) <= room ? status : "";
}

function sentence(words: readonly string[], name: string): string {
  return name === "" ? words.join(", ") : `${words.join(", ")}: ${name}`;
}
