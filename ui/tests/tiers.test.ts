/**
 * Rules of the house: three tiers of components, one door to Tauri, no endless file, no forbidden inline style, alarm
 * colours for alarms only.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const LINES_MAX = 500;

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(ts|svelte|css)$/.test(name) && !/bindings|\/gen\//.test(name))
  .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(join(SRC, name), "utf8") }));

/** Imported paths of a file, relative to src; packages by name. */
function imports(name: string, text: string): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map(([, path = ""]) => path);
  return found.map((path) =>
    path.startsWith(".") ? relative(SRC, resolve(SRC, dirname(name), path)).replaceAll("\\", "/") : path,
  );
}

/** What a folder may import of src; bindings are types and free to all. */
const MAY: Record<string, RegExp> = {
  "lib/": /^(lib|live\/table|ipc\/bindings)/,
  "live/": /^(lib|live|ipc\/(backend|bindings))/,
  // The played program says what the catalogue holds.
  "ipc/fake/": /^(ipc|lib\/text)/,
  "ipc/": /^ipc/,
  "components/shared/": /^(lib|components\/shared)/,
  "components/domain/": /^(lib|live|ipc\/(backend|bindings)|components)/,
  "views/": /^(lib|live|ipc\/(backend|bindings)|components|views)/,
};

/** Fields and small lists in them, which go by what every such field does; this list may only shrink. */
const FIELDS = [
  "components/domain/diagnostics/RatesPart.svelte",
  "components/domain/discovery/FoundList.svelte",
  "components/domain/picture/EditPanel.svelte",
  "components/domain/picture/TargetSearch.svelte",
  "components/domain/timebar/TimeBar.svelte",
  "components/domain/trend/AddSignal.svelte",
  "components/domain/trend/Compare.svelte",
  "components/domain/trend/RangeEntry.svelte",
  "components/domain/trend/SignalPicker.svelte",
  "components/shared/Popover.svelte",
  "views/Types.svelte",
];
/** The table of keys itself, and the tree, where a letter finds a row by its name. */
const KEY_READERS = ["live/keys.ts", "components/domain/overview/Tree.svelte"];

describe("tiers", () => {
  it("sees the files", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports("live/x.ts", 'import { a } from "../lib/b";\nimport "uplot";')).toEqual([
      "lib/b",
      "uplot",
    ]);
  });

  it.each(files.map(({ name, text }) => [name, text] as const))("%s", (name, text) => {
    const wrong: string[] = [];
    const allowed = Object.entries(MAY).find(([folder]) => name.startsWith(folder))?.[1];
    for (const path of imports(name, text)) {
      if (path.startsWith("@tauri-apps/")) {
        if (!name.startsWith("ipc/")) wrong.push(path);
      } else if (/^(lib|live|ipc|components|views)\//.test(path) && allowed && !allowed.test(path))
        wrong.push(path);
    }
    expect(wrong).toEqual([]);
    expect(text.split("\n").length).toBeLessThanOrEqual(LINES_MAX);
  });

  it("has no style attribute in markup: a strict content policy drops them", () => {
    const styled = files.filter(({ name, text }) => name.endsWith(".svelte") && /<[^>]*\sstyle=/.test(text));
    expect(styled.map(({ name }) => name)).toEqual([]);
  });

  it("uses alarm colours where alarms are shown, and nowhere else", () => {
    const users = files.filter(({ text }) =>
      /var\(--p[1-4](-text)?\)|palette\.p[1-4]|priorityColour\(/.test(text),
    );
    expect(users.map(({ name }) => name).sort()).toEqual([
      "components/domain/AssetTile.svelte",
      "components/domain/Rail.svelte",
      "components/domain/map/sprites.ts",
      "components/domain/picture/picture.css",
      "components/domain/timebar/Strip.svelte",
      "components/domain/trend/paint.ts",
      "components/shared/AlarmMark.svelte",
      "components/shared/Bar.svelte",
      "components/shared/Sparkline.svelte",
      "components/shared/Value.svelte",
      "lib/palette.ts",
    ]);
  });

  it("puts nothing into the page as markup", () => {
    const risky = files.filter(({ text }) => /\{@html|innerHTML|outerHTML|insertAdjacentHTML/.test(text));
    expect(risky.map(({ name }) => name)).toEqual([]);
  });

  it("writes colours in tokens.css only", () => {
    const painters = files.filter(
      ({ name, text }) =>
        /#[0-9a-f]{3,8}\b(?![\w-])|\brgb\(/i.test(text.replace(/#[a-z]+\b/gi, "")) &&
        name.endsWith(".svelte"),
    );
    expect(painters.map(({ name }) => name)).toEqual(["components/shared/Dialog.svelte"]);
  });

  it("acts by the table of keys, which the list of shortcuts is made of", () => {
    const readers = files.filter(({ text }) => /\bevent\.(key|code)\b/.test(text)).map(({ name }) => name);
    expect(readers.filter((name) => !KEY_READERS.includes(name)).sort()).toEqual(FIELDS);
  });
});
