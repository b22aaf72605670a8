/** Elements of a picture and what of the plant they are bound to. */
import type { AssetView } from "../../../ipc/bindings/AssetView";
import type { PictureBinding } from "../../../ipc/bindings/PictureBinding";
import type { PictureShow } from "../../../ipc/bindings/PictureShow";
import type { PlantView } from "../../../ipc/bindings/PlantView";
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { isBound, showOf } from "../../../lib/picture/bindings";
import type { Picture } from "../../../lib/picture/sanitise";

export interface Bound {
  binding: PictureBinding;
  show: PictureShow;
  element: SVGElement;
  /** Where a click leads; none when the plant has no such asset. */
  asset: AssetView | undefined;
  signal: SignalView | undefined;
  /** The id that the plant does not have; empty when it has both. */
  missing: string;
  /** It lies inside an element that shows the alarms of the same asset. */
  covered: boolean;
  /** Another element writes the value of the same signal: the doubt is said there, and once. */
  written: boolean;
}

/** Bindings of a picture as changed in the editor, in the order of the file. */
export function bindingsOf(picture: Picture, changes: ReadonlyMap<number, PictureBinding>): PictureBinding[] {
  const all = new Map(picture.bindings.map((binding) => [binding.element, binding]));
  for (const [element, binding] of changes) all.set(element, binding);
  return [...all.values()].filter(isBound).sort((a, b) => a.element - b.element);
}

export function resolve(
  picture: Picture,
  changes: ReadonlyMap<number, PictureBinding>,
  plant: PlantView,
  /** A value in the unit of the plant file as it is shown: bindings are written in that unit. */
  shown: (key: number, value: number) => number = (_, value) => value,
): Bound[] {
  const assets = new Map(plant.assets.map((asset) => [asset.id, asset]));
  const signals = new Map<string, { signal: SignalView; asset: AssetView }>();
  for (const asset of plant.assets) {
    for (const signal of asset.signals) signals.set(signal.id, { signal, asset });
  }
  const bound: Bound[] = [];
  for (const binding of bindingsOf(picture, changes)) {
    const element = picture.elements.get(binding.element);
    if (!element) continue;
    const found = binding.signal === null ? undefined : signals.get(binding.signal);
    const asset = binding.asset === null ? found?.asset : assets.get(binding.asset);
    const unknownAsset = binding.asset !== null && asset === undefined ? binding.asset : "";
    const key = found?.signal.key;
    const scaled = (value: number | null) =>
      value === null || key === undefined ? value : shown(key, value);
    bound.push({
      binding: { ...binding, low: scaled(binding.low), high: scaled(binding.high) },
      show: showOf(binding, element.localName),
      element,
      asset,
      signal: found?.signal,
      missing: binding.signal !== null && found === undefined ? binding.signal : unknownAsset,
      covered: false,
      written: false,
    });
  }
  const isText = ({ show }: Bound) => show === "value" || show === "number";
  const written = new Set(bound.filter(isText).map((one) => one.signal));
  for (const one of bound) one.written = !isText(one) && one.signal !== undefined && written.has(one.signal);
  const frames = new Map(
    bound.filter((one) => one.show === "asset").map((one): [Element, Bound] => [one.element, one]),
  );
  for (const one of bound) {
    for (let up = one.element.parentElement; up; up = up.parentElement) {
      if (one.asset && frames.get(up)?.asset === one.asset) one.covered = true;
    }
  }
  return bound;
}
