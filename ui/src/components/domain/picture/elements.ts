/** The elements of a picture as a person who binds them sees them. */
import type { PictureBinding } from "../../../ipc/bindings/PictureBinding";
import type { Picture } from "../../../lib/picture/sanitise";
import { fold } from "../../../lib/search";

export interface ElementRow {
  place: number;
  name: string;
  tag: string;
  /** What it is bound to; empty: nothing. */
  target: string;
}

/** Elements that show something by themselves or hold what does. */
const BINDABLE = new Set([
  "g",
  "path",
  "rect",
  "circle",
  "ellipse",
  "line",
  "polyline",
  "polygon",
  "text",
  "use",
  "image",
  "svg",
]);

export function nameOf(picture: Picture, place: number): string {
  const said = picture.names.get(place);
  if (said !== undefined) return said;
  const text = picture.texts.get(place) ?? "";
  return text !== "" ? `“${text}”` : `${picture.elements.get(place)?.localName ?? ""} ${place}`;
}

/** What is bound first, then what has a name, then the rest; each in the order of the file. */
export function elementRows(picture: Picture, bindings: readonly PictureBinding[]): ElementRow[] {
  const targets = new Map(bindings.map(({ element, signal, asset }) => [element, signal ?? asset ?? ""]));
  const rows: ElementRow[] = [];
  for (const [place, element] of picture.elements) {
    if (place === 0 || !BINDABLE.has(element.localName) || element.closest("defs, symbol, clipPath, mask"))
      continue;
    rows.push({
      place,
      name: nameOf(picture, place),
      tag: element.localName,
      target: targets.get(place) ?? "",
    });
  }
  const rank = (row: ElementRow) => (row.target !== "" ? 0 : picture.names.has(row.place) ? 1 : 2);
  return rows.sort((a, b) => rank(a) - rank(b) || a.place - b.place);
}

export function filterRows(rows: readonly ElementRow[], query: string): readonly ElementRow[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter(({ name, tag, target }) => {
    const text = fold(`${name} ${tag} ${target}`);
    return words.every((word) => text.includes(word));
  });
}

/** The groups around an element that can be bound in its place, from the outside in. */
export function around(picture: Picture, place: number): number[] {
  const places = new Map([...picture.elements].map(([at, element]): [Element, number] => [element, at]));
  const found: number[] = [];
  for (let up = picture.elements.get(place)?.parentElement; up; up = up.parentElement) {
    const at = places.get(up);
    if (at !== undefined && at > 0) found.unshift(at);
  }
  return found;
}
