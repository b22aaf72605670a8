/** A played job with history: it takes two seconds, and an import finds something of everything. */
import type { Backend } from "../backend";
import type { CheckReport } from "../bindings/CheckReport";
import type { FileJobKind } from "../bindings/FileJobKind";
import type { FileJobView } from "../bindings/FileJobView";
import type { ImportReport } from "../bindings/ImportReport";
import { refused, said, sentence } from "./said";

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
      why: sentence("import-time", { text: "22.11.2026 17:56" }),
    },
    { line: 40_112, why: sentence("import-cells", { cells: 2, columns: 8 }) },
    { line: 40_113, why: sentence("import-future") },
  ],
  unknown: 142,
  unknown_signals: [{ id: "pump-9/flow", rows: 142 }],
};

const CHECK: CheckReport = {
  sound: true,
  lines: [
    sentence("check-looked", { samples: 863_412, chunks: 412, rows: 96, blobs: 38, records: 14 }),
    sentence("check-well"),
  ],
  advice: said(""),
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
      throw refused("refused-busy", {
        what: sentence(`refused-busy-${kind}`, { path: job?.path ?? "" }),
        percent: "40",
      });
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
      message: said(""),
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
