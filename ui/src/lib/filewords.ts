/** What is said about exports, imports, backups and checks. */
import type { FileJobView } from "../ipc/bindings/FileJobView";
import type { ImportReport } from "../ipc/bindings/ImportReport";
import { formatBytes, formatCount, plural } from "./format";

const samples = (count: number) => plural(count, "sample", "samples");

/** How a job ended, or that it is at work. */
export function jobSentence(job: FileJobView): string {
  switch (job.state) {
    case "running":
      return runningSentence(job);
    case "failed":
      return job.message + failedWords(job);
    case "cancelled":
      return cancelledSentence(job);
    case "done":
      return doneSentence(job);
  }
}

function runningSentence({ kind, path }: FileJobView): string {
  switch (kind) {
    case "export":
      return `Exporting to ${path}`;
    case "import":
      return `Importing ${path}`;
    case "backup":
      return `Copying history to ${path}`;
    case "check":
      return `Looking through the history in ${path}`;
  }
}

function cancelledSentence({ kind, report, check }: FileJobView): string {
  switch (kind) {
    case "export":
      return "The export was cancelled. No file was left.";
    case "import":
      return `The import was cancelled. ${samples(report?.written ?? 0)} written until then stay; importing the file again is harmless.`;
    case "backup":
      return "The backup was cancelled. Nothing of it was left.";
    case "check":
      return check ? "The check was cancelled. Damage was found before." : "The check was cancelled.";
  }
}

function doneSentence({ kind, path, rows, bytes, report, check }: FileJobView): string {
  switch (kind) {
    case "export":
      return `${samples(rows)} exported to ${path}`;
    case "import":
      return `${samples(report?.written ?? 0)} imported from ${path}`;
    case "backup":
      return `History was copied to ${path} (${formatBytes(bytes)})`;
    case "check":
      return check?.sound === false ? "Damage was found in the history" : "The history is sound";
  }
}

/** What a failed import has left in history. */
function failedWords({ kind, report }: FileJobView): string {
  if (kind !== "import" || !report) return "";
  return ` ${samples(report.written)} written until then ${report.written === 1 ? "stays" : "stay"}.`;
}

/** What of an import needs to be looked at; empty when nothing does. */
export function doubtWords(report: ImportReport | null): string {
  if (!report) return "";
  const parts: string[] = [];
  if (report.bad > 0) parts.push(plural(report.bad, "bad line", "bad lines"));
  if (report.unknown > 0) parts.push(`${samples(report.unknown)} of unknown signals`);
  const other = report.differing + report.repeated;
  if (other > 0) parts.push(`${samples(other)} with another value`);
  if (report.expired > 0) parts.push(`${samples(report.expired)} too old to be kept`);
  return parts.join(", ");
}

/** Whether there is more to its end than a notice can say. */
export function hasSummary({ kind, report, check }: FileJobView): boolean {
  return (kind === "import" && report !== null) || check?.sound === false;
}

/** The end of a job that nobody watched; it leads to the summary where there is one. */
export function endNotice(job: FileJobView): string {
  const sentence = jobSentence(job);
  if (job.check?.sound === false) {
    return `${sentence.replace(/\.$/, "")}. What it is, and what to do: Settings, Check.`;
  }
  if (job.kind !== "import") return sentence;
  const doubts = doubtWords(job.report);
  const counts = doubts === "" ? "" : ` (${doubts})`;
  return `${sentence}${counts}. What became of every line: Settings, Import.`;
}

/** "1,204,000 samples, 350,000 a second". */
export function progressWords(job: FileJobView): string {
  if (job.kind === "backup") return formatBytes(job.bytes);
  if (job.kind === "check") return plural(job.rows, "row of the databases", "rows of the databases");
  return `${samples(job.rows)}, ${formatCount(Math.round(job.rows_per_s))} a second`;
}

/** A line for everything that became of a file's lines; what did not occur is left out. */
export function reportLines(report: ImportReport): string[] {
  const lines = [`${samples(report.written)} written`];
  if (report.present > 0) lines.push(`${samples(report.present)} already there`);
  if (report.differing > 0) {
    lines.push(`${samples(report.differing)} with another value in history: history was left as it is`);
  }
  if (report.repeated > 0) {
    lines.push(`${samples(report.repeated)} with another value on a line before: the first line counts`);
  }
  if (report.expired > 0) {
    lines.push(
      `${samples(report.expired)} older than their signals are kept for: retention will remove them`,
    );
  }
  if (report.unknown > 0) {
    lines.push(`${samples(report.unknown)} of signals that the plant file does not have: left out`);
  }
  if (report.bad > 0)
    lines.push(`${plural(report.bad, "line", "lines")} not readable, or not true: left out`);
  return lines;
}

/** "and 23 more", when a list shows only the first. */
export function moreWords(total: number, shown: number): string {
  return total > shown ? `and ${formatCount(total - shown)} more` : "";
}
