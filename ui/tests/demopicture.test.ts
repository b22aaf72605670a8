// @vitest-environment happy-dom
/** The picture that the demo plant ships: every binding is one of its plant file, and nothing of it is taken out. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makePlant } from "../src/ipc/fake/plant";
import { sanitise, sumOf } from "../src/lib/picture/sanitise";

const DEMO = join(dirname(fileURLToPath(import.meta.url)), "../../assets/demo-plant");
const plant = readFileSync(join(DEMO, "plant.toml"), "utf8");
const names = readdirSync(join(DEMO, "pictures"));

/** Assets with the signals of their types, as the plant file has them. */
function idsOf(text: string): Set<string> {
  const types = new Map<string, string[]>();
  const ids = new Set<string>();
  let table = "";
  let type = "";
  let asset = "";
  for (const line of text.split("\n")) {
    table = /^\[+([\w.]+)\]+/.exec(line)?.[1] ?? table;
    const [, key = "", value = ""] = /^(\w+) = "([^"]*)"/.exec(line) ?? [];
    if (table === "type" && key === "id") {
      type = value;
      types.set(type, []);
    } else if (table === "type.signal" && key === "id") types.get(type)?.push(value);
    else if (table === "asset" && key === "id") {
      asset = value;
      ids.add(asset);
    } else if (table === "asset" && key === "type") {
      for (const signal of types.get(value) ?? []) ids.add(`${asset}/${signal}`);
    }
  }
  return ids;
}

describe.each(names)("%s", (name) => {
  const text = readFileSync(join(DEMO, "pictures", name), "utf8");
  const picture = sanitise(text);

  it("is shown whole, in the colours of the window", () => {
    expect(sumOf(picture.takenOut)).toBe(0);
    expect(picture.paper).toBeNull();
  });

  it("is bound to what the plant has, the played one too", () => {
    const wanted = picture.bindings.map(({ signal, asset }) => signal ?? asset ?? "");
    expect(wanted.length).toBeGreaterThan(60);
    const ids = idsOf(plant);
    expect(ids.size).toBeGreaterThan(100);
    expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
    const { view } = makePlant(1);
    const played = new Set(view.assets.flatMap((asset) => [asset.id, ...asset.signals.map(({ id }) => id)]));
    expect(wanted.filter((id) => !played.has(id))).toEqual([]);
  });

  it("takes every colour from a token, with another one for programs that know none", () => {
    for (const rule of picture.rules) {
      for (const colour of ["fill", "stroke"]) {
        const values = rule.declarations.filter(({ name }) => name === colour).map(({ value }) => value);
        if (values.length === 0 || values[0] === "none") continue;
        expect(values, rule.selector).toHaveLength(2);
        expect(values[0], rule.selector).toMatch(/^#[0-9a-f]{6}$/);
        expect(values[1], rule.selector).toMatch(/^var\(--[\w-]+\)$/);
      }
    }
  });
});
