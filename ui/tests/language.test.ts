// @vitest-environment happy-dom
/** The language of the window: the system's until one is chosen, and everything follows it at once. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { errorMessage } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { said, sentence } from "../src/ipc/fake/said";
import { formatCount, formatNumber } from "../src/lib/format";
import { securityWords } from "../src/lib/linkwords";
import { localeOf, systemLanguage } from "../src/lib/locale";
import { reasonNamed } from "../src/lib/quality";
import { ownWords, t, told } from "../src/lib/text/text";
import { Clock } from "../src/lib/time";
import { windowLanguage } from "../src/live/language.svelte";
import { Live } from "../src/live/live.svelte";
import { theme } from "../src/live/theme.svelte";

let end: (() => Promise<void>) | undefined;
beforeEach(() => {
  localStorage.clear();
  windowLanguage.start();
});
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  windowLanguage.choose("system");
  vi.restoreAllMocks();
});

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

describe("the system's language", () => {
  it("is the first that the window speaks, and English where none is", () => {
    expect(systemLanguage(["de-AT", "en-US"])).toBe("de");
    expect(systemLanguage(["fr-FR", "de"])).toBe("de");
    expect(systemLanguage(["DE_de.UTF-8"])).toBe("de");
    for (const none of [["C"], ["POSIX"], [""], [], ["fr"], ["den"], ["not a tag"]])
      expect(systemLanguage(none)).toBe("en");
  });

  it("brings the numbers of the person's country, else of the language", () => {
    expect(localeOf("de", ["de-CH"])).toBe("de-CH");
    expect(localeOf("en", ["en-US"])).toBe("en-US");
    expect(localeOf("de", ["en-US"])).toBe("de-DE");
    for (const reported of [["C"], ["en_US.UTF-8"], [""], ["fr-FR"], []])
      expect(localeOf("en", reported)).toBe("en-GB");
  });
});

describe("a chosen language", () => {
  it("is spoken, with its numbers, days and marks", () => {
    const clock = new Clock("Europe/Berlin");
    const march = Date.UTC(2026, 2, 3, 12) * 1000;
    windowLanguage.choose("en");
    expect([formatNumber(1234.5, 1), clock.day(march)]).toEqual(["1,234.5", "Mar 3"]);
    windowLanguage.choose("de");
    expect([formatNumber(1234.5, 1), clock.day(march)]).toEqual(["1.234,5", "3. März"]);
    expect(document.documentElement.lang).toBe("de");
    expect(t("settings-title")).toBe("Einstellungen");
    // A number in a text is written like one beside it, and without marks of direction.
    expect(t("settings-file-warnings", { count: 1 })).toBe("1 Hinweis verdient einen Blick");
    expect(t("settings-file-warnings", { count: 12345 })).toBe(
      `${formatCount(12345)} Hinweise verdienen einen Blick`,
    );
  });

  it("survives a restart, and is forgotten for the system's", () => {
    windowLanguage.choose("de");
    windowLanguage.start();
    expect(windowLanguage.choice).toBe("de");
    windowLanguage.choose("system");
    windowLanguage.start();
    expect(windowLanguage.choice).toBe("system");
    localStorage.setItem("twinscope.language", "tlh");
    windowLanguage.start();
    expect(windowLanguage.name).toBe("en");
  });

  it("is spoken by an open window without a reload", async () => {
    vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
    theme.start();
    const backend = fakeBackend("normal");
    const live = new Live(backend);
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
    byId("nav-settings")?.click();
    await vi.waitFor(() => expect(document.querySelector("dialog h2")?.textContent).toBe("Settings"));
    byId("settings-language-de")?.click();
    await tick();
    expect(document.querySelector("dialog h2")?.textContent).toBe("Einstellungen");
    expect(byId("settings-language-system")?.parentElement?.textContent?.trim()).toBe(
      "Wie das System (English)",
    );
    // The program says outside the window what is spoken in it, and keeps what else is set.
    await vi.waitFor(async () =>
      expect(await backend.settings()).toEqual({ on_close: "ask", language: "de" }),
    );
  });
});

describe("what the program says", () => {
  it("is in the window's language where the catalogue has it, else in its own words", () => {
    const lost = said("Pump: 3 lost", "condition-lost", { lost: 3 });
    const both = {
      text: "3 were lost. Disk full.",
      sentences: [...lost.sentences, ...said("Disk full.").sentences],
    };
    expect(told(both)).toBe("3 were lost. Disk full.");
    windowLanguage.choose("de");
    expect(told(both)).toBe("3 gingen verloren, weil der Speicher dafür voll ist. Disk full.");
    expect(told(said("Disk full.", "not-there"))).toBe("Disk full.");
  });

  it("is in that language within a sentence too", () => {
    const what = sentence("step-broker-certificate", { subject: "CN=b" });
    const ends = sentence("step-ends", { days: 1, what, day: "2026-12-24" });
    expect(ends.text).toBe("the broker's certificate (CN=b) ends in 1 day, on 2026-12-24");
    expect(told(ends)).toBe(ends.text);
    windowLanguage.choose("de");
    expect(told(ends)).toBe("Läuft in 1 Tag ab, am 2026-12-24: das Zertifikat des Brokers (CN=b)");
  });

  it("is so for errors too, whatever was thrown", () => {
    windowLanguage.choose("de");
    const stopped = said("the pipeline has stopped", "error-stopped");
    expect(errorMessage({ message: stopped.text, sentences: stopped.sentences })).toMatch(
      /^Die Verarbeitung/,
    );
    expect(errorMessage({ message: "port 0" })).toBe("port 0");
    expect(errorMessage(undefined)).toMatch(/^Etwas ist schiefgegangen/);
  });

  it("keeps its own words where a kind says less", () => {
    const reason = said("broker.example refused the connection", "down-refused");
    expect(ownWords(reason)).toBe("");
    windowLanguage.choose("de");
    expect(told(reason)).toBe("Die Verbindung wurde abgelehnt: Auf diesem Port lauscht nichts.");
    expect(ownWords(reason)).toBe("broker.example refused the connection");
    // The same in both languages: nothing is left to be said.
    expect(ownWords(sentence("connect-host"))).toBe("");
    expect(securityWords('TLS 1.3, client certificate, checked against the name "b"')).toBe(
      "TLS 1.3, Client-Zertifikat, geprüft auf den Namen „b“",
    );
    expect(reasonNamed("frozen")).toBe("eingefroren");
    expect(reasonNamed("NDEATH")).toBe("NDEATH");
  });
});
