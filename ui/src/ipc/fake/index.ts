/** A played backend: a whole pumping station in the browser, for tests and for looking at the screens. */
import type { Backend } from "../backend";
import type { AlarmRow } from "../bindings/AlarmRow";
import type { AssetState } from "../bindings/AssetState";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { Settings } from "../bindings/Settings";
import { FakeAlarms } from "./alarms";
import { editedByHand, fakeConnections, fakeHeard } from "./connections";
import { fakeDiscovery } from "./discovery";
import { encodeFrame, encodeTrend, type FakeSample } from "./encode";
import { fakeFiles } from "./files";
import { fakeLooks } from "./looks";
import { fakeModels, fakeRules } from "./models";
import { fakeOpening, playsDemo } from "./opening";
import { fakePictures } from "./pictures";
import { makePlant } from "./plant";
import { fakeSession } from "./session";
import { World } from "./world";

const S = 1_000_000;
const FRAME_MS = 100;

const micros = () => Date.now() * 1_000;

/**
 * Scenes: `fault` (a bearing going, a sticky valve, a dead node), `normal`, `thousand` (1,000 assets), `empty` (no
 * connection), `demo` (the demo plant is open), `nodemo` (it cannot start), `fresh` (connections and no asset), `error` (the plant file cannot be read), `edited` (it was edited and
 * cannot be used), `ask` (the window is asked to close), `meanwhile` (somebody edits every connection while its form is open).
 */
export function fakeBackend(asked: string): Backend {
  const scene = asked === "empty" && playsDemo() ? "demo" : asked;
  const bare = scene === "empty" || scene === "nodemo";
  const faults = scene === "demo" || scene === "fault" || scene === "thousand" || scene === "ask";
  const plant = makePlant(scene === "thousand" ? 67 : bare || scene === "fresh" ? 0 : 1);
  const world = new World(plant, micros(), faults);
  const alarms = new FakeAlarms(world, faults);
  let connections: ConnectionRow[] = bare ? [] : fakeConnections(world.start, faults);
  let byHand = scene === "meanwhile";
  let settings: Settings = { on_close: "ask", language: "en" };
  let timer: ReturnType<typeof setInterval> | undefined;
  let number = 0;
  const sent = new Float64Array(plant.motions.length);
  const transitions: AlarmRow[] = [];

  const samples = (now: number, all: boolean, texts: string[]): FakeSample[] => {
    const out: FakeSample[] = [];
    plant.motions.forEach((motion, key) => {
      const dead = world.dead(key, now);
      const time = dead ? world.start - 192 * S : world.sampleTime(motion, now);
      if (!all && time === sent[key]) return;
      sent[key] = time;
      const word = motion.words?.[0];
      if (word !== undefined) texts.push(word);
      const value = word === undefined ? world.value(key, time) : texts.length - 1;
      const status = world.status(key, now);
      out.push({
        key,
        kind: word === undefined ? 1 : 4,
        status,
        reason: dead ? 2 : 0,
        time,
        received: time + 4_000,
        value,
      });
    });
    return out;
  };

  const assetStates = (now: number): AssetState[] =>
    plant.view.assets.map((asset) => assetState(asset.id, now));

  const assetState = (id: string, now: number): AssetState => {
    const base = {
      id,
      since: world.start - 41 * 86_400 * S,
      reason: "",
      anomaly_since: null,
      anomaly_shares: [],
    };
    if (faults && id === "edge-2") {
      return { ...base, state: "stale", since: world.start - 192 * S, reason: "NDEATH", score: null };
    }
    const score = plant.byId.get(`${id}/anomaly`);
    if (id.startsWith("pump-3")) return { ...base, state: "standby", score: null };
    if (score === undefined) return { ...base, state: "live", score: null };
    const value = world.value(score, now);
    if (value < 0.5) return { ...base, state: "live", score: value };
    const shares: [number, number][] = [
      [world.key(`${id}/vibration_de`), 0.71],
      [world.key(`${id}/bearing_temperature`), 0.22],
      [world.key(`${id}/power`), 0.05],
    ];
    return {
      ...base,
      state: "live",
      score: value,
      anomaly_since: world.start - 820 * S,
      anomaly_shares: shares,
    };
  };

  const counters = () => ({
    samples_per_s: plant.motions.reduce((sum, motion) => sum + motion.rate, 0),
    dropped: 0,
    rejected: faults ? 3 : 0,
    not_stored: 0,
    waiting: 0,
    history_bytes: 184_000_000,
    journal_samples: 12_400,
    retention: "",
    system: [],
  });

  return {
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
                message: "is upside down: give the lower value first",
              },
            ]
          : [],
      warnings: scene === "edited" ? ["area basement: no asset is in this area."] : [],
      by_rule: scene === "empty" ? [] : fakeRules(),
    }),
    async subscribe(onFrame) {
      clearInterval(timer);
      let first = true;
      const send = () => {
        const now = micros();
        const texts: string[] = [];
        const rows = samples(now, first, texts);
        number += 1;
        const slow = first || number % 10 === 0;
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
              assets: slow ? assetStates(now) : [],
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
    async anomaly(asset) {
      const now = micros();
      const model = plant.view.assets.find((view) => view.id === asset)?.model;
      if (!model) return null;
      const state = assetState(asset, now);
      if (state.score === null) {
        const abstained = "The pump stands still: the model knows running pumps only.";
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
      const known = connections.find((row) => row.form.id === id) ?? fakeConnections(micros(), false)[1];
      if (known)
        connections = [...connections.filter((row) => row.form.id !== id), { ...known, form: saved }];
      return { kind: "saved", form: saved };
    },
    async removeConnection(id) {
      connections = connections.filter((row) => row.form.id !== id);
    },
    async requestRebirth() {},
    ...fakeDiscovery(scene, plant.view),
    sparkplugSession: async () => fakeSession(world.start, faults),
    settings: async () => settings,
    async setSettings(next) {
      settings = next;
    },
    async closeWindow() {},
    saveTrendPicture: async () => "/home/operator/riverside/pictures/pump-2.png",
    ...fakeFiles(),
    ...fakePictures(scene),
    ...fakeModels(scene === "edited"),
    async uiReady() {},
    async onAskClose(handler) {
      if (scene === "ask") setTimeout(handler, 500);
      return () => {};
    },
  };
}
