/** What is said beside a claim: why, since when, and how often it is wrong. */
import type { AssetState } from "../ipc/bindings/AssetState";
import type { ModelView } from "../ipc/bindings/ModelView";
import { formatDuration, formatNumber, formatShare, NBSP } from "./format";
import { reasonNamed } from "./quality";
import { t } from "./text/text";
import type { Clock } from "./time";

/** "Anomaly 0.97 since 14:18 · Drive-end vibration 71 %, Bearing temperature 22 %" */
export function anomalySentence(
  state: AssetState,
  clock: Clock,
  nameOf: (signal: number) => string | undefined,
): string {
  if (state.anomaly_since === null) return "";
  const shares = state.anomaly_shares
    .filter(([, share]) => share >= 0.01)
    .slice(0, 2)
    .map(([signal, share]) => `${nameOf(signal) ?? t("common-unknown-signal")} ${formatShare(share)}`);
  const time = clock.minute(state.anomaly_since);
  const claim =
    state.score === null
      ? t("asset-anomaly", { time })
      : t("asset-anomaly-score", { score: formatNumber(state.score, 2), time });
  return shares.length === 0 ? claim : `${claim} · ${shares.join(", ")}`;
}

/** "No data for 3 min 12 s · NDEATH 14:28:55" */
export function staleSentence(state: AssetState, now: number, clock: Clock): string {
  if (state.state === "waiting") return t("asset-nothing-yet");
  const said = { duration: formatDuration(now - state.since), time: clock.relative(state.since, now) };
  return state.reason === ""
    ? t("asset-silent", said)
    : t("asset-silent-reason", { ...said, reason: reasonNamed(state.reason) });
}

/** "0 false alarms in 9.2 days held out (below 0.33 a day, 95 %)" */
export function falseAlarmSentence(
  model: Pick<ModelView, "false_alarms_per_day" | "false_alarms_per_day_upper" | "holdout_days">,
): string {
  const days = model.holdout_days;
  const known = Number.isFinite(days) && days > 0 && Number.isFinite(model.false_alarms_per_day);
  if (!known) return t("asset-wrong-unknown");
  const length =
    days < 1
      ? t("asset-wrong-hours", { hours: formatNumber(days * 24, 1) })
      : t("asset-wrong-days", { days: formatNumber(days, 1) });
  const said = { count: Math.round(model.false_alarms_per_day * days), span: length.replace(" ", NBSP) };
  // A bound is rounded up, so that "below" stays true.
  const upper = Math.ceil(model.false_alarms_per_day_upper * 100 - 1e-9) / 100;
  return Number.isFinite(upper)
    ? t("asset-wrong-bound", { ...said, rate: formatNumber(upper, 2), sure: formatShare(0.95) })
    : t("asset-wrong", said);
}
