/** What an annotation is about, in words. */
import type { AnnotationDraft } from "../../../ipc/bindings/AnnotationDraft";
import type { AssetView } from "../../../ipc/bindings/AssetView";

/** Names where the plant has it, else its id. */
export function aboutWords(
  { asset, signal }: Pick<AnnotationDraft, "asset" | "signal">,
  plant: { asset: (id: string) => AssetView | undefined },
): string {
  const known = plant.asset(asset);
  const name = known?.name ?? asset;
  if (signal === null) return name;
  return `${name}: ${known?.signals.find(({ id }) => id === signal)?.name ?? signal}`;
}
