/** A played backend: a whole pumping station in the browser, for tests and for looking at the screens. */
import type { Backend } from "../backend";
import type { AlarmRow } from "../bindings/AlarmRow";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { Settings } from "../bindings/Settings";
import { fakeActs } from "./acts";
import { FakeAlarms } from "./alarms";
import { fakeAnnotations } from "./annotations";
import { fakeAsset } from "./asset";
import { editedByHand, fakeConnections, fakeHeard, flooded } from "./connections";
import { fakeDiagnostics } from "./diagnostics";
import { fakeDiscovery } from "./discovery";
import { encodeFrame, encodeTrend, type FakeSample } from "./encode";
import { fakeFiles } from "./files";
import { fakeLayouts } from "./layouts";
import { fakeLooks } from "./looks";
import { fakeModels, fakeRules } from "./models";
import { fakeOpening, playsDemo } from "./opening";
import { fakePast } from "./past";
import { fakePictures } from "./pictures";
import { fakeDrawings } from "./plans";
import { addSystem, makePlant } from "./plant";
import { sentence } from "./said";
import { fakeSession } from "./session";
import { FakeShow } from "./show";
import { fakeStatistics } from "./statistics";
import { World } from "./world";

const S = 1_000_000;
const FRAME_MS = 100;
/** Frames between two new alarms. */
const NEWS_EVERY = 25;

const micros = () => Date.now() * 1_000;

const FAULTY = ["fault", "news", "slow", "thousand", "ask", "demo", "flood"];

/**
 * Scenes: `fault` (a bearing going, a sticky valve, a dead node), `normal`, `thousand` (1,000 assets), `empty` (no
 * connection), `demo` (the demo plant is open), `nodemo` (it cannot start), `slowdemo` (it takes long), `fresh`
 * (connections and no asset), `error` (the plant file cannot be read), `edited` (it was edited and cannot be used),
 * `ask` (the window is asked to close), `meanwhile` (somebody edits every connection while its form is open), `news`
 * (alarms are raised every few seconds), `slow` (history takes long to answer), `flood` (a topic brings more than can be
 * taken), `deluge` (1,000 assets, 3,000 standing alarms), `unplaced` (no asset has a place on a plan or on the map).
 */
export function fakeBackend(asked: string): Backend {
  const scene = asked === "empty" && playsDemo() ? "demo" : asked;
  const bare = ["empty", "nodemo", "slowdemo"].includes(scene);
  const flood = scene === "flood";
  const faults = FAULTY.includes(scene);
  const plant = makePlant(
    scene === "thousand" || scene === "deluge" ? 67 : bare || scene === "fresh" ? 0 : 1,
  );
  if (flood) addSystem(plant);
  if (scene === "unplaced") [plant.view.plans, plant.view.map] = [[], { outline: null, locations: [] }];
  const world = new World(plant, micros(), faults);
  const deluge = scene === "deluge" ? { count: 3_000, assets: plant.view.assets } : null;
  const alarms = new FakeAlarms(world, faults, deluge);
  const show = new FakeShow(plant, world, faults);
  let connections: ConnectionRow[] = bare ? [] : fakeConnections(world.start, faults);
  if (flood) connections = connections.map(flooded);
  const acts = fakeActs(micros);
  let byHand = scene === "meanwhile";
  let settings: Settings = { on_close: "ask", language: "en" };
  let timer: ReturnType<typeof setInterval> | undefined;
  let number = 0;
  const sent = new Float64Array(plant.motions.length);
  const transitions: AlarmRow[] = [];

  const samples = (now: number, all: boolean, texts: string[]): FakeSample[] =>
    plant.motions.flatMap((motion, key) => {
      const time = world.dead(key, now) ? world.death : world.sampleTime(motion, now);
      if (!all && time === sent[key]) return [];
      sent[key] = time;
      return show.sample(key, now, texts) ?? [];
    });

  const counters = () => ({
    samples_per_s: plant.motions.reduce((sum, motion) => sum + motion.rate, 0),
    dropped: connections.reduce((sum, row) => sum + row.dropped, 0),
    rejected: faults ? 3 : 0,
    not_stored: 0,
    waiting: 0,
    history_bytes: 184_000_000,
    journal_samples: 12_400,
    retention: { text: "", sentences: [] },
    system: [],
  });

  return {
    ...fakeLayouts(plant.view.workspace),
    ...fakeOpening(scene, plant.view.workspace),
    async plant() {
      if (scene === "error") {
        throw {
          message: "plant.toml, line 41: unknown key `nomal` in signal `flow`. Did you mean `normal`?",
        };
      }
      return { ...plant.view, assets: [...plant.view.assets] };
    },
    plantFile: async () => ({
      path: "/home/operator/riverside/plant.toml",
      faults:
        scene === "edited"
          ? [
              {
                file: null,
                line: 41,
                key: "type.signal.range",
                rule: null,
                message: sentence("plantfile-pair"),
              },
            ]
          : [],
      warnings:
        scene === "edited" ? [sentence("plantfile-warn-place", { level: "area", id: "basement" })] : [],
      by_rule: scene === "empty" ? [] : fakeRules(),
    }),
    async subscribe(onFrame) {
      clearInterval(timer);
      let first = true;
      const send = () => {
        const now = micros();
        const texts: string[] = [];
        if (scene === "news" && number % NEWS_EVERY === NEWS_EVERY - 1) transitions.push(alarms.raise(now));
        const rows = samples(now, first, texts);
        number += 1;
        const slow = first || number % 10 === 0;
        if (flood && slow) connections = connections.map(flooded);
        onFrame(
          encodeFrame({
            now,
            number,
            alarmSeq: alarms.seq,
            revision: plant.view.revision,
            samples: rows,
            tail: {
              texts,
              alarms: transitions.splice(0),
              assets: slow ? show.assets(now) : [],
              ...(slow ? { connections, counters: counters() } : {}),
            },
          }),
        );
        first = false;
      };
      setTimeout(send, 0);
      timer = setInterval(send, FRAME_MS);
    },
    alarms: async () => ({ seq: alarms.seq, rows: alarms.rows.map((row) => ({ ...row })) }),
    alarmHistory: async (before, limit) => alarms.history(before, limit),
    ...fakePast(plant, world, show, alarms, () => connections, scene === "slow"),
    async acknowledge(id, comment) {
      const row = alarms.acknowledge(id, comment, micros());
      transitions.push(row);
      return row;
    },
    async trend(request) {
      return encodeTrend(
        request.signals.map((key) => [key, world.columns(key, request.t0, request.t1, request.width)]),
      );
    },
    ...fakeAnnotations(faults, micros),
    ...fakeStatistics(plant, world, scene === "slow"),
    async anomaly(asset) {
      const now = micros();
      const model = plant.view.assets.find((view) => view.id === asset)?.model;
      if (!model) return null;
      const state = show.asset(asset, now);
      if (state.score === null) {
        const abstained = sentence("asset-abstains-standby");
        return { asset, score: null, at: now, since: null, abstained, shares: [] };
      }
      const rest = model.inputs.filter((key) => !state.anomaly_shares.some(([known]) => known === key));
      const parts = [
        ...state.anomaly_shares,
        ...rest.map((key): [number, number] => [key, 0.02 / rest.length]),
      ];
      const even = parts.map(([key]): [number, number] => [key, 1 / parts.length]);
      return {
        asset,
        score: state.score,
        at: now - 0.4 * S,
        since: state.anomaly_since,
        abstained: null,
        shares: (state.anomaly_since === null ? even : parts).map(([key, share]) => {
          const motion = plant.motions[key];
          return {
            signal: key,
            seen: world.value(key, now),
            expected: motion?.mean ?? 0,
            sigma: motion?.wander ?? 1,
            share,
          };
        }),
      };
    },
    connections: async () => connections,
    heard: async () => fakeHeard(micros()),
    ...fakeLooks(),
    async saveConnection(form, opened) {
      const row = connections.find((of) => of.form.id === form.id);
      const now = row ? (byHand ? editedByHand(row.form) : row.form) : null;
      if (JSON.stringify(now) !== JSON.stringify(opened)) return { kind: "changed", now };
      byHand = false;
      const id = form.id || form.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      const saved = { ...form, id, password: null };
      const before = connections;
      acts.did(row ? "change-connection" : "add-connection", [form.name], () => (connections = before));
      const known = connections.find((row) => row.form.id === id) ?? fakeConnections(micros(), false)[1];
      if (known)
        connections = [...connections.filter((row) => row.form.id !== id), { ...known, form: saved }];
      return { kind: "saved", form: saved };
    },
    async removeConnection(id) {
      const before = connections;
      connections = connections.filter((row) => row.form.id !== id);
      const name = before.find((row) => row.form.id === id)?.form.name ?? id;
      acts.did("remove-connection", [name], () => (connections = before));
    },
    ...acts.backend,
    ...fakeAsset(plant, world, alarms, scene === "normal", acts.did),
    async requestRebirth() {},
    ...fakeDiscovery(scene, plant.view, acts.did),
    sparkplugSession: async () => fakeSession(world.start, faults),
    ...fakeDiagnostics(scene, world, () => connections),
    settings: async () => settings,
    async setSettings(next) {
      settings = next;
    },
    async closeWindow() {},
    saveTrendPicture: async () => "/home/operator/riverside/pictures/pump-2.png",
    async cancelTrendPicture() {},
    ...fakeFiles(),
    ...fakePictures(scene, acts.did),
    ...fakeDrawings(plant.view),
    ...fakeModels(scene === "edited", acts.did),
    async uiReady() {},
    async onAskClose(handler) {
      if (scene === "ask") setTimeout(handler, 500);
      return () => {};
    },
  };
}
