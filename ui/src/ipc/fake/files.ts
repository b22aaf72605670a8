/** A played job with a file: it takes two seconds, and an import finds something of everything. */
import type { Backend } from "../backend";
import type { FileJobKind } from "../bindings/FileJobKind";
import type { FileJobView } from "../bindings/FileJobView";
import type { ImportReport } from "../bindings/ImportReport";

const TAKES_MS = 2_000;
const ROWS = 864_000;

const REPORT: ImportReport = {
  written: 863_412,
  present: 431,
  differing: 12,
  repeated: 4,
  expired: 0,
  bad: 3,
  bad_lines: [
    {
      line: 17,
      why: "`22.11.2026 17:56` is no time: write it as 2026-11-22T17:56:11Z, or as a number since 1970 of an instant from 1990 on",
    },
    { line: 40_112, why: "the line has 2 cells, the first line names 8 columns" },
    { line: 40_113, why: "its time lies in the future: look at its unit or zone" },
  ],
  unknown: 142,
  unknown_signals: [{ id: "pump-9/flow", rows: 142 }],
};

type Part = Pick<Backend, "startExport" | "startImport" | "fileJob" | "cancelFileJob">;

export function fakeFiles(): Part {
  let job: FileJobView | null = null;
  let begun = 0;

  const now = (): FileJobView | null => {
    if (job?.state !== "running") return job;
    const seconds = (Date.now() - begun) / 1_000;
    const done = Math.min(1, (seconds * 1_000) / TAKES_MS);
    const rows = Math.round(done * ROWS);
    job = { ...job, done, rows, rows_per_s: rows / Math.max(seconds, 0.1) };
    if (done === 1) job = { ...job, state: "done", report: job.kind === "import" ? REPORT : null };
    return job;
  };
  const start = (kind: FileJobKind, path: string): FileJobView => {
    if (now()?.state === "running") {
      throw { message: `an ${kind} of ${job?.path} is at work: wait for its end, or cancel it` };
    }
    begun = Date.now();
    const number = (job?.number ?? 0) + 1;
    job = {
      number,
      kind,
      state: "running",
      path,
      done: 0,
      rows: 0,
      rows_per_s: 0,
      message: "",
      report: null,
    };
    return job;
  };
  return {
    async startExport({ path, format }) {
      return start("export", `/home/operator/riverside/exports/${path || `history.${format}`}`);
    },
    startImport: async (path) => start("import", path),
    fileJob: async () => now(),
    async cancelFileJob() {
      if (now()?.state === "running" && job) job = { ...job, state: "cancelled" };
    },
  };
}
