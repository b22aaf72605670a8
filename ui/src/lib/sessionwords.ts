/** What a Sparkplug session doctor counted, in words. */
import type { NodeFacts } from "../ipc/bindings/NodeFacts";
import type { SessionRow } from "../ipc/bindings/SessionRow";
import type { SessionView } from "../ipc/bindings/SessionView";
import { formatBytes, formatCount, formatDuration, formatNumber, MICROS_PER_S, NBSP, plural } from "./format";
import type { Clock } from "./time";

export interface Fact {
  name: string;
  value: string;
}

/** How all sessions of a connection go, as a line. */
export function sessionSummary({ sources, troubled, held }: SessionView): string {
  const parts = [
    troubled === 0
      ? "all in order"
      : `${formatCount(troubled)} of ${formatCount(sources)} with findings, worst first`,
  ];
  if (held > 0) parts.push(`${plural(held, "message", "messages")} held back until a birth comes`);
  return parts.join(" · ");
}

/** What a row's findings are, as a line; empty when there are none. */
export function briefs({ findings }: SessionRow): string {
  return findings.map(({ brief }) => brief.replaceAll(" ", NBSP)).join(" · ");
}

/** "3, last at 14:32:07" */
function counted(count: number, last: number | null, clock: Clock, now: number): string {
  return last === null ? formatCount(count) : `${formatCount(count)}, last at ${clock.relative(last, now)}`;
}

function offsetWords(seconds: number): string {
  const amount = `${formatNumber(Math.abs(seconds), 1)}${NBSP}s`;
  return seconds < 0 ? `${amount} ahead` : `${amount} behind, the way here included`;
}

function rebirthWords(node: NodeFacts): string {
  const answered = `${formatCount(node.rebirths_asked)} asked, ${formatCount(node.rebirths_answered)} answered`;
  return node.rebirth_s === null
    ? answered
    : `${answered}, the last after ${formatDuration(node.rebirth_s * MICROS_PER_S)}`;
}

function nodeFacts(node: NodeFacts, clock: Clock, now: number): Fact[] {
  const birthHour = `${plural(node.births_last_hour, "birth", "births")} in the hour before the last`;
  return [
    { name: "Gaps", value: formatCount(node.gaps) },
    { name: "Alias failures", value: formatCount(node.alias_failures) },
    { name: "Storms", value: `${counted(node.storms, node.last_storm, clock, now)}; ${birthHour}` },
    { name: "Rebirths", value: rebirthWords(node) },
    {
      name: "Out of order",
      value: `${formatCount(node.reordered)} later than the next, ${formatCount(node.repeats)} repeated`,
    },
    {
      name: "Waiting for a birth",
      value: `${formatCount(node.held)} held now, ${formatCount(node.given_up)} read without`,
    },
    {
      name: "bdSeq",
      value: `${node.bd_seq === null ? "none" : formatCount(node.bd_seq)}, ${plural(node.bd_seq_jumps, "jump", "jumps")}`,
    },
    { name: "Commands of others", value: counted(node.commands, node.commanded, clock, now) },
    { name: "Clock", value: node.clock_offset_s === null ? "not known" : offsetWords(node.clock_offset_s) },
    { name: "Without an alias", value: plural(node.without_alias, "metric", "metrics") },
    {
      name: "Messages",
      value: `${formatCount(node.messages)}, the largest ${formatBytes(node.largest_bytes)}`,
    },
    { name: "Devices", value: formatCount(node.devices) },
  ];
}

/** Everything that is counted of a node or device. */
export function sessionFacts(row: SessionRow, clock: Clock, now: number): Fact[] {
  return [
    { name: "Births", value: counted(row.births, row.last_birth, clock, now) },
    { name: "Deaths", value: counted(row.deaths, row.last_death, clock, now) },
    ...(row.node ? nodeFacts(row.node, clock, now) : []),
  ];
}
