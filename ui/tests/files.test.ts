// @vitest-environment happy-dom
/** Export and import: what is asked of the program, what is said of its answers. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { ExportRequest } from "../src/ipc/bindings/ExportRequest";
import type { FileJobView } from "../src/ipc/bindings/FileJobView";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import { fakeBackend } from "../src/ipc/fake";
import { said } from "../src/ipc/fake/said";
import { jobSentence, moreWords, reportLines } from "../src/lib/filewords";
import { sheetColumns } from "../src/lib/sheet";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

const RUNNING: FileJobView = {
  number: 1,
  kind: "export",
  state: "running",
  path: "/exports/a.csv",
  done: 0.25,
  rows: 1_000,
  rows_per_s: 500,
  bytes: 0,
  message: said(""),
  report: null,
  check: null,
};
const REPORT = {
  written: 5,
  present: 0,
  differing: 2,
  repeated: 3,
  expired: 0,
  bad: 130,
  bad_lines: [{ line: 7, why: said("`soon` is no time") }],
  unknown: 1,
  unknown_signals: [{ id: "pump-9/flow", rows: 1 }],
};

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  notices.list = [];
  delete document.documentElement.dataset.ready;
  vi.restoreAllMocks();
});

async function open(change: Partial<Backend>): Promise<void> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  live = new Live({ ...fakeBackend("fault"), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
}

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function shown(id: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull());
  return byId(id) as HTMLElement;
}

describe("export", () => {
  it("asks for what the trend shows, or for the whole asset, and shows how far it is", async () => {
    const startExport = vi.fn(async (_: ExportRequest) => RUNNING);
    const cancelFileJob = vi.fn(async () => {});
    let job: FileJobView | null = null;
    await open({ startExport, cancelFileJob, fileJob: async () => job });
    window.location.hash = "#/asset/pump-2";
    (await shown("trend-export")).click();
    (await shown("export-all")).click();
    (await shown("export-parquet")).click();
    job = RUNNING;
    (await shown("export-start")).click();
    await vi.waitFor(() => expect(startExport).toHaveBeenCalledTimes(1));
    const request = startExport.mock.calls[0]?.[0];
    const asset = live.plant?.assets.find((candidate) => candidate.id === "pump-2");
    expect(request?.signals).toEqual(asset?.signals.map((signal) => signal.key));
    expect(request?.format).toBe("parquet");
    expect((request?.t1 ?? 0) - (request?.t0 ?? 0)).toBeCloseTo(15 * 60 * 1e6, -3);
    expect((await shown("file-job")).textContent).toContain("Exporting to /exports/a.csv");
    expect(document.querySelector("progress")?.value).toBe(0.25);

    (await shown("job-cancel")).click();
    expect(cancelFileJob).toHaveBeenCalledTimes(1);
    job = { ...RUNNING, state: "cancelled" };
    await vi.waitFor(() => expect(byId("file-job")?.dataset.state).toBe("cancelled"));
    expect(byId("file-job")?.textContent).toContain("No file was left");
    (await shown("job-done")).click();
    await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(notices.list).toEqual([]);
    (await shown("trend-export")).click();
    await shown("export-form");
  });

  it("is a table of what is seen: its columns with the units and names that are shown, to the shown instant of the past", async () => {
    const startExport = vi.fn(async (_: ExportRequest) => RUNNING);
    await open({ startExport, fileJob: async () => null });
    live.units.choose("vibration", "in/s");
    await live.reload();
    window.location.hash = "#/asset/pump-2";
    const at = live.instant() - 60e6;
    live.past.go(at);
    await vi.waitFor(() => expect(live.past.shown).toBe(at));
    (await shown("trend-export")).click();
    expect((await shown("export-form")).textContent).toContain("Europe/");
    (await shown("export-stored")).click();
    await tick();
    (await shown("export-start")).click();
    await vi.waitFor(() => expect(startExport).toHaveBeenCalledTimes(1));
    const request = startExport.mock.calls[0]?.[0];
    expect(request).toMatchObject({ format: "sheet", t1: at + 1 });
    const vibration = request?.columns.find(({ unit }) => unit === "in/s");
    expect(vibration).toMatchObject({ name: "Drive-end vibration", add: 0, later: 0 });
    expect(vibration?.factor).toBeCloseTo(1 / 25.4, 12);
    live.units.choose("vibration", null);
    live.past.live();
  });

  it("has what is compared beside each signal, in the units of both", () => {
    const signal = (key: number, name: string, unit: string) => ({ key, name, unit }) as SignalView;
    const named = [
      { signal: signal(1, "Flow", "L/s"), name: "Pump 1 Flow" },
      { signal: signal(2, "Speed", ""), name: "Pump 1 Speed" },
    ];
    const conversion = { from: "m³/h", to: "L/s", factor: 1 / 3.6, add: 0 };
    const knows = {
      signal: (key: number) => (key === 7 ? signal(7, "Flow", "L/s") : undefined),
      conversion: (key: number) => (key === 2 ? undefined : conversion),
    };
    const behind = { pairs: [[1, 7] as const], shift: 0, name: "Pump 2" };
    const columns = sheetColumns(named, behind, knows);
    expect(columns.map(({ signal, name, unit, factor }) => [signal, name, unit, factor])).toEqual([
      [1, "Pump 1 Flow", "L/s", 1 / 3.6],
      [7, "Pump 1 Flow (Pump 2)", "L/s", 1 / 3.6],
      [2, "Pump 1 Speed", "", 1],
    ]);
    const earlier = { pairs: [[2, 2] as const], shift: 5, name: "5 µs earlier" };
    expect(
      sheetColumns(named, earlier, { ...knows, signal: () => named[1]?.signal }).map(({ later }) => later),
    ).toEqual([0, 0, 5]);
  });

  it("says why a second one is refused", async () => {
    const refused = () => Promise.reject({ message: "an import of b.csv is at work" });
    await open({ startExport: refused });
    window.location.hash = "#/asset/pump-2";
    (await shown("trend-export")).click();
    (await shown("export-start")).click();
    await vi.waitFor(() =>
      expect(document.querySelector('dialog [role="alert"]')?.textContent).toContain("b.csv"),
    );
  });

  it("goes on without its dialog and tells its end", async () => {
    let job: FileJobView | null = null;
    await open({
      startExport: async () => {
        job = RUNNING;
        return job;
      },
      fileJob: async () => job,
    });
    window.location.hash = "#/asset/pump-2";
    (await shown("trend-export")).click();
    (await shown("export-start")).click();
    await shown("file-job");
    document.querySelector<HTMLElement>("dialog .primary")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    job = { ...RUNNING, state: "done", rows: 4_000 };
    await vi.waitFor(() => expect(notices.list[0]?.text).toBe("4,000 samples exported to /exports/a.csv"));
  });

  it("tells an end that nobody read to a window that was loaded anew, until its notice is closed", async () => {
    const job: FileJobView = {
      ...RUNNING,
      number: 7,
      state: "failed",
      message: said("there is no room for /exports/a.csv"),
    };
    const putAwayFileJob = vi.fn(async (_: number) => {});
    await open({ fileJob: async () => job, putAwayFileJob });
    expect(notices.list).toMatchObject([{ failed: true, text: job.message.text }]);
    expect([live.fileJob.view, putAwayFileJob.mock.calls]).toEqual([null, []]);
    notices.close(notices.list[0]?.id ?? 0);
    expect(putAwayFileJob).toHaveBeenCalledWith(7);
  });
});

describe("import", () => {
  it("begins in the settings and ends with what became of every line", async () => {
    const startImport = vi.fn(async (path: string) => ({ ...RUNNING, kind: "import" as const, path }));
    const done: FileJobView = { ...RUNNING, kind: "import", state: "done", path: "/b.csv", report: REPORT };
    let job: FileJobView | null = null;
    await open({ startImport, fileJob: async () => job });
    (await shown("nav-settings")).click();
    (await shown("settings-import")).click();
    const path = (await shown("import-path")) as HTMLInputElement;
    expect((byId("import-start") as HTMLButtonElement).disabled).toBe(true);
    path.value = " /b.csv ";
    path.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    job = done;
    byId("import-start")?.click();
    await vi.waitFor(() => expect(startImport).toHaveBeenCalledWith("/b.csv"));
    expect((await shown("import-bad")).textContent).toContain("`soon` is no time");
    expect(byId("import-bad")?.textContent).toContain("and 129 more");
    expect(byId("import-unknown")?.textContent).toContain("pump-9/flow");
    expect(byId("import-counts")?.querySelectorAll("li")).toHaveLength(5);
  });

  it("keeps its summary until it is read, when it ended unseen", async () => {
    let job: FileJobView = { ...RUNNING, kind: "import", path: "/b.csv" };
    await open({ fileJob: async () => job });
    await vi.waitFor(() => expect(live.fileJob.running).toBe(true));
    job = { ...job, state: "failed", message: said("cannot import /b.csv: it is damaged."), report: REPORT };
    await vi.waitFor(() => expect(notices.list).toHaveLength(1));
    const told = notices.list[0]?.text ?? "";
    expect(told).toContain("5 samples written until then stay");
    expect(told).toContain("130 bad lines, 1 sample of unknown signals, 5 samples with another value");
    expect(told).toContain("Settings, Import");
    (await shown("nav-settings")).click();
    (await shown("settings-import")).click();
    expect((await shown("import-bad")).textContent).toContain("`soon` is no time");
    (await shown("job-done")).click();
    await vi.waitFor(() => expect(live.fileJob.view).toBeNull());
  });

  it("goes on being asked about when a question fails", async () => {
    let job: FileJobView = { ...RUNNING, kind: "import", path: "/b.csv" };
    let fails = 0;
    await open({
      fileJob: async () => {
        if (fails > 0) {
          fails -= 1;
          throw { message: "no answer" };
        }
        return job;
      },
    });
    await vi.waitFor(() => expect(live.fileJob.running).toBe(true));
    fails = 1;
    await vi.waitFor(() => expect(fails).toBe(0));
    job = { ...job, state: "done", report: { ...REPORT, bad: 0, unknown: 0, differing: 0, repeated: 0 } };
    await vi.waitFor(() => expect(notices.list[0]?.text).toContain("5 samples imported from /b.csv"));
    expect(notices.list).toHaveLength(1);
  });

  it("that ended unread is shown by a window that was loaded anew, until it is read", async () => {
    let job: FileJobView | null = {
      ...RUNNING,
      number: 3,
      kind: "import",
      path: "/b.csv",
      state: "done",
      report: REPORT,
    };
    const putAwayFileJob = vi.fn(async (_: number) => {
      job = null;
    });
    await open({ fileJob: async () => job, putAwayFileJob });
    expect(notices.list[0]?.text).toContain("5 samples imported from /b.csv");
    notices.close(notices.list[0]?.id ?? 0);
    expect(putAwayFileJob).not.toHaveBeenCalled();
    (await shown("nav-settings")).click();
    (await shown("settings-import")).click();
    expect((await shown("import-bad")).textContent).toContain("`soon` is no time");
    (await shown("job-done")).click();
    await vi.waitFor(() => expect(putAwayFileJob).toHaveBeenCalledWith(3));
    notices.list = [];
    await live.fileJob.find();
    expect([notices.list, live.fileJob.view]).toEqual([[], null]);
  });

  it("is found again by a window that was loaded anew", async () => {
    let job: FileJobView = { ...RUNNING, kind: "import", path: "/b.csv" };
    await open({ fileJob: async () => job });
    job = { ...job, state: "failed", message: said("cannot import /b.csv: the file is damaged") };
    await vi.waitFor(() => expect(notices.list[0]?.failed).toBe(true));
    expect(notices.list[0]?.text).toContain("damaged");
  });
});

describe("words", () => {
  it("say how a job ended", () => {
    expect(jobSentence({ ...RUNNING, state: "done", rows: 1 })).toBe("1 sample exported to /exports/a.csv");
    const cancelled: FileJobView = { ...RUNNING, kind: "import", state: "cancelled", report: REPORT };
    expect(jobSentence(cancelled)).toContain("5 samples written until then stay");
    expect(reportLines(REPORT)).toEqual([
      "5 samples written",
      "2 samples with another value in history: history was left as it is",
      "3 samples with another value on a line before: the first line counts",
      "1 sample of signals that the plant file does not have: left out",
      "130 lines not readable, or not true: left out",
    ]);
    expect(moreWords(3, 3)).toBe("");
  });
});
