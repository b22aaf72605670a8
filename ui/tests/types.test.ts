// @vitest-environment happy-dom
/** Asset types and their twin models: what is shown, what an import asks, says and leads to. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { originWords, ruleWords } from "../src/lib/typewords";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live | undefined;
afterEach(async () => {
  live?.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  notices.list = [];
  vi.restoreAllMocks();
});

/** A busy machine takes its time. */
const PATIENCE = { timeout: 15_000 };
const waitFor = <T>(look: () => T | Promise<T>) => vi.waitFor(look, PATIENCE);
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function shown(id: string): Promise<HTMLElement> {
  await waitFor(() => expect(byId(id)).not.toBeNull());
  return byId(id) as HTMLElement;
}

async function open(scene: string, change: Partial<Backend> = {}): Promise<Backend> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  const backend = { ...fakeBackend(scene), ...change };
  live = new Live(backend);
  window.location.hash = "#/types";
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await shown("types");
  return backend;
}

async function ask(path: string): Promise<void> {
  byId("model-import")?.click();
  const field = (await shown("model-path")) as HTMLInputElement;
  field.value = path;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
  byId("model-start")?.click();
}

describe("the types", () => {
  it("are listed, each with what its model gives and leaves out", async () => {
    await open("fault");
    const card = await shown("type-card-centrifugal-pump");
    expect(card.textContent).toContain("9 signals, 7 of them in plant.toml");
    expect(card.textContent).toContain("motor.temperature");
    expect(byId("type-left-out")?.textContent).toContain("spectrum");
    byId("type-tank")?.click();
    expect((await shown("type-card-tank")).textContent).toContain("no twin model");
  });

  it("say by file, line, path and rule why a model file cannot be used", async () => {
    await open("edited");
    const faults = await shown("types-faults");
    for (const part of ["models/pump.json, line 12", "/contents/2/unit", "unit-quantity", "Choose a unit"]) {
      expect(faults.textContent).toContain(part);
    }
  });

  it("say what to do when there is none, and why they cannot be read", async () => {
    await open("fault", { models: async () => ({ types: [], faults: [] }) });
    expect((await shown("types-empty")).textContent).toContain("Import a model");
    await end?.();
    live?.stop();
    await open("fault", { models: () => Promise.reject({ message: "the workspace is gone" }) });
    await waitFor(() => expect(byId("types")?.querySelector("[role=alert]")?.textContent).toContain("gone"));
  });
});

describe("an import", () => {
  it("adds a type and shows it", async () => {
    const backend = await open("fault");
    const importModel = vi.spyOn(backend, "importModel");
    await ask(" /home/operator/valve.json ");
    await shown("type-card-valve");
    expect(importModel).toHaveBeenCalledWith("/home/operator/valve.json", null);
    expect(document.querySelector("dialog")).toBeNull();
    expect(notices.list[0]?.text).toContain("models/valve.json");
    expect(document.activeElement?.id).toBe("type-name");
  });

  it("asks which Interface when there are several", async () => {
    const backend = await open("fault");
    const importModel = vi.spyOn(backend, "importModel");
    await ask("several.json");
    const choices = await shown("model-choices");
    expect((byId("model-start") as HTMLButtonElement).disabled).toBe(true);
    choices.querySelector<HTMLElement>('input[value="dtmi:water:Valve;1"]')?.click();
    await tick();
    byId("model-start")?.click();
    await shown("type-card-several");
    expect(importModel).toHaveBeenLastCalledWith("several.json", "dtmi:water:Valve;1");
  });

  it("says what is wrong with the file, and why it could not be tried", async () => {
    await open("fault");
    await ask("broken.json");
    const faults = await shown("model-faults");
    expect(faults.textContent).toContain("broken.json, line 12");
    expect(faults.textContent).toContain("Nothing was written");
    await end?.();
    live?.stop();
    await open("fault", { importModel: () => Promise.reject({ message: "no such file" }) });
    await ask("absent.json");
    await waitFor(() =>
      expect(document.querySelector("dialog [role=alert]")?.textContent).toContain("no such file"),
    );
  });
});

describe("words", () => {
  it("say where signals are described", () => {
    const type = { signals: 2, written: 2, model: null };
    expect(originWords(type)).toBe("2 signals");
  });

  it("say what a mapping rule made", () => {
    const rule = {
      id: "meters",
      connection: "c",
      assets: 4,
      signals: 8,
      first: ["a", "b", "c", "d"],
      left_out: [],
    };
    expect(ruleWords(rule)).toBe("meters made 4 assets with 8 signals: a, b, c and 1 more");
    expect(ruleWords({ ...rule, assets: 2, first: ["a", "b"] })).toBe(
      "meters made 2 assets with 8 signals: a, b",
    );
    expect(ruleWords({ ...rule, assets: 0, signals: 0, first: [] })).toContain("no asset yet");
  });
});
