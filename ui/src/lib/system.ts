/**
 * What Twinscope tells of itself: assets beside the plant's, one for the program and one a connection, whose signals have
 * alarms like all others. Their ids begin with `$`, which no id of a plant file can.
 */
import type { AreaView } from "../ipc/bindings/AreaView";
import type { AssetView } from "../ipc/bindings/AssetView";
import type { PlantView } from "../ipc/bindings/PlantView";
import type { SignalView } from "../ipc/bindings/SignalView";
import { t } from "./text/text";

const OF_CONNECTION = "$connection.";
const TAGS = ["dropped", "left-out", "beyond-topics", "beyond-addresses", "not-written"] as const;
export type SystemTag = (typeof TAGS)[number];

/** Whether an asset is none of the plant. */
export function isSystem(asset: string): boolean {
  return asset.startsWith("$");
}

/** The connection that it tells of; null: the program. */
export function connectionTold(asset: string): string | null {
  return asset.startsWith(OF_CONNECTION) ? asset.slice(OF_CONNECTION.length) : null;
}

/** What a signal or an alarm tells of the program, by the id of the signal, which ids of alarms begin with. */
export function systemTag(id: string): SystemTag | null {
  if (!isSystem(id)) return null;
  const name = /\/([a-z-]+)/.exec(id)?.[1];
  return TAGS.find((tag) => tag === name) ?? null;
}

/** What to do about it. */
export function adviceOn(tag: SystemTag): string {
  return t(`system-advice-${tag}`);
}

/** Its words are read where they are shown, because the language may change under an open window. */
function namedSignal(signal: SignalView): SignalView {
  const tag = systemTag(signal.id);
  if (tag === null) return signal;
  return {
    ...signal,
    get name() {
      return t(`system-${tag}`);
    },
    get short_name() {
      return t(`system-${tag}`);
    },
  };
}

function namedAsset(asset: AssetView): AssetView {
  const { name } = asset;
  const connection = connectionTold(asset.id);
  return {
    ...asset,
    get name() {
      return connection === null ? name : t("system-connection", { name });
    },
    get type_name() {
      return t("system-type");
    },
    signals: asset.signals.map(namedSignal),
  };
}

/** All that something may be asked of. Where assets are listed or counted, only the plant's are meant. */
export function everyAsset(plant: PlantView): readonly AssetView[] {
  return [...plant.assets, ...plant.system];
}

/** The area of assets that have no place in the plant. */
function namedArea(area: AreaView): AreaView {
  if (area.id !== "") return area;
  return {
    ...area,
    get name() {
      return t("overview-no-place");
    },
  };
}

/** The plant, with what the program itself has names for in the window's language. */
export function withOwnNames(plant: PlantView): PlantView {
  return { ...plant, areas: plant.areas.map(namedArea), system: plant.system.map(namedAsset) };
}
