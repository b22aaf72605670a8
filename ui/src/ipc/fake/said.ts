/** What the program says, as it says it. */
import { inEnglish, type TextId, type TextValue } from "../../lib/text/text";
import type { ApiError } from "../bindings/ApiError";
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

/** What is thrown when the program refuses, in words of the catalogue. */
export function refused(id: TextId, values: Record<string, SaidValueView> = {}): ApiError {
  return refusal(sentence(id, values));
}

export function refusal({ text, sentences }: SaidView): ApiError {
  return { message: text, sentences };
}
