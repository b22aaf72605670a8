/** What is told of a device, in words. */
import type { DeviceFact } from "../../ipc/bindings/DeviceFact";
import type { DeviceFactKind } from "../../ipc/bindings/DeviceFactKind";
import type { ExpiryView } from "../../ipc/bindings/ExpiryView";
import { MICROS_PER_S } from "../format";
import { t, told } from "../text/text";

/** What a person looks for first: where nothing told it, that is said. */
const WANTED: readonly DeviceFactKind[] = ["maker", "model", "firmware", "address", "strength", "battery"];

/** What one device told at one time. */
export interface FactGroup {
  /** Who told it, and where. */
  source: string;
  at: number;
  kept: boolean;
  facts: DeviceFact[];
}

/** Facts in their order, those of one source and second together. */
export function factGroups(facts: readonly DeviceFact[]): FactGroup[] {
  const groups = new Map<string, FactGroup>();
  for (const fact of facts) {
    const second = Math.floor(fact.at / MICROS_PER_S);
    const key = `${fact.device || fact.topic} ${fact.kept} ${second}`;
    const source = factSource(fact);
    const group = groups.get(key);
    if (!group) groups.set(key, { source, at: fact.at, kept: fact.kept, facts: [fact] });
    else {
      group.facts.push(fact);
      if (source.length > group.source.length) group.source = source;
    }
  }
  return [...groups.values()];
}

/** Names of what was looked for and not told. */
export function notTold(facts: readonly DeviceFact[]): string[] {
  return WANTED.filter((kind) => !facts.some((fact) => fact.kind === kind)).map(factLabel);
}

export function factLabel(kind: DeviceFactKind): string {
  return t(`device-${kind}`);
}

const PRESENCES = ["online", "offline", "sleeping"] as const;

/** The value of a fact that no signal has. */
export function factValue(fact: DeviceFact): string {
  const presence = fact.kind === "presence" ? PRESENCES.find((one) => one === fact.value) : undefined;
  if (presence) return t(`device-presence-${presence}`);
  return fact.unit === "" ? fact.value : `${fact.value} ${fact.unit}`;
}

/** Who told it, and where. */
export function factSource(fact: DeviceFact): string {
  const parts = [fact.convention, fact.device, fact.topic].filter((part) => part !== "");
  return [...new Set(parts)].join(" · ");
}

export function expiryText({ what: ending, days }: ExpiryView): string {
  const what = told(ending);
  if (days < 0) return t("device-expiry-over", { what });
  return t("device-expiry", { what, days });
}
