/** What a tile says beside its claim. */
import type { AssetState } from "../ipc/bindings/AssetState";
import { formatDuration, formatNumber, formatShare } from "./format";
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
