/** What the window says: every text a person reads comes from the catalogue, in the language they chose. */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { SaidValueView } from "../../ipc/bindings/SaidValueView";
import type { SaidView } from "../../ipc/bindings/SaidView";
import { formatNumber } from "../format";
import { type Language, language, locale } from "../locale";
import { filesOf } from "./files";
import type { Texts } from "./gen/texts";

/** Of a text in the catalogue. */
export type TextId = keyof Texts;
/** A whole number is written by the rules of the language and decides between one and many; what needs digits after the
 * point, a unit or a time comes as text from `lib/format` or `lib/time`. */
export type TextValue = string | number;
type Values<Id extends TextId> = [Texts[Id]] extends [never] ? [] : [values: Record<Texts[Id], TextValue>];

interface Spoken {
  locale: string;
  bundle: FluentBundle;
}
const spoken = new Map<Language, Spoken>();

function bundleOf(wanted: Language, rules: string): FluentBundle {
  const known = spoken.get(wanted);
  if (known?.locale === rules) return known.bundle;
  // Both languages run from left to right, and texts go to titles, files and canvases too: marks would show there.
  const bundle = new FluentBundle(rules, { useIsolating: false });
  for (const text of filesOf(wanted)) bundle.addResource(new FluentResource(text));
  spoken.set(wanted, { locale: rules, bundle });
  return bundle;
}

function format(bundle: FluentBundle, id: string, values?: Record<string, TextValue>): string | null {
  const pattern = bundle.getMessage(id)?.value;
  if (pattern === undefined || pattern === null) return null;
  // A value that is missing shows as its name in braces; without the list, it would throw.
  return bundle.formatPattern(pattern, values ?? null, []);
}

/** The text in the window's language. */
export function t<Id extends TextId>(id: Id, ...[values]: Values<Id>): string {
  return format(bundleOf(language(), locale()), id, values) ?? id;
}

/** A text as the program has it, in English. */
export function inEnglish(id: TextId, values?: Record<string, TextValue>): string {
  return format(bundleOf("en", "en-GB"), id, values) ?? id;
}

/**
 * What the program said, in the window's language; in its own English words where that is the language, and where the
 * catalogue does not have a sentence.
 */
export function told({ sentences, text }: SaidView): string {
  if (language() === "en") return text;
  const bundle = bundleOf(language(), locale());
  return sentences.map(({ id, values, text }) => format(bundle, id, written(values)) ?? text).join(" ");
}

/** A number with digits after the point comes as English text: it is written by the rules of the language. */
function written(values: Record<string, SaidValueView>): Record<string, TextValue> {
  const one = (value: SaidValueView) => {
    if (typeof value === "object") return told(value);
    const [, digits] = typeof value === "string" ? (/^-?\d+\.(\d+)$/.exec(value) ?? []) : [];
    return digits === undefined ? value : formatNumber(Number(value), digits.length);
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, one(value)]));
}

/**
 * The program's own words, where those of the window say less: a kind in place of a whole sentence, of which the catalogue
 * has other English words than the program said. Else empty.
 */
export function ownWords({ sentences, text }: SaidView): string {
  if (language() === "en") return "";
  const english = bundleOf("en", "en-GB");
  const less = sentences.some(
    ({ id, values, text }) => id !== "" && Object.keys(values).length === 0 && format(english, id) !== text,
  );
  return less ? text : "";
}

/** A word of the program in the window's language, where the catalogue has the id. */
export function named(id: string, word: string): string {
  return format(bundleOf(language(), locale()), id) ?? word;
}

/** A part of a text, and how it stands out: `<b>`, `<code>` or `<a>` in the catalogue. */
export interface Piece {
  mark: "" | "b" | "code" | "a";
  text: string;
}

/**
 * A text with parts that stand out. What stands out is said by the catalogue alone: values come from a plant, and are text
 * whatever is in them.
 */
export function marked<Id extends TextId>(id: Id, ...[values]: Values<Id>): Piece[] {
  const kept: string[] = [];
  const held: Record<string, TextValue> = {};
  for (const [name, value] of Object.entries<TextValue>(values ?? {})) {
    held[name] = typeof value === "number" ? value : `\ue000${kept.push(value) - 1}\ue001`;
  }
  const text = format(bundleOf(language(), locale()), id, held) ?? id;
  const restored = (part: string) => part.replaceAll(/\ue000(\d+)\ue001/g, (_, at) => kept[Number(at)] ?? "");
  return text
    .split(/(<(?:b|code|a)>.*?<\/(?:b|code|a)>)/)
    .filter((part) => part !== "")
    .map((part): Piece => {
      const [, mark, inner] = /^<(b|code|a)>(.*)<\/\1>$/.exec(part) ?? [];
      return { mark: (mark as Piece["mark"] | undefined) ?? "", text: restored(inner ?? part) };
    });
}
