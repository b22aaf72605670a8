/** How the Sparkplug sessions of the played station go. */
import type { NodeFacts } from "../bindings/NodeFacts";
import type { SessionRow } from "../bindings/SessionRow";
import type { SessionView } from "../bindings/SessionView";
import { said } from "./said";

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
      {
        brief: "offline",
        message: said("its death certificate came, and no birth since: its values are BAD"),
        advice: said("Look at its power, its network and its link to the broker."),
      },
      {
        brief: "2 rebirth storms",
        message: said("3 births within a minute, 2 times; 9 births in the hour before the last"),
        advice: said(
          "Its link to the broker may come and go, or two programs may use its client id: look into its log.",
        ),
      },
      {
        brief: "3 gaps",
        message: said("3 gaps in its sequence numbers: messages were lost on the way"),
        advice: said(
          "Check that the filters cover all of its topics, and the broker's queue limits and dropped messages.",
        ),
      },
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
