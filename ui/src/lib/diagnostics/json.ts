/**
 * JSON (RFC 8259) as lines of a tree. Numbers and texts stay as they were written: nothing is rounded, no escape is
 * resolved. Bounded in depth and in lines.
 */

export interface JsonLine {
  depth: number;
  /** As written, quotes included; empty where there is none. */
  key: string;
  /** As written; of an object or array its opening or closing bracket. */
  text: string;
  kind: "open" | "close" | "text" | "number" | "word";
  /** Of an opening bracket: the number of its closing line, and how much is in it. */
  end: number;
  members: number;
}

export interface JsonTree {
  lines: JsonLine[];
  /** There was more than is shown. */
  cut: boolean;
}

const DEPTH_MAX = 64;
const LINES_MAX = 5_000;
const SPACE = /[ \t\r\n]*/y;
const TEXT = /"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;

class TooMuch extends Error {}

class Reader {
  readonly lines: JsonLine[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the whole text is one value. */
  whole(): boolean {
    return this.#value(0, "") && this.#skip() && this.#at === this.#text.length;
  }

  #skip(): true {
    this.#take(SPACE);
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #sign(sign: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #push(depth: number, key: string, text: string, kind: JsonLine["kind"]): JsonLine {
    if (this.lines.length >= LINES_MAX) throw new TooMuch();
    const line = { depth, key, text, kind, end: 0, members: 0 };
    this.lines.push(line);
    return line;
  }

  #value(depth: number, key: string): boolean {
    if (this.#sign("{")) return this.#list(depth, key, "{}");
    if (this.#sign("[")) return this.#list(depth, key, "[]");
    for (const [pattern, kind] of [
      [TEXT, "text"],
      [NUMBER, "number"],
      [WORD, "word"],
    ] as const) {
      const text = this.#take(pattern);
      if (text !== null) {
        this.#push(depth, key, text, kind);
        return true;
      }
    }
    return false;
  }

  #list(depth: number, key: string, [begin = "", end = ""]: string): boolean {
    if (depth >= DEPTH_MAX) throw new TooMuch();
    const open = this.#push(depth, key, begin, "open");
    if (!this.#sign(end)) {
      do {
        if (!this.#member(depth + 1, begin === "{")) return false;
        open.members += 1;
      } while (this.#sign(","));
      if (!this.#sign(end)) return false;
    }
    open.end = this.lines.length;
    this.#push(depth, "", end, "close");
    return true;
  }

  #member(depth: number, named: boolean): boolean {
    if (!named) return this.#value(depth, "");
    this.#skip();
    const key = this.#take(TEXT);
    return key !== null && this.#sign(":") && this.#value(depth, key);
  }
}

/** The tree of a text; null when it is no JSON. */
export function jsonTree(text: string): JsonTree | null {
  const reader = new Reader(text);
  try {
    return reader.whole() ? { lines: reader.lines, cut: false } : null;
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return { lines: closed(reader.lines), cut: true };
  }
}

/** What was left open ends with the last line. */
function closed(lines: JsonLine[]): JsonLine[] {
  for (const line of lines) if (line.kind === "open" && line.end === 0) line.end = lines.length;
  return lines;
}

/** The lines that are seen while some are folded: of a folded one the opening line alone. */
export function unfolded(lines: readonly JsonLine[], folded: ReadonlySet<number>): number[] {
  const seen: number[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    seen.push(at);
    const line = lines[at];
    if (line?.kind === "open" && folded.has(at)) at = Math.max(at, line.end);
  }
  return seen;
}
