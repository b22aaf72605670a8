/**
 * What of a picture's styles is kept. Everything is looked at before it reaches the page: properties by name, values by
 * what they call and refer to. What is kept is set through the CSSOM, which the content policy allows.
 */

export interface Declaration {
  name: string;
  value: string;
  important: boolean;
}

export interface StyleRule {
  selector: string;
  declarations: Declaration[];
}

export interface StyleSheetText {
  rules: StyleRule[];
  /** Rules and declarations that were taken out. */
  takenOut: number;
}

const RULES_MAX = 2_000;
const SELECTOR_MAX = 300;
const VALUE_MAX = 1_000;
/** Dashes shorter than this, in the picture's units, are drawn for seconds and never seen. */
const DASH_MIN = 0.05;

const tokens = (text: string) => new Set(text.split(/\s+/).filter(Boolean));

/** Properties that are kept; as presentation attributes too. */
export const PROPERTIES = tokens(`
  alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-rendering direction display
  dominant-baseline fill fill-opacity fill-rule font font-family font-feature-settings font-kerning font-size
  font-size-adjust font-stretch font-style font-variant font-variant-alternates font-variant-caps font-variant-east-asian
  font-variant-ligatures font-variant-numeric font-variant-position font-variation-settings font-weight
  image-rendering letter-spacing line-height marker-end marker-start mask mask-type opacity overflow
  paint-order shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-align text-anchor text-decoration
  text-decoration-color text-decoration-line text-decoration-skip-ink text-decoration-style text-decoration-thickness text-orientation text-rendering text-transform text-underline-offset text-underline-position
  transform transform-box transform-origin unicode-bidi vector-effect visibility white-space word-spacing writing-mode
`);

/**
 * Properties that drawing programs write and that change nothing here: left out without a word. A mark at each of a
 * line's thousand points is no change of that kind.
 */
const QUIET = tokens(`
  enable-background isolation mix-blend-mode filter flood-color flood-opacity lighting-color color-interpolation-filters
  font-synthesis inline-size shape-inside shape-margin shape-padding shape-subtract solid-color solid-opacity text-indent
  block-progression cursor marker marker-mid pointer-events stroke-alignment text-wrap
`);
/** Of those, values that would change something. */
const LOUD = /url\(|^(?:multiply|screen|overlay|darken|lighten|color|hard-light|soft-light|difference)/i;

const FUNCTIONS = tokens(`
  url var calc min max clamp rgb rgba hsl hsla translate translatex translatey scale scalex scaley rotate skewx skewy matrix
`);
const FORBIDDEN = /[\\<>{}@;]|javascript:|expression/i;
const REFERENCE = /url\(\s*(?:"#([^"()]+)"|'#([^'()]+)'|#([^"'()\s]+))\s*\)/gi;

/** Ids that a value refers to; null when it refers to anything else, or does what a value may not. */
export function references(value: string): string[] | null {
  if (value.length > VALUE_MAX || FORBIDDEN.test(value)) return null;
  const found: string[] = [];
  const rest = value.replace(REFERENCE, (_, a?: string, b?: string, c?: string) => {
    found.push(a ?? b ?? c ?? "");
    return " ";
  });
  if (/url\s*\(/i.test(rest)) return null;
  for (const [, name = ""] of rest.matchAll(/([\w-]*)\s*\(/g)) {
    if (!FUNCTIONS.has(name.toLowerCase())) return null;
  }
  return found;
}

/** Whether a list of dashes can be drawn in time. */
export function drawable(value: string): boolean {
  const lengths = (value.match(/[\d.]+(?:e[+-]?\d+)?/gi) ?? []).map(Number);
  const sum = lengths.reduce((total, length) => total + length, 0);
  return lengths.length === 0 || sum === 0 || sum >= DASH_MIN;
}

export type Verdict = "keep" | "quiet" | "out";

/** What to do with a property; `refer` says whether an id may be referred to. */
export function judge(name: string, value: string, refer: (id: string) => boolean): Verdict {
  if (name.startsWith("-")) return "quiet";
  if (QUIET.has(name)) return LOUD.test(value) ? "out" : "quiet";
  if (!PROPERTIES.has(name)) return "out";
  const ids = references(value);
  if (ids === null || !ids.every(refer)) return "out";
  if (name === "stroke-dasharray" && !drawable(value)) return "out";
  return "keep";
}

/** Splits at `mark` outside of quotes and brackets. */
function split(text: string, mark: string): string[] {
  const parts: string[] = [];
  let quote = "";
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "(" || c === "[") depth += 1;
    else if (c === ")" || c === "]") depth -= 1;
    else if (c === mark && depth <= 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

function withoutComments(text: string): string {
  let out = "";
  let at = 0;
  while (at < text.length) {
    const begin = text.indexOf("/*", at);
    if (begin < 0) return out + text.slice(at);
    out += `${text.slice(at, begin)} `;
    const end = text.indexOf("*/", begin + 2);
    if (end < 0) return out;
    at = end + 2;
  }
  return out;
}

/** The declarations of a style attribute or a rule, in order. What is none is left out, as browsers do. */
export function declarations(text: string): Declaration[] {
  const found: Declaration[] = [];
  for (const part of split(withoutComments(text), ";")) {
    const colon = part.indexOf(":");
    if (colon < 0) continue;
    const name = part.slice(0, colon).trim().toLowerCase();
    const raw = part.slice(colon + 1).trim();
    const value = raw.replace(/\s*!\s*important\s*$/i, "");
    if (name === "" || value === "") continue;
    found.push({ name, value, important: value !== raw });
  }
  return found;
}

const SELECTOR = /^[\w\s.#,>+~*:="'|^$[\]()-]+$/u;
/** They reach beyond the picture, or cost without bound. */
const REACHING = /::|:host|:root|:has|:is|:where|:not|:nth|:defined|:visited|:hover|:focus|:active/i;

/** The rules of a `<style>` block that may be kept: no at-rule, nothing that reaches out of the picture. */
export function styleSheet(text: string, refer: (id: string) => boolean): StyleSheetText {
  const clean = withoutComments(text).replaceAll(/<!--|-->/g, " ");
  const rules: StyleRule[] = [];
  let takenOut = 0;
  let at = 0;
  while (at < clean.length) {
    const open = nextOf(clean, at, "{;");
    if (open < 0) break;
    const selector = clean.slice(at, open).trim();
    if (clean[open] === ";") {
      if (selector !== "") takenOut += 1;
      at = open + 1;
      continue;
    }
    const close = closing(clean, open);
    at = close + 1;
    if (selector === "") continue;
    if (
      selector.startsWith("@") ||
      selector.length > SELECTOR_MAX ||
      !SELECTOR.test(selector) ||
      REACHING.test(selector) ||
      rules.length >= RULES_MAX
    ) {
      takenOut += 1;
      continue;
    }
    const kept: Declaration[] = [];
    for (const declaration of declarations(clean.slice(open + 1, close))) {
      const verdict = judge(declaration.name, declaration.value, refer);
      if (verdict === "keep") kept.push(declaration);
      else if (verdict === "out") takenOut += 1;
    }
    if (kept.length > 0) rules.push({ selector, declarations: kept });
  }
  return { rules, takenOut };
}

/** Where one of `marks` is next, outside of quotes; -1: nowhere. */
function nextOf(text: string, from: number, marks: string): number {
  let quote = "";
  for (let i = from; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (marks.includes(c)) return i;
  }
  return -1;
}

/** Where the brace at `open` is closed; the end of the text when it is not. */
function closing(text: string, open: number): number {
  let depth = 0;
  let at = open;
  while (at >= 0) {
    depth += text[at] === "{" ? 1 : -1;
    if (depth === 0) return at;
    at = nextOf(text, at + 1, "{}");
  }
  return text.length;
}

/** A rule as the CSSOM reads it. */
export function ruleText({ selector, declarations: all }: StyleRule): string {
  const body = all.map(({ name, value, important }) => `${name}: ${value}${important ? " !important" : ""}`);
  return `${selector} { ${body.join("; ")} }`;
}
