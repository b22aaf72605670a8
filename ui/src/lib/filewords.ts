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
      return job.message;
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
  if (report.unknown > 0) {
    lines.push(`${samples(report.unknown)} of signals that the plant file does not have: left out`);
  }
  if (report.bad > 0) lines.push(`${plural(report.bad, "line", "lines")} not readable: left out`);
  return lines;
}

/** "and 23 more", when a list shows only the first. */
export function moreWords(total: number, shown: number): string {
  return total > shown ? `and ${formatCount(total - shown)} more` : "";
}
