// @vitest-environment happy-dom
/** The first start and the way to another plant: begun, shown, taken back, failed, done. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { OpeningView } from "../src/ipc/bindings/OpeningView";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { Opening } from "../src/live/opening.svelte";

/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

const view = (step: OpeningView["step"], more: Partial<OpeningView> = {}): OpeningView => ({
  number: 1,
  what: "demo",
  step,
  failure: null,
  ...more,
});

describe("the way to another plant", () => {
  function opening(steps: OpeningView[], more: Partial<Backend> = {}) {
    const reload = vi.fn();
    const backend = {
      openDemo: async () => view("plant"),
      opening: async () => (steps.length > 1 ? steps.shift() : steps[0]) ?? null,
      cancelOpening: async () => {},
      ...more,
    };
    return { way: new Opening(backend as unknown as Backend, reload), reload };
  }

  it("is looked at until it is done; then the window is loaded anew", async () => {
    const { way, reload } = opening([view("plant"), view("workspace"), view("done")]);
    await way.demo();
    expect(way.running && way.what === "demo").toBe(true);
    await waitFor(() => expect(way.step).toBe("workspace"));
    expect(reload).not.toHaveBeenCalled();
    await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
    expect(way.running).toBe(false);
  });

  it("says why it failed, and can be begun again", async () => {
    const failure = { text: "the demo plant did not start", sentences: [] };
    const { way, reload } = opening([view("failed", { failure })]);
    await way.demo();
    await waitFor(() => expect(way.failure).toBe("the demo plant did not start"));
    expect(reload).not.toHaveBeenCalled();
    await way.demo();
    expect(way.running).toBe(true);
    way.stop();
  });

  it("that is refused at once says so", async () => {
    const { way } = opening([], {
      openDemo: () => Promise.reject({ message: "another plant is being opened" }),
    });
    await way.demo();
    expect(way.failure).toBe("another plant is being opened");
    expect(way.running).toBe(false);
  });
});

describe("in the window", () => {
  let end: (() => Promise<void>) | undefined;
  beforeEach(() => sessionStorage.clear());
  afterEach(async () => {
    await end?.();
    document.body.replaceChildren();
    window.location.hash = "";
    sessionStorage.clear();
  });

  async function open(scene: string): Promise<void> {
    const live = new Live(fakeBackend(scene));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
  }
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

  it("the first start offers the demo, a broker and a folder; the demo shows its steps and can be taken back", async () => {
    await open("empty");
    await waitFor(() => expect(byId("first-demo")).not.toBeNull());
    byId("first-demo")?.click();
    await waitFor(() => expect(byId("opening")?.textContent).toContain("Starting plant and broker"));
    expect((byId("folder-path") as HTMLInputElement).disabled).toBe(true);
    byId("opening-cancel")?.click();
    await waitFor(() => expect(byId("opening")?.textContent).toContain("Nothing was changed"));
  });

  it("a folder without a plant is told, and an empty one is made on a word", async () => {
    await open("empty");
    const field = byId("folder-path") as HTMLInputElement;
    field.value = "/srv/empty";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    byId("folder-open")?.click();
    await waitFor(() => expect(byId("opening-failure")?.textContent).toContain("no plant.toml"));
    byId("folder-make")?.click();
    await tick();
    byId("folder-open")?.click();
    await waitFor(() => expect(byId("opening-cancel")).not.toBeNull());
    byId("opening-cancel")?.click();
  });

  it("a demo plant is framed as one on every screen, and only there", async () => {
    await open("demo");
    for (const screen of ["overview", "trend", "alarms", "process", "connections"]) {
      window.location.hash = `#/${screen}`;
      await tick();
      expect(byId("demo-mark")?.textContent).toBe("DEMO");
    }
    byId("demo-mark")?.click();
    await waitFor(() => expect(byId("demo-leave")).not.toBeNull());
    await end?.();
    end = undefined;
    document.body.replaceChildren();
    await open("fault");
    expect(byId("demo-mark")).toBeNull();
  });
});
