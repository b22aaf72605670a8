/** Assets as markers on a ground. */
import type { AssetFacts } from "../overview/facts";
import type { Point } from "../picture/viewport";
import type { Marker } from "./cluster";

export interface PlacedAsset extends Marker {
  facts: AssetFacts;
}

/** Those that have a place there, in the order given. */
export function placedOn(shown: readonly AssetFacts[], points: ReadonlyMap<string, Point>): PlacedAsset[] {
  const placed: PlacedAsset[] = [];
  for (const facts of shown) {
    const at = points.get(facts.asset.id);
    if (at) placed.push({ id: facts.asset.id, x: at.x, y: at.y, rank: facts.rank, facts });
  }
  return placed;
}
