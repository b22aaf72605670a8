// How long the trend's painter takes for a picture, without a window: `node scripts/paintbench.mjs [traces]`.
// Says nothing of how long a window takes to show it: `cargo xtask bench ui` does.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const WIDTH = 1_200;
const PLOT = 460;
const HEIGHT = 500;
const PICTURES = 300;
const traces = Number(process.argv[2] ?? 8);

const out = mkdtempSync(join(tmpdir(), "twinscope-paint-"));
const entry = (name) => new URL(`../src/${name}`, import.meta.url).pathname;
await build({
  configFile: false,
  logLevel: "error",
  build: {
    outDir: out,
    minify: false,
    lib: {
      entry: {
        paint: entry("components/domain/trend/paint.ts"),
        raster: entry("lib/raster.ts"),
        live: entry("lib/livecolumns.ts"),
      },
      formats: ["es"],
    },
  },
});
const load = (name) => import(pathToFileURL(join(out, `${name}.js`)).href);
const { Painter } = await load("paint");
const { changed } = await load("raster");
const { LiveColumns } = await load("live");

const SPAN = 3_600e6;
const column = SPAN / WIDTH;
const arrays = ["tFirst", "tLast", "min", "max", "first", "last", "status"];
const going = Array.from({ length: traces }, (_, key) => {
  const empty = Object.fromEntries(arrays.map((name) => [name, new Float64Array(0)]));
  const live = new LiveColumns({ key, ...empty }, column);
  for (let time = 0; time < SPAN; time += column / 12)
    live.add(time, 50 + 30 * Math.sin(time / 3e8 + key) + 6 * Math.random(), 0);
  return live;
});
const model = (now) => ({
  t0: now - SPAN,
  t1: now,
  now,
  traces: going.map((live, key) => ({
    key,
    columns: live.columns,
    colour: "#aeb6c0",
    axis: "unit",
    staleMicros: 1e7,
    step: key % 4 === 3,
    alpha: 1,
    pattern: null,
  })),
  bands: [],
  bandsLeftOut: 0,
  axes: [{ id: "unit", unit: "", low: 0, high: 100, fixed: false, colour: "#aeb6c0" }],
  limits: [{ axis: "unit", value: 90, label: "", priority: 1, side: 1 }],
  normal: { axis: "unit", low: 30, high: 70 },
  bad: [{ t0: now - 6e8, t1: now - 5e8, status: 2, words: [], name: "" }],
  score: null,
  alarms: [],
  lane: { state: "known", more: 0 },
  palette,
});
const palette = { panel: "#222529", "spark-band": "#2b2f35", line: "#34383e", dim: "#9ca3ad", p1: "#ff4d4f" };
const raster = () => ({ width: WIDTH, height: HEIGHT, pixels: new Uint32Array(WIDTH * HEIGHT) });
const [shown, next] = [raster(), raster()];
const painter = new Painter();
const times = [];
let same = 0;
for (let i = 0; i < PICTURES; i += 1) {
  const now = SPAN + i * 50_000;
  for (const live of going) live.add(now, 50 + 40 * Math.random(), 0);
  const begin = performance.now();
  const seen = model(Math.ceil(now / column) * column);
  painter.paint(next, { ...seen, now }, { plot: PLOT, ratio: 1 });
  const patch = changed(shown, next);
  times.push(performance.now() - begin);
  if (!patch) same += 1;
  shown.pixels.set(next.pixels);
}
times.sort((a, b) => a - b);
const at = (part) => (times[Math.floor(part * (times.length - 1))] ?? 0).toFixed(2);
console.log(`${traces} traces on ${WIDTH} x ${HEIGHT}: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`);
console.log(`${same} of ${PICTURES} pictures were as the one before`);
