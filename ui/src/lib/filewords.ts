/** What is said about exports, imports, backups and checks. */
import type { FileJobView } from "../ipc/bindings/FileJobView";
import type { ImportReport } from "../ipc/bindings/ImportReport";
import { formatBytes, formatCount } from "./format";
import { t, told } from "./text/text";

/** How a job ended, or that it is at work. */
export function jobSentence(job: FileJobView): string {
  switch (job.state) {
    case "running":
      return t(`files-running-${job.kind}`, { path: job.path });
    case "failed":
      return failedSentence(job);
    case "cancelled":
      return cancelledSentence(job);
    case "done":
      return doneSentence(job);
  }
}

function cancelledSentence({ kind, report, check }: FileJobView): string {
  if (kind === "import") return t("files-cancelled-import", { count: report?.written ?? 0 });
  if (kind === "check" && check) return t("files-cancelled-check-damage");
  return t(`files-cancelled-${kind}`);
}

function doneSentence({ kind, path, rows, bytes, report, check }: FileJobView): string {
  switch (kind) {
    case "export":
      return t("files-done-export", { count: rows, path });
    case "import":
      return t("files-done-import", { count: report?.written ?? 0, path });
    case "backup":
      return t("files-done-backup", { path, size: formatBytes(bytes) });
    case "check":
      return check?.sound === false ? t("files-done-check-damage") : t("files-done-check");
  }
}

/** Why it failed, and what a failed import has left in history. */
function failedSentence({ kind, report, message: said }: FileJobView): string {
  const message = told(said);
  if (kind !== "import" || !report) return message;
  return t("files-failed-import", { message, count: report.written });
}

/** What of an import needs to be looked at; empty when nothing does. */
export function doubtWords(report: ImportReport | null): string {
  if (!report) return "";
  const parts: string[] = [];
  if (report.bad > 0) parts.push(t("files-doubt-bad", { count: report.bad }));
  if (report.unknown > 0) parts.push(t("files-doubt-unknown", { count: report.unknown }));
  const other = report.differing + report.repeated;
  if (other > 0) parts.push(t("files-doubt-other", { count: other }));
  if (report.expired > 0) parts.push(t("files-doubt-expired", { count: report.expired }));
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
    return t("files-notice-check", { sentence: sentence.replace(/\.$/, "") });
  }
  if (job.kind !== "import") return sentence;
  const doubts = doubtWords(job.report);
  return t("files-notice-import", { sentence: doubts === "" ? sentence : `${sentence} (${doubts})` });
}

/** "1,204,000 samples, 350,000 a second". */
export function progressWords(job: FileJobView): string {
  if (job.kind === "backup") return formatBytes(job.bytes);
  if (job.kind === "check") return t("files-progress-rows", { count: job.rows });
  return t("files-progress-samples", { count: job.rows, rate: formatCount(Math.round(job.rows_per_s)) });
}

/** A line for everything that became of a file's lines; what did not occur is left out. */
export function reportLines(report: ImportReport): string[] {
  const lines = [t("files-line-written", { count: report.written })];
  for (const became of ["present", "differing", "repeated", "expired", "unknown", "bad"] as const) {
    if (report[became] > 0) lines.push(t(`files-line-${became}`, { count: report[became] }));
  }
  return lines;
}

/** "and 23 more", when a list shows only the first. */
export function moreWords(total: number, shown: number): string {
  return total > shown ? t("common-more", { count: total - shown }) : "";
}
