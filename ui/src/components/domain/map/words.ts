/** What a marker says, in words: for screen readers and for the list beside the ground. */
import type { Cluster } from "../../../lib/map/cluster";
import type { PlacedAsset } from "../../../lib/map/placed";
import { type AssetFacts, NO_ALARM } from "../../../lib/overview/facts";
import { t } from "../../../lib/text/text";
import type { Live } from "../../../live/live.svelte";
import { valueText } from "../picture/label";

/** What is wrong with an asset, or that nothing is: "Priority 1, unacknowledged". */
export function stateWords(facts: AssetFacts): string {
  const words: string[] = [];
  const { priority, loud, state } = facts;
  if (priority < NO_ALARM)
    words.push(t(loud ? "alarms-mark-unacknowledged" : "alarms-mark-acknowledged", { priority }));
  if (state === "stale") words.push(t("map-silent"));
  if (state === "waiting") words.push(t("asset-nothing-yet"));
  if (state === "standby") words.push(t("overview-tile-standby"));
  if (facts.bad) words.push(t("map-bad"));
  if (facts.anomaly) words.push(t("overview-state-anomaly"));
  return words.length === 0 ? t("map-normal") : words.join(", ");
}

export function clusterSentence(live: Live, { members }: Cluster<PlacedAsset>): string {
  const first = members[0]?.facts;
  if (!first) return "";
  const worst = `${first.asset.name}, ${stateWords(first)}`;
  if (members.length > 1) return `${t("common-assets", { count: members.length })}: ${worst}`;
  const keys = first.asset.signals.filter((signal) => signal.key_value).slice(0, 3);
  return [worst, ...keys.map((signal) => `${signal.name} ${valueText(live, signal)}`)].join(", ");
}
