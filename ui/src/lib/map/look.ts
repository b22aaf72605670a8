/** How a marker looks: by alarms, states and quality of the assets it stands for; the worst counts. */
import { type AssetFacts, NO_ALARM } from "../overview/facts";

export interface Look {
  /** Highest priority standing, 1 to 4; 5 without an alarm. */
  priority: number;
  /** Whether somebody has to acknowledge an alarm of that priority. */
  loud: boolean;
  /** Some of it sends nothing. */
  silent: boolean;
  /** Some newest value is bad. */
  bad: boolean;
  /** A model finds some of it abnormal. */
  anomaly: boolean;
  /** All of it stands still as meant. */
  standby: boolean;
  count: number;
}

export function lookOf(members: readonly AssetFacts[]): Look {
  const priority = members.reduce((worst, facts) => Math.min(worst, facts.priority), NO_ALARM);
  return {
    priority,
    loud: members.some((facts) => facts.priority === priority && facts.loud),
    silent: members.some(({ state }) => state === "stale" || state === "waiting"),
    bad: members.some(({ bad }) => bad),
    anomaly: members.some(({ anomaly }) => anomaly),
    standby: members.every(({ state }) => state === "standby"),
    count: members.length,
  };
}

/** Looks of the same name are painted the same. */
export function lookName({ priority, loud, silent, bad, anomaly, standby, count }: Look): string {
  const flags = [loud, silent, bad, anomaly, standby].map(Number).join("");
  return `${priority}:${flags}:${count}`;
}
