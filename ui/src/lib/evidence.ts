/** What is said beside a claim: why, since when, and how often it is wrong. */
import type { AssetState } from "../ipc/bindings/AssetState";
import type { ModelView } from "../ipc/bindings/ModelView";
import { formatDuration, formatNumber, formatShare, NBSP, plural } from "./format";
import type { Clock } from "./time";

/** "Anomaly 0.97 since 14:18 · Drive-end vibration 71 %, Bearing temperature 22 %" */
export function anomalySentence(
  state: AssetState,
  clock: Clock,
  nameOf: (signal: number) => string | undefined,
): string {
  if (state.anomaly_since === null) return "";
  const score = state.score === null ? "" : ` ${formatNumber(state.score, 2)}`;
  const shares = state.anomaly_shares
    .filter(([, share]) => share >= 0.01)
    .slice(0, 2)
    .map(([signal, share]) => `${nameOf(signal) ?? "unknown signal"} ${formatShare(share)}`);
  const claim = `Anomaly${score} since ${clock.minute(state.anomaly_since)}`;
  return shares.length === 0 ? claim : `${claim} · ${shares.join(", ")}`;
}

/** "No data for 3 min 12 s · NDEATH 14:28:55" */
export function staleSentence(state: AssetState, now: number, clock: Clock): string {
  if (state.state === "waiting") return "Nothing received yet";
  const silence = `No data for ${formatDuration(now - state.since)}`;
  const why = state.reason === "" ? "since" : state.reason;
  return `${silence} · ${why} ${clock.relative(state.since, now)}`;
}

/** "0 false alarms in 9.2 days held out (below 0.33 a day, 95 %)" */
export function falseAlarmSentence(
  model: Pick<ModelView, "false_alarms_per_day" | "false_alarms_per_day_upper" | "holdout_days">,
): string {
  const days = model.holdout_days;
  const known = Number.isFinite(days) && days > 0 && Number.isFinite(model.false_alarms_per_day);
  if (!known) return "How often it is wrong is not known: nothing was held out";
  const length =
    days < 1 ? `${formatNumber(days * 24, 1)}${NBSP}hours` : `${formatNumber(days, 1)}${NBSP}days`;
  const count = plural(Math.round(model.false_alarms_per_day * days), "false alarm", "false alarms");
  // A bound is rounded up, so that "below" stays true.
  const upper = Math.ceil(model.false_alarms_per_day_upper * 100 - 1e-9) / 100;
  const bound = Number.isFinite(upper) ? ` (below ${formatNumber(upper, 2)} a day, 95${NBSP}%)` : "";
  return `${count} in ${length} held out${bound}`;
}
