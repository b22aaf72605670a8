/** A played job with history: it takes two seconds, and an import finds something of everything. */
import type { Backend } from "../backend";
import type { CheckReport } from "../bindings/CheckReport";
import type { FileJobKind } from "../bindings/FileJobKind";
import type { FileJobView } from "../bindings/FileJobView";
import type { ImportReport } from "../bindings/ImportReport";

const TAKES_MS = 2_000;
const ROWS = 864_000;
const BYTES = 184_000_000;
const DIR = "/home/operator/riverside";

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

const CHECK: CheckReport = {
  sound: true,
  lines: [
    "Looked at 863412 samples in 412 chunks and 96 journal rows, 38 other blobs and 14 audit records.",
    "All is well.",
  ],
  advice: "",
  command: "",
};

type Part = Pick<
  Backend,
  | "startExport"
  | "startImport"
  | "startBackup"
  | "startCheck"
  | "keeping"
  | "fileJob"
  | "cancelFileJob"
  | "putAwayFileJob"
>;

export function fakeFiles(): Part {
  let job: FileJobView | null = null;
  let begun = 0;
  /** The number of the last job whose end was read. */
  let read = 0;

  const now = (): FileJobView | null => {
    if (job?.state !== "running") return job;
    const seconds = (Date.now() - begun) / 1_000;
    const done = Math.min(1, (seconds * 1_000) / TAKES_MS);
    const rows = Math.round(done * ROWS);
    const bytes = job.kind === "backup" ? Math.round(done * BYTES) : 0;
    job = { ...job, done, rows, bytes, rows_per_s: rows / Math.max(seconds, 0.1) };
    const report = job.kind === "import" ? REPORT : null;
    const check = job.kind === "check" ? CHECK : null;
    if (done === 1) job = { ...job, state: "done", report, check };
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
      bytes: 0,
      message: "",
      report: null,
      check: null,
    };
    return job;
  };
  return {
    async startExport({ path, format }) {
      return start("export", `${DIR}/exports/${path || `history.${format}`}`);
    },
    startImport: async (path) => start("import", path),
    startBackup: async (path) => start("backup", path || `${DIR}/backups/20261122T193000Z`),
    startCheck: async () => start("check", DIR),
    keeping: async () => ({
      backups: `${DIR}/backups`,
      restore: `twinscope-headless --workspace ${DIR} restore`,
      repair: `twinscope-headless --workspace ${DIR} repair`,
    }),
    fileJob: async () => (now()?.number === read ? null : job),
    async cancelFileJob() {
      if (now()?.state === "running" && job) job = { ...job, state: "cancelled" };
    },
    async putAwayFileJob(number) {
      if (now()?.state !== "running") read = number;
    },
  };
}
