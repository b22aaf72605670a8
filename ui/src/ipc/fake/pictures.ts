/** Played process pictures: the demo plant's own, and one that has what no picture may have. */

import station from "../../../../assets/demo-plant/pictures/Pumping station.svg?raw";
import type { Backend } from "../backend";
import type { PictureBinding } from "../bindings/PictureBinding";
import type { PictureView } from "../bindings/PictureView";
import type { Did } from "./acts";
import { refused, sentence } from "./said";

const FOLDER = "/home/operator/riverside/pictures";
const TAG = /<([A-Za-z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>/g;

/** Drawn with little care on a white page, by somebody who also pasted what he found. */
const FOREIGN = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" viewBox="0 0 640 400" onload="alert(1)">
  <sodipodi:namedview pagecolor="#ffffff"/>
  <style>@import url(https://example.com/a.css); .pipe { fill: none; stroke: #556; stroke-width: 6 }</style>
  <script>alert(2)</script>
  <path class="pipe" d="M60 300H250V120H400"/>
  <rect id="tank" x="400" y="60" width="160" height="240" style="fill:#dde3ea;stroke:#334;stroke-width:2"/>
  <rect id="level" x="402" y="62" width="156" height="236" style="fill:#7d9ab8" data-signal="high-tank/level" data-show="bar"/>
  <g id="pump" data-asset="pump-2"><circle cx="150" cy="300" r="42" style="fill:#eef;stroke:#334;stroke-width:2"/>
    <path d="M130 275 192 300 130 325Z" style="fill:#334"/></g>
  <text x="480" y="330" text-anchor="middle" style="font-size:20px;font-family:sans-serif" data-signal="high-tank/level"><tspan>0.00</tspan></text>
  <text x="150" y="375" text-anchor="middle" style="font-size:20px;font-family:sans-serif" data-signal="pump-2/flow">0</text>
  <text x="60" y="60" style="font-size:20px;font-family:sans-serif" data-signal="old-pump/flow">0</text>
  <image xlink:href="https://example.com/logo.png" x="20" y="20" width="90" height="40"/>
  <foreignObject x="0" y="0" width="50" height="50"><b xmlns="http://www.w3.org/1999/xhtml">x</b></foreignObject>
</svg>`;

function print(text: string): string {
  let hash = 0;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return `${(hash >>> 0).toString(16)}-${text.length}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** The text with other bindings; as the program does it, the rest stays as it is. */
export function withBindings(text: string, bindings: readonly PictureBinding[]): string {
  const masked = text.replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, (part) =>
    " ".repeat(part.length),
  );
  const wanted = new Map(bindings.map((binding) => [binding.element, binding]));
  let out = "";
  let done = 0;
  [...masked.matchAll(TAG)].forEach((match, place) => {
    const binding = wanted.get(place);
    if (!binding) return;
    const [whole, name = "", attributes = "", end = ""] = match;
    const kept = attributes.replaceAll(
      /\s+data-(?:asset|signal|show|side|low|high|on)\s*=\s*("[^"]*"|'[^']*')/g,
      "",
    );
    const { element: _, ...values } = binding;
    const said = Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => ` data-${key}="${escaped(String(value))}"`);
    out += `${text.slice(done, match.index)}<${name}${kept.trimEnd()}${said.join("")}${end}>`;
    done = match.index + whole.length;
  });
  return out + text.slice(done);
}

export function fakePictures(
  scene: string,
  did: Did,
): Pick<Backend, "pictures" | "picture" | "savePicture" | "importPicture"> {
  const files = new Map<string, { text: string; stamp: number }>();
  if (!["empty", "fresh", "bare"].includes(scene)) {
    files.set("Pumping station.svg", { text: station, stamp: 1 });
    files.set("Riverside from outside.svg", { text: FOREIGN, stamp: 1 });
  }
  const row = (name: string) => ({
    name,
    title: name.replace(/\.svg$/i, ""),
    stamp: String(files.get(name)?.stamp ?? 0),
  });
  const view = (name: string): PictureView => {
    const file = files.get(name);
    if (!file)
      throw refused("error-file", {
        action: sentence("error-doing-read"),
        path: `${FOLDER}/${name}`,
        source: "No such file or directory (os error 2)",
      });
    return { row: row(name), text: file.text, print: print(file.text) };
  };
  return {
    pictures: async () => ({ folder: FOLDER, rows: [...files.keys()].sort().map(row), left_out: [] }),
    picture: async (name) => view(name),
    async savePicture(name, expected, bindings) {
      const old = view(name);
      if (old.print !== expected) {
        throw refused("refused-picture-changed", { name });
      }
      const before = files.get(name);
      did("bind-picture", [old.row.title], () => {
        const stamp = Number(files.get(name)?.stamp ?? 0) + 1;
        if (before) files.set(name, { ...before, stamp });
      });
      files.set(name, { text: withBindings(old.text, bindings), stamp: Number(old.row.stamp) + 1 });
      return view(name);
    },
    async importPicture(path) {
      const name = path.split("/").at(-1) ?? "";
      if (!name.toLowerCase().endsWith(".svg")) {
        throw refused("refused-picture-name", { name, ending: ".svg" });
      }
      files.set(name, { text: FOREIGN, stamp: 1 });
      did("import-picture", [row(name).title], () => files.delete(name));
      return row(name);
    },
  };
}
