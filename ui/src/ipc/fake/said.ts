/** What the program says, as it says it. */
import type { SaidValueView } from "../bindings/SaidValueView";
import type { SaidView } from "../bindings/SaidView";

export function said(text: string, id = "", values: Record<string, SaidValueView> = {}): SaidView {
  return { text, sentences: text === "" ? [] : [{ id, values, text }] };
}
