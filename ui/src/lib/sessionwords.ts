/** What a Sparkplug session doctor counted, in words. */
import type { NodeFacts } from "../ipc/bindings/NodeFacts";
import type { SessionRow } from "../ipc/bindings/SessionRow";
import type { SessionView } from "../ipc/bindings/SessionView";
import { formatBytes, formatCount, formatDuration, formatNumber, MICROS_PER_S, NBSP } from "./format";
import { t, told } from "./text/text";
import type { Clock } from "./time";

export interface Fact {
  name: string;
  value: string;
}

/** How all sessions of a connection go, as a line. */
export function sessionSummary({ sources, troubled, held }: SessionView): string {
  const parts = [
    troubled === 0 ? t("session-in-order") : t("session-troubled", { troubled, count: sources }),
  ];
  if (held > 0) parts.push(t("session-held", { count: held }));
  return parts.join(" · ");
}

/** What a row's findings are, as a line; empty when there are none. */
export function briefs({ findings }: SessionRow): string {
  return findings.map(({ brief }) => told(brief).replaceAll(" ", NBSP)).join(" · ");
}

/** "3, last at 14:32:07" */
function counted(count: number, last: number | null, clock: Clock, now: number): string {
  return last === null
    ? formatCount(count)
    : t("session-counted-last", { count, time: clock.relative(last, now) });
}

function offsetWords(seconds: number): string {
  const amount = `${formatNumber(Math.abs(seconds), 1)}${NBSP}s`;
  return seconds < 0 ? t("session-clock-ahead", { amount }) : t("session-clock-behind", { amount });
}

function rebirthWords({ rebirths_asked, rebirths_answered, rebirth_s }: NodeFacts): string {
  const said = { asked: rebirths_asked, answered: rebirths_answered };
  return rebirth_s === null
    ? t("session-rebirths-value", said)
    : t("session-rebirths-after", { ...said, duration: formatDuration(rebirth_s * MICROS_PER_S) });
}

function nodeFacts(node: NodeFacts, clock: Clock, now: number): Fact[] {
  const storms = counted(node.storms, node.last_storm, clock, now);
  const jumps = { count: node.bd_seq_jumps };
  return [
    { name: t("session-gaps"), value: formatCount(node.gaps) },
    { name: t("session-alias-failures"), value: formatCount(node.alias_failures) },
    {
      name: t("session-storms"),
      value: t("session-storms-value", { storms, births: node.births_last_hour }),
    },
    { name: t("session-rebirths"), value: rebirthWords(node) },
    {
      name: t("session-order"),
      value: t("session-order-value", { later: node.reordered, repeated: node.repeats }),
    },
    {
      name: t("session-waiting"),
      value: t("session-waiting-value", { held: node.held, given: node.given_up }),
    },
    {
      name: t("session-bdseq"),
      value:
        node.bd_seq === null
          ? t("session-bdseq-none", jumps)
          : t("session-bdseq-value", { ...jumps, value: node.bd_seq }),
    },
    { name: t("session-commands"), value: counted(node.commands, node.commanded, clock, now) },
    {
      name: t("session-clock"),
      value: node.clock_offset_s === null ? t("session-clock-unknown") : offsetWords(node.clock_offset_s),
    },
    {
      name: t("session-without-alias"),
      value: t("session-without-alias-value", { count: node.without_alias }),
    },
    {
      name: t("session-messages"),
      value: t("session-messages-value", { count: node.messages, size: formatBytes(node.largest_bytes) }),
    },
    { name: t("session-devices"), value: formatCount(node.devices) },
  ];
}

/** Everything that is counted of a node or device. */
export function sessionFacts(row: SessionRow, clock: Clock, now: number): Fact[] {
  return [
    { name: t("session-births"), value: counted(row.births, row.last_birth, clock, now) },
    { name: t("session-deaths"), value: counted(row.deaths, row.last_death, clock, now) },
    ...(row.node ? nodeFacts(row.node, clock, now) : []),
  ];
}
