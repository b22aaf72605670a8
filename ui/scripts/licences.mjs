// Collects what others made and this program ships, with their licences, from what is on this machine: the crates that
// `cargo metadata` names for this platform, and the packages of the lock file that get into the window. Asks no network.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const UI = fileURLToPath(new URL("..", import.meta.url));
/** Programs that are shipped. */
const PROGRAMS = ["twinscope", "demo-plant"];
/** A package that makes the window when it is built, and leaves its runtime in it. */
const BUILT_IN = ["svelte"];
const TEXT_LEAST = 80;
const LICENCE_FILE = /^(licen[cs]e|copying|notice|unlicense|ofl)/i;

/** Texts of the files in a folder that say how it may be used. */
function textsIn(folder) {
  return (
    readdirSync(folder)
      .filter((name) => LICENCE_FILE.test(name) && statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim())
      // Less is the name of a file elsewhere.
      .filter((text) => text.length >= TEXT_LEAST)
  );
}

function said(program, ...args) {
  return execFileSync(program, args, { cwd: UI, encoding: "utf8", maxBuffer: 2 ** 28 });
}

/** Crates of other people that the programs are linked from. */
export function crates() {
  const host = /host: (\S+)/.exec(said("rustc", "-vV"))?.[1];
  const metadata = JSON.parse(
    said("cargo", "metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host),
  );
  const packages = new Map(metadata.packages.map((of) => [of.id, of]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const waiting = metadata.packages
    .filter(({ name, source }) => source === null && PROGRAMS.includes(name))
    .map(({ id }) => id);
  const seen = new Set();
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps)
      if (dep_kinds.some(({ kind }) => kind === null)) waiting.push(pkg);
  }
  return [...seen]
    .map((id) => packages.get(id))
    .filter(({ source }) => source !== null)
    .map(({ name, version, license, repository, manifest_path }) => ({
      name,
      version,
      kind: "crate",
      licence: (license ?? "").replaceAll("/", " OR "),
      url: repository ?? "",
      texts: textsIn(dirname(manifest_path)),
    }));
}

/** Packages whose code is in the window. */
export function modules() {
  const { packages } = JSON.parse(readFileSync(join(UI, "package-lock.json"), "utf8"));
  const wanted = Object.keys(packages[""].dependencies);
  const waiting = [...wanted, ...BUILT_IN];
  const seen = new Set();
  while (waiting.length > 0) {
    const name = waiting.pop();
    const locked = packages[`node_modules/${name}`];
    // Svelte's compiler brings what only a build needs: of it, the runtime alone is shipped.
    if (seen.has(name) || !locked) continue;
    seen.add(name);
    if (!BUILT_IN.includes(name)) waiting.push(...Object.keys(locked.dependencies ?? {}));
    else waiting.push(...["clsx", "esm-env"].filter((used) => locked.dependencies?.[used]));
  }
  return [...seen].map((name) => {
    const folder = join(UI, "node_modules", name);
    const { version, license, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const url = typeof repository === "string" ? repository : (repository?.url ?? "");
    const plain = url.replace(/^git\+/, "").replace(/\.git$/, "");
    return { name, version, kind: "npm", licence: license ?? "", url: plain, texts: textsIn(folder) };
  });
}

/** All of it by name, each text once. */
export function collect() {
  const texts = [];
  const numbers = new Map();
  const numberOf = (text) => {
    if (!numbers.has(text)) numbers.set(text, texts.push(text) - 1);
    return numbers.get(text);
  };
  const all = [...crates(), ...modules()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { packages: all.map((of) => ({ ...of, texts: of.texts.map(numberOf) })), texts };
}
