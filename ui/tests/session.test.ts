// @vitest-environment happy-dom
/** The session doctor of a connection: words, and what a person sees of many nodes. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { SessionView } from "../src/ipc/bindings/SessionView";
import { fakeBackend } from "../src/ipc/fake";
import { fakeSession } from "../src/ipc/fake/session";
import { NBSP } from "../src/lib/format";
import { briefs, sessionFacts, sessionSummary } from "../src/lib/sessionwords";
import { Clock } from "../src/lib/time";
import { Live } from "../src/live/live.svelte";

const S = 1_000_000;
const NOW = 1_790_000_000 * S;
const plain = (text: string) => text.replaceAll(NBSP, " ");
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

async function open(change: Partial<Backend>): Promise<void> {
  const live = new Live({ ...fakeBackend("fault"), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  window.location.hash = "#/connections";
  await tick();
}

/** `count` nodes of which the first is dead. */
function many(count: number): SessionView {
  const view = fakeSession(NOW, true);
  const [dead, good] = view.rows;
  if (!dead || !good) throw new Error("the played station has nodes");
  const rows = Array.from({ length: Math.min(count, 200) - 1 }, (_, i) => ({ ...good, id: `G/n${i}` }));
  return { ...view, rows: [dead, ...rows], sources: count };
}

describe("session words", () => {
  it("says how many need a look, and what waits", () => {
    expect(sessionSummary(fakeSession(NOW, false))).toBe("all in order");
    expect(sessionSummary({ ...fakeSession(NOW, true), held: 1 })).toBe(
      "1 of 4 with findings, worst first · 1 message held back until a birth comes",
    );
  });

  it("counts everything of a node, and of a device its births and deaths alone", () => {
    const clock = new Clock("UTC");
    const [dead, , device] = fakeSession(NOW, true).rows;
    if (!dead || !device) throw new Error("the played station has nodes");
    const facts = new Map(sessionFacts(dead, clock, NOW).map(({ name, value }) => [name, plain(value)]));
    expect(plain(briefs(dead))).toBe("offline · 2 rebirth storms · 3 gaps");
    expect(facts.get("Deaths")).toBe(`4, last at ${clock.relative(NOW - 192 * S, NOW)}`);
    expect(facts.get("Gaps")).toBe("3");
    expect(facts.get("Clock")).toBe("0.1 s behind, the way here included");
    expect(facts.get("Rebirths")).toBe("0 asked, 0 answered");
    expect(sessionFacts(device, clock, NOW).map(({ name }) => name)).toEqual(["Births", "Deaths"]);
    const node = {
      ...(dead.node ?? fail()),
      clock_offset_s: null,
      bd_seq: null,
      rebirths_asked: 2,
      rebirth_s: 0.25,
    };
    const bare = new Map(
      sessionFacts({ ...dead, node }, clock, NOW).map(({ name, value }) => [name, plain(value)]),
    );
    expect(bare.get("Clock")).toBe("not known");
    expect(bare.get("bdSeq")).toBe("none, 0 jumps");
    expect(bare.get("Rebirths")).toBe("2 asked, 0 answered, the last after 0.3 s");
  });
});

function fail(): never {
  throw new Error("an edge node has facts");
}

describe("session table", () => {
  it("opens the evidence of a node, with what to do", async () => {
    await open({});
    await vi.waitFor(() => expect(byId("session-row-Riverside/edge-2")).not.toBeNull());
    expect(plain(byId("session-row-Riverside/edge-2")?.textContent ?? "")).toContain(
      "offline · 2 rebirth storms · 3 gaps",
    );
    expect(byId("session-detail-Riverside/edge-2")).toBeNull();
    document.querySelector<HTMLElement>('[aria-label="Details of Riverside/edge-2"]')?.click();
    await vi.waitFor(() =>
      expect(byId("session-detail-Riverside/edge-2")?.textContent).toContain("client id: look into its log"),
    );
  });

  it("shows the first ten of ten thousand, then the worst two hundred, and says how many there are", async () => {
    await open({ sparkplugSession: async () => many(10_000) });
    const rows = () => document.querySelectorAll('[data-testid^="session-row-"]').length;
    await vi.waitFor(() => expect(rows()).toBe(10));
    expect(byId("session-station")?.textContent).toContain("The 200 worst of 10,000");
    byId("session-all")?.click();
    await vi.waitFor(() => expect(rows()).toBe(200));
  });

  it("says why it cannot be shown", async () => {
    await open({ sparkplugSession: () => Promise.reject({ message: "the pipeline has stopped" }) });
    await vi.waitFor(() =>
      expect(byId("session-station")?.textContent).toContain("the pipeline has stopped"),
    );
  });
});
