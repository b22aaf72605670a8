/** Everything that is counted as dropped, refused or left out, one line a place and reason. */
import type { ConnectionRow } from "../../ipc/bindings/ConnectionRow";
import type { EvidenceTotal } from "../../ipc/bindings/EvidenceTotal";
import type { HealthView } from "../../ipc/bindings/HealthView";
import { named, t } from "../text/text";

/** What is counted, the gravest first: what is lost for ever, what is kept as evidence, what nobody misses. */
const WHATS = [
  "queue",
  "rate",
  "not-stored",
  "reject",
  "scores",
  "names",
  "frames",
  "notices",
  "skipped",
  "properties",
] as const;

export type What = (typeof WHATS)[number];

export interface DroppedLine {
  id: string;
  what: What;
  /** Id of the connection; empty for the program. */
  connection: string;
  /** Display name of the connection; empty for the program, null for one that is no more. */
  name: string | null;
  /** Since the program was started. */
  count: number;
  /** Since history began; null when that is not counted. */
  ever: number | null;
  /** Of unreadable messages: the short name of the reason. */
  reason: string;
}

export function droppedLines(
  rows: readonly ConnectionRow[],
  totals: readonly EvidenceTotal[],
  program: HealthView | null,
  framesLost: number,
): DroppedLine[] {
  const lines = rows.flatMap(ofConnection);
  for (const { connection, reason, total } of totals) {
    const known = lines.find((line) => line.connection === connection && line.reason === reason);
    if (known) known.ever = Math.max(total, known.count);
    else {
      const name = rows.find(({ form }) => form.id === connection)?.form.name ?? null;
      lines.push({
        ...line("reject", connection, name, 0),
        ever: total,
        reason,
        id: `${connection} ${reason}`,
      });
    }
  }
  if (program) {
    lines.push(
      line("queue", "", null, program.gone_dropped),
      line("reject", "", null, program.gone_rejected),
    );
    lines.push(line("scores", "", "", program.scores_skipped), line("names", "", "", program.names_left_out));
    lines.push(line("notices", "", "", program.notices_left_out));
  }
  lines.push(line("frames", "", "", framesLost));
  return lines.filter(({ count, ever }) => count > 0 || (ever ?? 0) > 0).sort(gravestFirst);
}

function line(what: What, connection: string, name: string | null, count: number): DroppedLine {
  return {
    id: `${connection} ${what} ${name ?? "gone"}`,
    what,
    connection,
    name,
    count,
    ever: null,
    reason: "",
  };
}

function ofConnection(row: ConnectionRow): DroppedLine[] {
  const { id, name } = row.form;
  return [
    line("queue", id, name, row.dropped - row.throttled),
    line("rate", id, name, row.throttled),
    line("not-stored", id, name, row.not_stored),
    line("skipped", id, name, row.skipped),
    line("properties", id, name, row.properties_left_out),
    ...row.rejects.map(({ reason, count }) => ({
      ...line("reject", id, name, count),
      reason,
      ever: count,
      id: `${id} ${reason}`,
    })),
  ];
}

/** Lines keep their places as counts rise: by what is counted, then by names. */
function gravestFirst(a: DroppedLine, b: DroppedLine): number {
  const old = (line: DroppedLine) => (line.count > 0 ? 0 : 1);
  return (
    old(a) - old(b) ||
    WHATS.indexOf(a.what) - WHATS.indexOf(b.what) ||
    (a.name ?? "").localeCompare(b.name ?? "") ||
    a.reason.localeCompare(b.reason)
  );
}

/** What happened, in words. */
export function droppedWords({ what, reason }: DroppedLine): string {
  return what === "reject" && reason !== "" ? rejectWords(reason) : t(`diagnostics-drop-${what}`);
}

/** Why a message could not be read. */
export function rejectWords(reason: string): string {
  return named(`diagnostics-reject-${reason}`, reason);
}

const HELP = {
  size: /^(payload-too-large|too-large|inflate)$/,
  text: /^(utf8|binary|layout|csv|senml)$/,
  json: /^json-/,
  birth: /^sparkplug-(no-birth|no-seq)$/,
  sparkplug: /^sparkplug-/,
  room: /^(topic-limit|source-limit)$/,
  addresses: /^address-limit$/,
  long: /^address-too-long$/,
  stored: /^not-stored$/,
  partly: /^partly-read$/,
} as const;

/** What to do about it. */
export function droppedAdvice({ what, reason }: DroppedLine): string {
  if (what !== "reject") return t(`diagnostics-todo-${what}`);
  const kinds = Object.keys(HELP) as (keyof typeof HELP)[];
  const kind = kinds.find((kind) => HELP[kind].test(reason));
  return t(`diagnostics-help-${kind ?? "sender"}`);
}
