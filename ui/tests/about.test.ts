/** The list of what others made is whole: every crate and every package that is shipped, each with its licence. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { collect } from "../scripts/licences.mjs";
import { findPackages } from "../src/lib/about/licences";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const LOCK = readFileSync(new URL("../../Cargo.lock", import.meta.url), "utf8");
const { packages, texts } = collect();
const named = (kind: string) => packages.filter((of) => of.kind === kind).map(({ name }) => name);

describe("licences", () => {
  it("name every crate that the manifests of the shipped crates ask for", () => {
    const crates = fileURLToPath(new URL("../../src-tauri", import.meta.url));
    const ours = /^(twin-|twinscope|demo-plant|xtask)/;
    const shipped = readdirSync(join(crates, "crates"))
      .filter((name) => !["xtask", "twin-fuzz"].includes(name))
      .map((name) => join(crates, "crates", name))
      .concat(crates);
    const known = new Set(named("crate"));
    for (const folder of shipped) {
      const text = readFileSync(join(folder, "Cargo.toml"), "utf8");
      const [, body = ""] =
        /\n\[dependencies\]\n([^[]*(?:\[(?!dev-|build-|features|\[)[^[]*)*)/.exec(text) ?? [];
      const asked = [...body.matchAll(/^([a-z][\w-]*)[ .=]/gm)].map(([, name = ""]) => name);
      expect(asked.length).toBeGreaterThan(0);
      // A crate may be asked for under another name than its own.
      const missing = asked.filter((name) => !ours.test(name) && !known.has(name) && !/^rumqttc/.test(name));
      expect(missing).toEqual([]);
    }
  });

  it("name crates in the versions of the lock file", () => {
    const crates = packages.filter((of) => of.kind === "crate");
    expect(crates.length).toBeGreaterThan(200);
    for (const { name, version } of crates)
      expect(LOCK).toContain(`name = "${name}"\nversion = "${version}"`);
  });

  it("name every package that a script of the window imports", () => {
    const known = named("npm");
    const scripts = readdirSync(SRC, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|svelte)$/.test(name))
      .map((name) => readFileSync(join(SRC, name), "utf8"));
    const imported = scripts.flatMap((text) =>
      [...text.matchAll(/(?:from|import)\s+"(@[\w-]+\/[\w-]+|[a-z][\w-]*)[/"]/g)].map(
        ([, name = ""]) => name,
      ),
    );
    expect(new Set(imported).size).toBeGreaterThan(3);
    expect(imported.filter((name) => !known.includes(name))).toEqual([]);
    expect(known).toContain("svelte");
  });

  it("say a licence of every one, and its text wherever its author ships one", () => {
    for (const { name, licence } of packages) expect(`${name}: ${licence}`).toMatch(/: .*[A-Z]/);
    const without = packages.filter((of) => of.texts.length === 0);
    expect(without.length / packages.length).toBeLessThan(0.08);
    expect(texts.every((text) => text.length >= 80)).toBe(true);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("are found by name and licence", () => {
    expect(findPackages(packages, "")).toBe(packages);
    expect(findPackages(packages, "tauri mit").map(({ name }) => name)).toContain("tauri");
    expect(findPackages(packages, "no such thing")).toEqual([]);
  });
});
