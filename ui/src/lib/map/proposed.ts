/** Where assets say that they are: from signals of theirs, as some conventions bring them. */
import type { AssetView } from "../../ipc/bindings/AssetView";
import type { Location } from "./earth";

const NORTH = /^(.*?)(?:latitude|lat)$/i;
const EAST = ["longitude", "lon", "lng", "long"] as const;

/** `read`: the newest value of a signal; NaN without a good one. Null when the asset says nothing, or nothing that can be. */
export function proposedLocation(asset: AssetView, read: (signal: number) => number): Location | null {
  const name = (id: string) => id.slice(id.indexOf("/") + 1).toLowerCase();
  for (const north of asset.signals) {
    const before = NORTH.exec(name(north.id))?.[1];
    if (before === undefined) continue;
    const east = asset.signals.find((signal) => EAST.some((word) => name(signal.id) === before + word));
    if (!east) continue;
    const [latitude, longitude] = [read(north.key), read(east.key)];
    // A receiver without a fix says zero and zero.
    const isSomewhere =
      Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0);
    if (isSomewhere) return { latitude, longitude };
  }
  return null;
}
