// @vitest-environment happy-dom
/** What the program refuses is said in the language of the window, whoever asked. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { errorMessage } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { refused, sentence } from "../src/ipc/fake/said";
import { windowLanguage } from "../src/live/language.svelte";
import { Live } from "../src/live/live.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live | undefined;
beforeEach(() => {
  localStorage.clear();
  windowLanguage.start();
  windowLanguage.choose("de");
});
afterEach(async () => {
  live?.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  windowLanguage.choose("system");
  vi.restoreAllMocks();
});

/** A busy machine takes its time. */
const PATIENCE = { timeout: 15_000 };
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

async function shown(id: string): Promise<HTMLElement> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull(), PATIENCE);
  return byId(id) as HTMLElement;
}

async function told(asked: Promise<unknown>): Promise<string> {
  return errorMessage(await asked.then(() => undefined).catch((error: unknown) => error));
}

describe("a refused request", () => {
  it("is shown in German where it was made", async () => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
    live = new Live(fakeBackend("empty"));
    window.location.hash = "#/process";
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    (await shown("picture-import")).click();
    const path = (await shown("picture-path")) as HTMLInputElement;
    path.value = "/home/operator/plan.png";
    path.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    byId("picture-bring")?.click();
    await vi.waitFor(
      () =>
        expect(document.querySelector("dialog [role=alert]")?.textContent).toBe(
          "„plan.png“ ist kein Name eines Bildes: Es muss ein bloßer Dateiname sein, der auf .svg endet.",
        ),
      PATIENCE,
    );
  });

  it("speaks German down to the words within its words", async () => {
    const backend = fakeBackend("normal");
    expect(await told(backend.look(99))).toBe(
      "Nicht gefunden: Abfrage „99“ (vielleicht eben entfernt): bitte aktualisieren und erneut versuchen",
    );
    expect(await told(backend.layout("none"))).toMatch(/^Lesen nicht möglich: .*: „No such file/);
    const full = refused("refused-password-left", {
      id: "a",
      error: sentence("error-file", {
        action: sentence("error-doing-write"),
        path: "/ws/a.password",
        source: "No space left on device (os error 28)",
      }),
    });
    expect(errorMessage(full)).toMatch(/noch gespeichert: Schreiben nicht möglich: .*„No space left/);
    windowLanguage.choose("en");
    expect(errorMessage(full)).toMatch(/still stored: cannot write \/ws\/a\.password: No space left/);
  });
});
