/**
 * A person's drawing becomes elements of the page. The drawing is read by the browser's XML parser into a document of its
 * own, where nothing runs and nothing is fetched, and copied from there element by element: what is not on a list of what
 * is allowed is not copied. Nothing is parsed again after the check.
 */
import type { PictureBinding } from "../../ipc/bindings/PictureBinding";
import { t } from "../text/text";
import {
  DRAWN,
  ELEMENTS,
  GEOMETRY,
  GRADIENTS,
  GROUPS,
  QUIET_ELEMENTS,
  type Reason,
  reasonOf,
  SERVERS,
  TEXTS,
} from "./allow";
import { readBinding } from "./bindings";
import { declarations, judge, PROPERTIES, ruleText, type StyleRule, styleSheet } from "./css";
import { imagePixels, PIXELS_MAX } from "./images";
import { boxOf, type PictureBox } from "./viewport";

export const SVG_NS = "http://www.w3.org/2000/svg";
const XLINK_NS = "http://www.w3.org/1999/xlink";
const XML_NS = "http://www.w3.org/XML/1998/namespace";

export const TEXT_MAX = 8 * 1024 * 1024;
export const ELEMENTS_MAX = 20_000;
const DEPTH_MAX = 100;
/** Elements that all `use` together may show. */
const COPIES_MAX = 20_000;
/** How many `use` may lead to one another. */
const HOPS_MAX = 16;
/** Each is a picture of its own in memory, painted anew with every zoom. */
const MASKS_MAX = 60;
const NAME_MAX = 80;

/** Begins the names of styles and handlers while they are read. */
const MASK = "tw-";
const STYLE = `${MASK}style`;
const CLOSED: readonly (readonly [string, string])[] = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
  ["<!", ">"],
];

export type TakenOut = Record<Reason, number>;

export interface Picture {
  /** Not yet in the page. */
  root: SVGSVGElement;
  box: PictureBox;
  /** Elements that were kept, by their place in the file. */
  elements: Map<number, SVGElement>;
  /** Names that their author gave to elements, by place. */
  names: Map<number, string>;
  /** What elements of text say as drawn, by place. */
  texts: Map<number, string>;
  bindings: PictureBinding[];
  rules: StyleRule[];
  /** The rules, for the tree in which the picture is shown. */
  sheet: CSSStyleSheet;
  takenOut: TakenOut;
  /** Colour of the page it was drawn on; null: drawn for the window, in its colours. */
  paper: string | null;
}

/** A drawing that cannot be shown, in words. */
export class PictureError extends Error {}

export function sanitise(text: string): Picture {
  if (text.length > TEXT_MAX) throw new PictureError(t("picture-too-large"));
  if (/<!ENTITY|<!DOCTYPE[^>]*\[/i.test(text)) {
    throw new PictureError(t("picture-entities"));
  }
  const source = new DOMParser().parseFromString(renamed(text.replace(/^\ufeff/, "")), "image/svg+xml");
  const root = source.documentElement;
  if (!root || source.getElementsByTagName("parsererror").length > 0) {
    throw new PictureError(t("picture-broken"));
  }
  if (root.localName !== "svg" || root.namespaceURI !== SVG_NS) {
    throw new PictureError(t("picture-no-svg"));
  }
  return new Copy(root).run();
}

/**
 * The text with styles and handlers under other names: the content policy would report those of any document that is
 * parsed, though they are never used as such.
 */
function renamed(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = text.indexOf("<"); open >= 0; open = text.indexOf("<", at)) {
    parts.push(text.slice(at, open));
    at = endOfMarkup(text, open);
    const part = text.slice(open, at);
    parts.push(
      /^<[!?]/.test(part)
        ? part
        : part
            .replace(/^(<\/?(?:[\w.-]+:)?)style(?=[\s/>])/, `$1${MASK}style`)
            .replaceAll(/\s(?=(?:style|on\w+)\s*=)/gi, ` ${MASK}`),
    );
  }
  parts.push(text.slice(at));
  return parts.join("");
}

/** Where the tag, comment or instruction that begins at `open` ends. */
function endOfMarkup(text: string, open: number): number {
  const [begin, end] = CLOSED.find(([head]) => text.startsWith(head, open)) ?? ["<", ""];
  if (end !== "") {
    const at = text.indexOf(end, open + begin.length);
    return at < 0 ? text.length : at + end.length;
  }
  let at = open + 1;
  while (at < text.length && text[at] !== ">") {
    const c = text[at];
    const quote = c === '"' || c === "'" ? text.indexOf(c, at + 1) : at;
    at = quote < 0 ? text.length : quote + 1;
  }
  return Math.min(text.length, at + 1);
}

interface Step {
  from: Element;
  to: SVGElement;
  depth: number;
  /** Inside of something that is painted wherever it is referred to. */
  served: boolean;
}

class Copy {
  readonly #source: Element;
  readonly #places = new Map<Element, number>();
  readonly #byId = new Map<string, Element>();
  readonly #costs = new Map<Element, number>();
  readonly #counting = new Set<Element>();
  readonly #picture: Picture;
  #copies = 0;
  #pixels = 0;
  #masks = 0;
  #styles: string[] = [];

  constructor(source: Element) {
    this.#source = source;
    const all = [source, ...source.getElementsByTagName("*")];
    if (all.length > ELEMENTS_MAX) {
      throw new PictureError(t("picture-too-many", { count: ELEMENTS_MAX }));
    }
    all.forEach((element, place) => {
      this.#places.set(element, place);
      if (element.id !== "" && !this.#byId.has(element.id)) this.#byId.set(element.id, element);
    });
    this.#picture = {
      root: document.createElementNS(SVG_NS, "svg"),
      box: boxOf((name) => source.getAttribute(name)),
      elements: new Map(),
      names: new Map(),
      texts: new Map(),
      bindings: [],
      rules: [],
      sheet: new CSSStyleSheet(),
      takenOut: {
        scripts: 0,
        handlers: 0,
        remote: 0,
        pages: 0,
        styles: 0,
        animations: 0,
        effects: 0,
        other: 0,
      },
      paper: paperOf(source, all),
    };
  }

  run(): Picture {
    const picture = this.#picture;
    picture.elements.set(0, picture.root);
    this.#attributes(this.#source, picture.root, false);
    const steps: Step[] = [{ from: this.#source, to: picture.root, depth: 1, served: false }];
    // A list and not a call into a call: depth is the drawing's to choose.
    for (let step = steps.pop(); step; step = steps.pop()) this.#children(step, steps);
    const sheet = styleSheet(this.#styles.join("\n"), (id) => this.#isGradient(id));
    picture.takenOut.styles += sheet.takenOut;
    for (const rule of sheet.rules) {
      try {
        picture.sheet.insertRule(ruleText(rule), picture.rules.length);
        picture.rules.push(rule);
      } catch {
        // The browser reads it otherwise than we do.
        picture.takenOut.styles += 1;
      }
    }
    picture.bindings.sort((a, b) => a.element - b.element);
    return picture;
  }

  #out(reason: Reason): void {
    this.#picture.takenOut[reason] += 1;
  }

  #children({ from, to, depth, served }: Step, steps: Step[]): void {
    for (const node of from.childNodes) {
      if (node.nodeType === 3 || node.nodeType === 4) {
        if (TEXTS.has(to.localName)) to.append(document.createTextNode(node.nodeValue ?? ""));
      } else if (node.nodeType === 1) {
        const copy = this.#element(node as Element, depth, served);
        if (!copy) continue;
        to.append(copy);
        const inside = served || SERVERS.has(copy.localName);
        steps.push({ from: node as Element, to: copy, depth: depth + 1, served: inside });
      }
    }
  }

  #element(from: Element, depth: number, served: boolean): SVGElement | null {
    const tag = from.localName;
    if (from.namespaceURI !== SVG_NS) {
      // Notes of drawing programs lie in namespaces of their own; pages do so too.
      const reason = reasonOf(tag);
      if (reason !== "other") this.#out(reason);
      return null;
    }
    if (tag === STYLE) {
      this.#styles.push(from.textContent ?? "");
      return null;
    }
    if (QUIET_ELEMENTS.has(tag)) return null;
    const kept = ELEMENTS.has(tag) ? tag : GROUPS.has(tag) ? "g" : null;
    if (kept === null || depth > DEPTH_MAX) {
      this.#out(kept === null ? reasonOf(tag) : "other");
      return null;
    }
    const to = document.createElementNS(SVG_NS, kept) as SVGElement;
    if (!this.#refers(from, to, served)) return null;
    this.#attributes(from, to, served);
    this.#note(from, to);
    return to;
  }

  /** Remembers an element that stays: its place, its name, what it is bound to. */
  #note(from: Element, to: SVGElement): void {
    const place = this.#places.get(from);
    if (place === undefined) return;
    this.#picture.elements.set(place, to);
    const title = [...from.children].find((child) => child.localName === "title")?.textContent;
    const name = from.getAttribute("inkscape:label") ?? title ?? from.id;
    if (name.trim() !== "") this.#picture.names.set(place, name.trim().slice(0, NAME_MAX));
    if (to.localName === "text") {
      const said = (from.textContent ?? "").replaceAll(/\s+/g, " ").trim();
      this.#picture.texts.set(place, said.slice(0, NAME_MAX));
    }
    const binding = readBinding(place, (attribute) => from.getAttribute(attribute));
    if (binding) this.#picture.bindings.push(binding);
  }

  #attributes(from: Element, to: SVGElement, served: boolean): void {
    const isRoot = from === this.#source;
    for (const { name, value, namespaceURI } of [...from.attributes]) {
      if (/^(?:tw-)?on/i.test(name)) this.#out("handlers");
      else if (name === "xml:space" && value === "preserve") to.setAttributeNS(XML_NS, "xml:space", value);
      else if (namespaceURI !== null && namespaceURI !== "") continue;
      else if (name === "id" || name === "class") to.setAttribute(name, value.slice(0, 300));
      else if (name === STYLE) this.#style(value, to, served);
      else if (GEOMETRY.has(name)) {
        if (!isRoot) to.setAttribute(name, value);
      } else if (PROPERTIES.has(name)) {
        if (this.#judge(name, value, served)) to.setAttribute(name, value);
      } else if (name === "filter" && value !== "none") this.#out("effects");
    }
  }

  /** Set one by one: the content policy forbids the attribute and allows this. */
  #style(text: string, to: SVGElement, served: boolean): void {
    for (const { name, value, important } of declarations(text)) {
      if (name === "filter" && value !== "none") this.#out("effects");
      else if (this.#judge(name, value, served)) {
        to.style.setProperty(name, value, important ? "important" : "");
      }
    }
  }

  #judge(name: string, value: string, served: boolean): boolean {
    const verdict = judge(name, value, (id) => this.#mayRefer(id, served));
    const isMask = verdict === "keep" && name === "mask" && value !== "none";
    if (isMask) this.#masks += 1;
    if (verdict === "out" || (isMask && this.#masks > MASKS_MAX)) {
      this.#out(/url\s*\(\s*["']?(?!\s*["']?#)/i.test(value) ? "remote" : "styles");
      return false;
    }
    return verdict === "keep";
  }

  #isGradient(id: string): boolean {
    return GRADIENTS.has(this.#byId.get(id)?.localName ?? "");
  }

  /** What is painted wherever it is referred to may refer to colours only, or a few lines would be painted for hours. */
  #mayRefer(id: string, served: boolean): boolean {
    return this.#isGradient(id) || (!served && SERVERS.has(this.#byId.get(id)?.localName ?? ""));
  }

  /** Copies what an element refers to; false: the element is nothing without it. */
  #refers(from: Element, to: SVGElement, served: boolean): boolean {
    const href = (from.getAttribute("href") ?? from.getAttributeNS(XLINK_NS, "href"))?.trim() ?? null;
    const tag = from.localName;
    if (href === null) return tag !== "use" && tag !== "image";
    if (tag === "image") return this.#image(href, to);
    if (!href.startsWith("#")) {
      this.#out("remote");
      return tag !== "use";
    }
    const target = this.#byId.get(href.slice(1));
    const kind = target?.localName ?? "";
    const drawn = DRAWN.has(kind) && !served;
    const allowed =
      tag === "use"
        ? drawn && this.#fits(target)
        : tag === "textPath"
          ? drawn
          : GRADIENTS.has(tag)
            ? GRADIENTS.has(kind)
            : tag === kind && tag === "pattern";
    if (allowed) to.setAttribute("href", href);
    else if (tag === "use" && target) this.#out("other");
    return allowed || tag !== "use";
  }

  #image(href: string, to: SVGElement): boolean {
    if (!/^data:/i.test(href)) {
      this.#out("remote");
      return false;
    }
    const pixels = imagePixels(href);
    if (pixels === null || this.#pixels + pixels > PIXELS_MAX) {
      this.#out("other");
      return false;
    }
    this.#pixels += pixels;
    to.setAttribute("href", href);
    return true;
  }

  /** Whether a copy of `target` stays within what all copies may show. */
  #fits(target: Element | undefined): boolean {
    if (!target) return false;
    const cost = this.#cost(target, 0);
    if (this.#copies + cost > COPIES_MAX) return false;
    this.#copies += cost;
    return true;
  }

  /** How many elements an element shows, copies included; endless where copies lead back. */
  #cost(element: Element, hops: number): number {
    const known = this.#costs.get(element);
    if (known !== undefined) return known;
    if (hops > HOPS_MAX || this.#counting.has(element)) return Number.POSITIVE_INFINITY;
    this.#counting.add(element);
    let cost = 0;
    for (const inner of [element, ...element.getElementsByTagName("*")]) {
      cost += 1;
      if (inner.localName !== "use") continue;
      const href = inner.getAttribute("href") ?? inner.getAttributeNS(XLINK_NS, "href") ?? "";
      const target = this.#byId.get(href.trim().slice(1));
      if (target) cost += this.#cost(target, hops + 1);
    }
    this.#counting.delete(element);
    this.#costs.set(element, cost);
    return cost;
  }
}

function paperOf(source: Element, all: readonly Element[]): string | null {
  if (source.getAttribute("data-paper") === "window") return null;
  const view = all.find((element) => element.localName === "namedview");
  const colour = view?.getAttribute("pagecolor") ?? "";
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour : "#ffffff";
}

/** How many things were taken out. */
export function sumOf(takenOut: TakenOut): number {
  return Object.values(takenOut).reduce((sum, count) => sum + count, 0);
}
