/** Asset types in words. */
import type { RuleView } from "../ipc/bindings/RuleView";
import type { TypeView } from "../ipc/bindings/TypeView";
import { t } from "./text/text";

/** Where the signals of a type are described: "9 signals, 7 of them in plant.toml". */
export function originWords({
  signals,
  written,
  model,
}: Pick<TypeView, "signals" | "written" | "model">): string {
  if (model === null || written === signals) return t("common-signals", { count: signals });
  return written === 0
    ? t("types-origin-model", { count: signals })
    : t("types-origin-mixed", { count: signals, written });
}

/** "meters made 212 assets with 1,060 signals: meter-1, meter-2 and 210 more" */
export function ruleWords({ id, assets, signals, first }: RuleView): string {
  if (assets === 0) return t("mapping-none", { id });
  const shown = first.slice(0, 3);
  const more = assets - shown.length;
  const said = {
    id,
    assets: t("common-assets", { count: assets }),
    signals: t("mapping-signals", { count: signals }),
    names: shown.join(", "),
  };
  return more > 0 ? t("mapping-made-more", { ...said, more }) : t("mapping-made", said);
}
