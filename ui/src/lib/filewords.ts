/** What is said about exports and imports. */
import type { FileJobView } from "../ipc/bindings/FileJobView";
import type { ImportReport } from "../ipc/bindings/ImportReport";
import { formatCount, plural } from "./format";

const samples = (count: number) => plural(count, "sample", "samples");

/** How a job ended, or that it is at work. */
export function jobSentence(job: FileJobView): string {
  const exporting = job.kind === "export";
  switch (job.state) {
    case "running":
      return exporting ? `Exporting to ${job.path}` : `Importing ${job.path}`;
    case "failed":
      return job.message;
    case "cancelled":
      return exporting
        ? "The export was cancelled. No file was left."
        : `The import was cancelled. ${samples(job.report?.written ?? 0)} written until then stay; importing the file again is harmless.`;
    case "done":
      return exporting
        ? `${samples(job.rows)} exported to ${job.path}`
        : `${samples(job.report?.written ?? 0)} imported from ${job.path}`;
  }
}

/** "1,204,000 samples, 350,000 a second". */
export function progressWords(job: FileJobView): string {
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
