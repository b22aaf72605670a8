// @vitest-environment happy-dom
/** Backup and check of history: what is asked of the program, what is said of its answers, what needs it closed. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { FileJobView } from "../src/ipc/bindings/FileJobView";
import { fakeBackend } from "../src/ipc/fake";
import { said, sentence } from "../src/ipc/fake/said";
import { jobSentence, progressWords } from "../src/lib/filewords";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

const BACKUP: FileJobView = {
  number: 1,
  kind: "backup",
  state: "running",
  path: "/ws/backups/a",
  done: 0.5,
  rows: 0,
  rows_per_s: 0,
  bytes: 2_000_000,
  message: said(""),
  report: null,
  check: null,
};
const CHECK: FileJobView = { ...BACKUP, kind: "check", path: "/ws", rows: 40, bytes: 0 };
const DAMAGE = {
  sound: false,
  lines: [
    said("Looked at 5 samples."),
    said("1 fault was found."),
    said("telemetry.db: chunk 7 cannot be read"),
  ],
  advice: said("Close Twinscope, then run the command"),
  command: "twinscope-headless --workspace /ws repair",
};

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  notices.list = [];
  delete document.documentElement.dataset.ready;
  vi.restoreAllMocks();
});

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function shown(id: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull());
  return byId(id) as HTMLElement;
}

/** Opens the window and its settings. */
async function settings(change: Partial<Backend>): Promise<void> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  live = new Live({ ...fakeBackend("fault"), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  (await shown("nav-settings")).click();
}

describe("the settings", () => {
  it("tell the size, what was removed last, and the commands that need history closed", async () => {
    const keeping = {
      backups: "/ws/backups",
      restore: "twinscope-headless --workspace /ws restore",
      repair: "twinscope-headless --workspace /ws repair",
    };
    await settings({ keeping: async () => keeping });
    expect((await shown("settings-restore")).textContent).toBe(`${keeping.restore} NAME`);
    expect(byId("settings-repair")?.textContent).toBe(keeping.repair);
    expect(byId("settings-history")?.textContent).toContain("Quit Twinscope");
    await vi.waitFor(() => expect(live.counters).not.toBeNull());
    const removed = sentence("removed-what", { what: sentence("removed-samples", { count: 5 }) });
    if (live.counters) live.counters = { ...live.counters, retention: removed };
    await tick();
    expect((await shown("settings-size")).textContent).toContain("MB");
    expect(byId("settings-retention")?.textContent).toBe("Removed from history: 5 samples.");
  });

  it("say why the commands are not known", async () => {
    await settings({ keeping: () => Promise.reject({ message: "the workspace cannot be read" }) });
    await vi.waitFor(() =>
      expect(document.querySelector('dialog [role="alert"]')?.textContent).toContain("cannot be read"),
    );
  });
});

describe("a backup", () => {
  it("goes where a person says, shows how far it is, and tells place and size", async () => {
    const startBackup = vi.fn(async (_: string) => BACKUP);
    let job: FileJobView | null = null;
    await settings({ startBackup, fileJob: async () => job });
    (await shown("settings-backup")).click();
    const path = (await shown("backup-path")) as HTMLInputElement;
    path.value = " a ";
    path.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    job = BACKUP;
    byId("backup-start")?.click();
    await vi.waitFor(() => expect(startBackup).toHaveBeenCalledWith("a"));
    expect((await shown("file-job")).textContent).toContain("Copying history to /ws/backups/a");
    expect(document.querySelector("progress")?.value).toBe(0.5);
    job = { ...BACKUP, state: "done", done: 1, bytes: 4_000_000 };
    await vi.waitFor(() => expect(byId("file-job")?.dataset.state).toBe("done"));
    expect(byId("file-job")?.textContent).toMatch(/copied to \/ws\/backups\/a \(4(\.0)?\sMB\)/);
  });

  it("is cancelled, and a second job refused in the program's words", async () => {
    const cancelFileJob = vi.fn(async () => {});
    let job: FileJobView | null = null;
    let refuses = true;
    const startBackup = async () => {
      if (refuses) throw { message: "a check of /ws is at work (5 % done): wait for its end, or cancel it" };
      job = BACKUP;
      return BACKUP;
    };
    await settings({ startBackup, cancelFileJob, fileJob: async () => job });
    (await shown("settings-backup")).click();
    (await shown("backup-start")).click();
    await vi.waitFor(() =>
      expect(document.querySelector('dialog [role="alert"]')?.textContent).toContain("a check of /ws"),
    );
    refuses = false;
    byId("backup-start")?.click();
    (await shown("job-cancel")).click();
    expect(cancelFileJob).toHaveBeenCalledTimes(1);
    job = { ...BACKUP, state: "cancelled" };
    await vi.waitFor(() => expect(byId("file-job")?.dataset.state).toBe("cancelled"));
    expect(byId("file-job")?.textContent).toContain("Nothing of it was left");
  });
});

describe("a check", () => {
  it("shows the report, and the command that repairs", async () => {
    let job: FileJobView | null = null;
    const startCheck = vi.fn(async () => CHECK);
    await settings({ startCheck, fileJob: async () => job });
    (await shown("settings-check")).click();
    job = { ...CHECK, state: "done", check: DAMAGE };
    (await shown("check-start")).click();
    const lines = await shown("check-lines");
    expect([...lines.querySelectorAll("li")].map((line) => line.textContent)).toEqual(
      DAMAGE.lines.map(({ text }) => text),
    );
    expect(byId("check-command")?.textContent).toBe(DAMAGE.command);
    expect(byId("file-job")?.textContent).toContain("Damage was found");
    byId("job-done")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    expect(live.fileJob.view).toBeNull();
  });

  it("tells damage as something that failed when its dialog is closed", async () => {
    let job: FileJobView | null = null;
    const startCheck = async () => {
      job = CHECK;
      return CHECK;
    };
    await settings({ startCheck, fileJob: async () => job });
    (await shown("settings-check")).click();
    (await shown("check-start")).click();
    await shown("file-job");
    document.querySelector<HTMLElement>("dialog .primary")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog")).toBeNull());
    job = { ...CHECK, state: "done", check: DAMAGE };
    await vi.waitFor(() => expect(notices.list[0]?.failed).toBe(true));
    expect(notices.list[0]?.text).toContain("Settings, Check");
    (await shown("nav-settings")).click();
    (await shown("settings-check")).click();
    expect((await shown("check-command")).textContent).toBe(DAMAGE.command);
  });
});

describe("words", () => {
  it("say how far a job is and how it ended", () => {
    expect(progressWords(CHECK)).toBe("40 rows of the databases");
    expect(progressWords(BACKUP)).toMatch(/^2(\.0)?\sMB$/);
    const sound = { sound: true, lines: [], advice: said(""), command: "" };
    expect(jobSentence({ ...CHECK, state: "done", check: sound })).toBe("The history is sound");
    expect(jobSentence({ ...CHECK, state: "cancelled" })).toBe("The check was cancelled.");
    expect(jobSentence({ ...CHECK, state: "cancelled", check: DAMAGE })).toContain("Damage was found");
    expect(jobSentence({ ...BACKUP, state: "failed", message: said("no room") })).toBe("no room");
  });
});
