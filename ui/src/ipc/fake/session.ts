/** How the Sparkplug sessions of the played station go. */
import type { FindingView } from "../bindings/FindingView";
import type { NodeFacts } from "../bindings/NodeFacts";
import type { SessionRow } from "../bindings/SessionRow";
import type { SessionView } from "../bindings/SessionView";
import { said, sentence } from "./said";

const S = 1_000_000;

const FACTS: NodeFacts = {
  devices: 2,
  messages: 40_212,
  gaps: 0,
  alias_failures: 0,
  reordered: 0,
  repeats: 0,
  held: 0,
  given_up: 0,
  storms: 0,
  last_storm: null,
  births_last_hour: 1,
  rebirths_asked: 0,
  rebirths_answered: 0,
  rebirth_s: null,
  commands: 0,
  commanded: null,
  bd_seq: 17,
  bd_seq_jumps: 0,
  without_alias: 0,
  clock_offset_s: 0.1,
  largest_bytes: 6_140,
};

function row(id: string, metrics: number, birth: number, node: NodeFacts | null): SessionRow {
  return {
    id,
    state: "online",
    since: birth,
    metrics,
    births: 1,
    last_birth: birth,
    deaths: 0,
    last_death: null,
    can_rebirth: node !== null,
    findings: [],
    node,
  };
}

function finding(
  id: "session-found-offline" | "session-found-storms" | "session-found-gaps",
  counted: Record<string, number> = {},
  values: Record<string, number> = {},
): FindingView {
  return {
    brief: sentence(id, counted),
    message: sentence(`${id}-message`, values),
    advice: id === "session-found-storms" ? said("") : sentence(`${id}-advice`),
  };
}

function offline(start: number): SessionRow {
  const facts = {
    ...FACTS,
    devices: 0,
    gaps: 3,
    storms: 2,
    last_storm: start - 700 * S,
    births_last_hour: 9,
  };
  return {
    ...row("Riverside/edge-2", 38, start - 640 * S, facts),
    state: "offline",
    since: start - 192 * S,
    births: 11,
    deaths: 4,
    last_death: start - 192 * S,
    findings: [
      finding("session-found-offline"),
      {
        ...finding("session-found-storms", { count: 2 }),
        message: sentence("session-found-storms-message", {
          times: sentence("session-found-times", { count: 2 }),
          births: sentence("session-found-births", { count: 9 }),
        }),
        advice: sentence("session-found-storms-link"),
      },
      finding("session-found-gaps", { count: 3 }, { count: 3 }),
    ],
  };
}

export function fakeSession(start: number, troubled: boolean): SessionView {
  const long = start - 3 * 3600 * S;
  const good = [
    row("Riverside/edge-1", 12, long, FACTS),
    row("Riverside/edge-1/pump-1", 26, long + 0.2 * S, null),
    row("Riverside/edge-1/pump-2", 26, long + 0.3 * S, null),
  ];
  const edge2 = troubled ? offline(start) : row("Riverside/edge-2", 38, long, { ...FACTS, devices: 0 });
  return {
    rows: troubled ? [edge2, ...good] : [...good, edge2],
    sources: 4,
    troubled: troubled ? 1 : 0,
    held: 0,
    hosts: [{ id: "scada-1", online: true, since: long }],
    hosts_total: 1,
  };
}
