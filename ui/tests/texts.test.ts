/** The catalogue of texts: complete, used, and the only place where texts for people are written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCatalogue } from "../scripts/catalogue.mjs";
import { literalsOf } from "./literals";
import { UNCONVERTED } from "./unconverted";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const RUST = fileURLToPath(new URL("../../src-tauri", import.meta.url));
const { languages, faults } = readCatalogue();

function sources(folder: string, ending: RegExp): { name: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name) && !/bindings|(^|\/)gen\/|^target\//.test(name))
    .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(join(folder, name), "utf8") }));
}

/** Without tests and examples; what is only compiled for tests may stand among the rest. */
const TESTS = /^#\[cfg\((?:all\()?test\b.*\n(?:#\[.*\n)*mod \w+ \{/m;
const spokenPart = (text: string) => (text.split(TESTS)[0] ?? "").replaceAll(/^\s*\/\/\/.*$/gm, "");

const files = sources(SRC, /\.(ts|svelte)$/);

describe("catalogue", () => {
  it("has every text in both languages, with the same values, each in the file that it is named after", () => {
    expect(Object.keys(languages)).toEqual(["de", "en"]);
    expect(languages.en?.size).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  });

  it("finds what is wrong", () => {
    const wrong = readCatalogue(fileURLToPath(new URL("wrong-locales", import.meta.url))).faults.join("\n");
    for (const fault of [
      "en/a.ftl: other-id: begins with the name of its file",
      "a-only-en is missing",
      "a-values: de uses (one), en (two)",
      "en/a.ftl: a-twice: is there twice",
      "there is no term -nothing",
      "en/a.ftl: a-broken = {",
    ]) {
      expect(wrong).toContain(fault);
    }
  });

  const rust = sources(RUST, /\.rs$/);

  it("says in English what the program says", () => {
    // said!("id", "words {name}", …) or said!("id", "one {name}" | "many {names}", …): a backslash at the end of a line
    // joins it to the next.
    const literal = String.raw`"((?:[^"\\]|\\[\s\S])*)"`;
    const sentence = String.raw`\bsaid!\(\s*"([a-z][a-z0-9]*-[a-z0-9-]+)",\s*${literal}(?:\s*\|\s*${literal})?`;
    const said = rust.flatMap(({ text }) => [...spokenPart(text).matchAll(new RegExp(sentence, "g"))]);
    expect(said.length).toBeGreaterThan(20);
    const plain = (words: string) =>
      words
        .replaceAll(/\\\n\s*/g, "")
        .replaceAll('\\"', '"')
        .replaceAll(/\{(\w+)\}/g, "{ $$$1 }");
    for (const [, id = "", words = "", many] of said) {
      const both = many === undefined ? plain(words) : `${plain(words)} | ${plain(many)}`;
      expect(`${id}: ${languages.en?.get(id)?.text}`).toBe(`${id}: ${both}`);
    }
  });

  const spoken = rust
    .filter(({ name }) => !/(^|\/)tests?(\/|\.rs$)/.test(name))
    .map(({ name, text }) => ({ name, text: spokenPart(text) }));
  const without = (pattern: RegExp, allowed: RegExp) =>
    spoken.flatMap(({ name, text }) =>
      [...text.matchAll(pattern)]
        .filter(([, said = ""]) => !allowed.test(said))
        .map(([, said]) => `${name}: ${said}`),
    );

  it("has words for whatever the program refuses", () => {
    const refused = /Error::Request\(\s*(.*)/g;
    expect(spoken.flatMap(({ text }) => [...text.matchAll(refused)]).length).toBeGreaterThan(60);
    // A sentence with an id, or that of another error.
    expect(without(refused, /^(said!\(|(error\.)?said\b|why\))/)).toEqual([]);
    expect("Error::Request(format!(".replace(refused, "$1")).not.toMatch(/^said/);
  });

  it("is not passed by: words without an id are those of others", () => {
    // Names, values and what a library says come as variables; a text in the source is ours.
    expect(without(/Said::from\(\s*(.*)/g, /^(?!format!|"[^"]*\p{L} \p{L})/u)).toEqual([]);
  });

  /** Ids that the program makes of the names of a kind. */
  const kinds = (["Down", "Risk"] as const).flatMap((name) => {
    const [, body = ""] =
      rust.map(({ text }) => new RegExp(`pub enum ${name}Kind \\{([^}]*)\\}`).exec(text)).find(Boolean) ?? [];
    return [...body.matchAll(/^\s*([A-Z]\w+),$/gm)].map(([, kind = ""]) =>
      `${name}${kind}`.replaceAll(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase(),
    );
  });

  it("has words for every kind of reason and risk of a connection, and for what to do", () => {
    expect(kinds.length).toBeGreaterThan(30);
    const missing = kinds.flatMap((kind) => [kind, `${kind}-advice`]).filter((id) => !languages.en?.has(id));
    expect(missing).toEqual([]);
  });

  it("has words for every rule of a modelling language", () => {
    const rules = rust.flatMap(({ text }) => [...text.matchAll(/\("([a-z-]+)", Rule::\w+\)/g)]);
    expect(rules.length).toBeGreaterThan(60);
    expect(rules.map(([, rule]) => `rule-${rule}`).filter((id) => !languages.en?.has(id))).toEqual([]);
  });

  it("has no text that nothing shows", () => {
    const all = [...files, ...rust].map(({ text }) => text).join("\n");
    // Ids are written in full, or with a part that is one of several words.
    const made = [...all.matchAll(/`([a-z][a-z0-9-]*-(?:\$\{[^}`]+\}[a-z0-9-]*)+)`/g)].map(
      ([, pattern = ""]) => new RegExp(`^${pattern.replaceAll(/\$\{[^}]+\}/g, "[a-z0-9-]+")}$`),
    );
    const unused = [...(languages.en?.keys() ?? [])].filter(
      (id) =>
        !all.includes(`"${id}"`) &&
        !made.some((pattern) => pattern.test(id)) &&
        !kinds.includes(id.replace(/-advice$/, "")),
    );
    expect(unused).toEqual([]);
  });
});

describe("texts in sources", () => {
  it("are found", () => {
    const source = `<script lang="ts">
      import { a } from "./Some where";
      const KEYS = ["Enter", "a-b"];
      const words = { up: "Connected", down: "not there yet" };
      if (key === "Some key") throw new Error("No such element.");
      const page = \`Page \${n} of \${m}\`;
    </script>
    <p class="small dim" aria-label="Name" data-testid={\`row-\${id}\`}>{n} assets {ok ? "Yes" : t("some-id")}</p>
    <Dialog title="Close" {ok} look="primary" />`;
    expect(literalsOf("x.svelte", source).sort()).toEqual(
      ["Close", "Connected", "Name", "Page ", " of ", "Yes", "assets", "not there yet"].sort(),
    );
  });

  const shown = files.filter(({ name }) => !name.startsWith("ipc/"));
  const found = shown
    .map(({ name, text }) => ({ name, texts: literalsOf(name, text) }))
    .filter(({ texts }) => texts.length > 0);

  it("stand only where they are still to be moved to the catalogue", () => {
    expect(found.filter(({ name }) => !UNCONVERTED.includes(name))).toEqual([]);
  });

  it("are gone from every file that is no longer named", () => {
    // A file without texts is taken off the list, so that none comes back.
    const names = found.map(({ name }) => name);
    expect(UNCONVERTED.filter((name) => !names.includes(name))).toEqual([]);
  });
});
