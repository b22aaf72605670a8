/** Asset types in words. */
import type { RuleView } from "../ipc/bindings/RuleView";
import type { TypeView } from "../ipc/bindings/TypeView";
import { formatCount, plural } from "./format";

/** Where the signals of a type are described: "9 signals, 7 of them in plant.toml". */
export function originWords({
  signals,
  written,
  model,
}: Pick<TypeView, "signals" | "written" | "model">): string {
  const all = plural(signals, "signal", "signals");
  if (model === null || written === signals) return all;
  return written === 0 ? `${all}, all by the model` : `${all}, ${formatCount(written)} of them in plant.toml`;
}

/** "meters made 212 assets with 1,060 signals: meter-1, meter-2 and 210 more" */
export function ruleWords({ id, assets, signals, first }: RuleView): string {
  if (assets === 0) return `${id} made no asset yet: nothing was heard that it fits`;
  const shown = first.slice(0, 3);
  const rest = assets - shown.length;
  const names = `${shown.join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
  return `${id} made ${plural(assets, "asset", "assets")} with ${plural(signals, "signal", "signals")}: ${names}`;
}
