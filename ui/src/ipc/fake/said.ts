/** What the program says, as it says it. */
import { inEnglish, type TextId, type TextValue } from "../../lib/text/text";
import type { SaidValueView } from "../bindings/SaidValueView";
import type { SaidView } from "../bindings/SaidView";

export function said(text: string, id = "", values: Record<string, SaidValueView> = {}): SaidView {
  return { text, sentences: text === "" ? [] : [{ id, values, text }] };
}

/** A sentence of the catalogue, in the English words that it has there. */
export function sentence(id: TextId, values: Record<string, SaidValueView> = {}): SaidView {
  const plain = (value: SaidValueView): TextValue => (typeof value === "object" ? value.text : value);
  const held = Object.entries(values).map(([name, value]) => [name, plain(value)]);
  return said(inEnglish(id, Object.fromEntries(held)), id, values);
}
