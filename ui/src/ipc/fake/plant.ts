/** A pumping station on paper, for the played backend: what it consists of. */
import type { AssetView } from "../bindings/AssetView";
import type { LimitView } from "../bindings/LimitView";
import type { PlaceView } from "../bindings/PlaceView";
import type { PlantView } from "../bindings/PlantView";
import type { SignalRole } from "../bindings/SignalRole";
import type { SignalView } from "../bindings/SignalView";
import { fakeMap, fakePlans } from "./plans";
import { sentence } from "./said";

/** How a played signal moves: around `mean`, by `wander` slowly and by `noise` quickly. */
export interface Motion {
  mean: number;
  wander: number;
  noise: number;
  /** Samples a second. */
  rate: number;
  words?: readonly string[];
}

interface SignalSpec extends Motion {
  id: string;
  name: string;
  /** Name for a tile; the name when left out. */
  short?: string;
  unit: string;
  range?: [number, number];
  normal?: [number, number];
  decimals?: number;
  key?: boolean;
  role?: SignalRole;
  limits?: [string, number, number][];
}

type Spec = Omit<SignalSpec, keyof Motion | "id" | "name" | "unit">;

function signal(
  id: string,
  name: string,
  unit: string,
  mean: number,
  wander: number,
  spec: Spec & { rate?: number } = {},
): SignalSpec {
  return { id, name, unit, mean, wander, noise: wander / 3, rate: 2, ...spec };
}

const PUMP = (running: boolean): SignalSpec[] => [
  signal("vibration_de", "Drive-end vibration", "mm/s", running ? 2.1 : 0.2, running ? 0.3 : 0.02, {
    range: [0, 12],
    normal: [0.5, 3.5],
    key: true,
    limits: [
      ["high", 4.5, 2],
      ["high-high", 7.1, 1],
    ],
    rate: 4,
  }),
  signal("vibration_nde", "Non-drive-end vibration", "mm/s", running ? 1.8 : 0.2, running ? 0.25 : 0.02, {
    range: [0, 12],
    normal: [0.5, 3.5],
    limits: [
      ["high", 4.5, 2],
      ["high-high", 7.1, 1],
    ],
    rate: 4,
  }),
  signal("bearing_temperature", "Bearing temperature", "°C", running ? 58 : 24, 1.2, {
    range: [0, 100],
    normal: [30, 68],
    key: true,
    limits: [
      ["high", 80, 2],
      ["high-high", 90, 1],
    ],
  }),
  signal("flow", "Flow", "m³/h", running ? 412 : 0, running ? 9 : 0, {
    range: [0, 700],
    normal: [300, 480],
    decimals: 0,
    key: true,
    limits: [["low", 240, 3]],
  }),
  signal("suction_pressure", "Suction pressure", "bar", 0.82, 0.02, {
    range: [-1, 3],
    normal: [0.4, 1.4],
    decimals: 2,
  }),
  signal("discharge_pressure", "Discharge pressure", "bar", running ? 5.41 : 0.9, 0.05, {
    range: [0, 10],
    normal: [4.2, 6.4],
    decimals: 2,
    limits: [["low", 3.8, 3]],
  }),
  signal("speed", "Speed", "rpm", running ? 1462 : 0, running ? 6 : 0, {
    range: [0, 1800],
    normal: [900, 1600],
    decimals: 0,
  }),
  signal("speed_setpoint", "Speed setpoint", "rpm", running ? 1460 : 0, 0, {
    range: [0, 1800],
    decimals: 0,
    role: "setpoint",
  }),
  signal("power", "Power", "kW", running ? 74.8 : 0.3, running ? 0.9 : 0.02, {
    range: [0, 110],
    normal: [40, 90],
  }),
  signal("efficiency", "Efficiency", "%", running ? 68.2 : 0, running ? 0.6 : 0, {
    range: [0, 100],
    normal: [60, 80],
  }),
  { ...signal("mode", "Mode", "", 0, 0, { role: "state" }), words: [running ? "Auto" : "Off"], rate: 0.1 },
];

const VALVE = (position: number, flow: number): SignalSpec[] => [
  signal("position", "Position", "%", position, 0.6, {
    range: [0, 100],
    normal: [20, 80],
    decimals: 0,
    key: true,
  }),
  signal("demand", "Demand", "%", position, 0.5, { range: [0, 100], decimals: 0, role: "setpoint" }),
  signal("error", "Error", "%", 0.4, 0.1, {
    range: [0, 6],
    normal: [0, 1.5],
    key: true,
    limits: [["high", 3, 2]],
  }),
  signal("flow", "Flow", "m³/h", flow, 12, { range: [0, 1500], normal: [350, 950], decimals: 0 }),
  { ...signal("remote", "Remote", "", 1, 0, { role: "state" }), words: ["Remote"], rate: 0.1 },
];

const ROOM = (temperature: number): SignalSpec[] => [
  signal("temperature", "Temperature", "°C", temperature, 0.3, {
    range: [0, 50],
    normal: [12, 30],
    key: true,
    limits: [["high", 38, 3]],
    rate: 0.1,
  }),
  signal("humidity", "Humidity", "%", 46, 1.2, {
    range: [0, 100],
    normal: [25, 65],
    decimals: 0,
    key: true,
    limits: [["high", 85, 4]],
    rate: 0.1,
  }),
  signal("battery", "Battery", "%", 91, 0, {
    range: [0, 100],
    normal: [20, 100],
    decimals: 0,
    limits: [["low", 10, 4]],
    rate: 0.02,
  }),
];

type AssetSpec = [
  id: string,
  name: string,
  area: string,
  type: string,
  signals: SignalSpec[],
  model?: string,
];

const ASSETS: AssetSpec[] = [
  [
    "intake-screen",
    "Intake screen",
    "intake",
    "Screen",
    [
      signal("level_difference", "Level difference", "m", 0.12, 0.01, {
        range: [0, 0.5],
        normal: [0, 0.25],
        decimals: 2,
        key: true,
        limits: [["high", 0.35, 3]],
      }),
    ],
  ],
  [
    "river-level",
    "River level",
    "intake",
    "Radar, LoRaWAN",
    [
      signal("level", "Level", "m", 2.41, 0.02, {
        range: [0, 5],
        normal: [1.2, 3.8],
        decimals: 2,
        key: true,
        limits: [["high", 4.2, 2]],
        rate: 1 / 60,
      }),
      signal("battery", "Battery", "%", 87, 0, {
        range: [0, 100],
        normal: [20, 100],
        decimals: 0,
        key: true,
        limits: [["low", 10, 4]],
        rate: 1 / 60,
      }),
      signal("rssi", "Signal strength", "dBm", -92, 3, {
        range: [-120, -40],
        normal: [-110, -50],
        decimals: 0,
        rate: 1 / 60,
      }),
    ],
  ],
  [
    "raw-water",
    "Raw water quality",
    "intake",
    "Analyser",
    [
      signal("turbidity", "Turbidity", "NTU", 3.1, 0.3, {
        range: [0, 10],
        normal: [1, 6],
        key: true,
        limits: [["high", 8, 3]],
      }),
      signal("ph", "Acidity", "pH", 7.42, 0.03, {
        range: [0, 14],
        normal: [6.5, 8.5],
        decimals: 2,
        key: true,
        limits: [
          ["high", 9, 2],
          ["low", 6, 2],
        ],
      }),
      signal("temperature", "Water temperature", "°C", 11.2, 0.1, { range: [0, 40], normal: [4, 24] }),
    ],
  ],
  ["pump-1", "Pump 1", "pump-hall", "Centrifugal, VSD", PUMP(true), "pump"],
  ["pump-2", "Pump 2", "pump-hall", "Centrifugal, VSD", PUMP(true), "pump"],
  ["pump-3", "Pump 3", "pump-hall", "Centrifugal, VSD", PUMP(false), "pump"],
  [
    "compressor",
    "Compressor",
    "pump-hall",
    "Screw, 11 kW",
    [
      signal("pressure", "Pressure", "bar", 7.1, 0.15, {
        range: [0, 10],
        normal: [6.4, 7.8],
        key: true,
        limits: [["low", 5.5, 2]],
      }),
      signal("oil_temperature", "Oil temperature", "°C", 74, 0.8, {
        range: [0, 120],
        normal: [50, 90],
        decimals: 0,
        key: true,
        limits: [["high", 105, 2]],
      }),
      signal("hours", "Running hours", "h", 18_412, 0, { decimals: 0, rate: 0.02 }),
    ],
  ],
  [
    "exchanger",
    "Exchanger",
    "pump-hall",
    "Plate",
    [
      signal("approach", "Approach", "K", 4.2, 0.15, {
        range: [0, 10],
        normal: [2, 5.5],
        key: true,
        limits: [["high", 6.5, 3]],
      }),
      signal("fouling", "Fouling", "%", 31, 0.4, {
        range: [0, 100],
        normal: [0, 40],
        decimals: 0,
        key: true,
        limits: [["high", 80, 3]],
      }),
      signal("pressure_drop", "Pressure drop", "bar", 0.42, 0.01, {
        range: [0, 2],
        normal: [0.2, 0.8],
        decimals: 2,
      }),
    ],
  ],
  [
    "chlorine",
    "Chlorine dosing",
    "treatment",
    "Dosing pump",
    [
      signal("residual", "Residual", "mg/L", 0.31, 0.012, {
        range: [0, 1],
        normal: [0.2, 0.5],
        decimals: 2,
        key: true,
        limits: [
          ["low", 0.1, 1],
          ["high", 0.8, 1],
        ],
      }),
      signal("dose", "Dose", "L/h", 1.8, 0.05, { range: [0, 5], normal: [0.8, 3], key: true }),
    ],
  ],
  ["valve-101", "Valve V-101", "treatment", "Control valve", VALVE(43, 824)],
  ["valve-102", "Valve V-102", "treatment", "Control valve", VALVE(61, 786)],
  [
    "high-tank",
    "High tank",
    "treatment",
    "Reservoir 2,400 m³",
    [
      signal("level", "Level", "m", 4.32, 0.02, {
        range: [0, 6],
        normal: [2.5, 5.4],
        decimals: 2,
        key: true,
        limits: [
          ["high-high", 5.8, 1],
          ["low", 1.5, 2],
        ],
      }),
      signal("net_flow", "Net flow", "m³/h", 38, 6, {
        range: [-200, 200],
        normal: [-120, 120],
        decimals: 0,
        key: true,
      }),
    ],
  ],
  ["pump-hall-air", "Pump hall air", "rooms", "Zigbee", ROOM(19.4)],
  [
    "control-room",
    "Control room",
    "rooms",
    "Zigbee",
    [
      ...ROOM(21.6),
      signal("co2", "CO₂", "ppm", 640, 12, {
        range: [300, 2000],
        normal: [350, 1000],
        decimals: 0,
        limits: [["high", 1500, 4]],
        rate: 0.1,
      }),
    ],
  ],
  [
    "edge-2",
    "Edge node 2",
    "rooms",
    "Gateway",
    [
      { ...signal("link", "Link", "", 0, 0, { role: "state", key: true }), words: ["lost"] },
      signal("uptime", "Uptime", "h", 412, 0, { decimals: 0, rate: 0.1 }),
    ],
  ],
];

const AREAS = [
  { id: "intake", name: "Intake" },
  { id: "pump-hall", name: "Pump hall" },
  { id: "treatment", name: "Treatment" },
  { id: "rooms", name: "Rooms" },
];

export interface FakePlant {
  view: PlantView;
  motions: Motion[];
  byId: Map<string, number>;
}

/** The station, `copies` times over. */
export function makePlant(copies: number): FakePlant {
  const motions: Motion[] = [];
  const byId = new Map<string, number>();
  const assets: AssetView[] = [];
  const areas = [];
  const places: PlaceView[] =
    copies > 1 ? [{ id: "waterworks", name: "Riverside Waterworks", level: "enterprise", parent: null }] : [];
  for (let copy = 0; copy < copies; copy += 1) {
    const tail = copy === 0 ? "" : `-${copy + 1}`;
    const word = copy === 0 ? "" : ` ${copy + 1}`;
    const site = `station${tail}`;
    const parent = copies > 1 ? "waterworks" : null;
    places.push({ id: site, name: `Riverside${word}`, level: "site", parent });
    for (const area of AREAS) {
      const place = { id: area.id + tail, name: area.name + word };
      areas.push(place);
      places.push({ ...place, level: "area", parent: site });
    }
    for (const [id, name, area, type, specs, model] of ASSETS) {
      const asset = id + tail;
      const signals = specs.map((spec) => view(asset, spec, motions, byId));
      const inputs = signals.filter((s) => s.role === "measurement").map((s) => s.key);
      if (model) signals.push(view(asset, SCORE, motions, byId));
      assets.push({
        id: asset,
        name: name + word,
        area: area + tail,
        type_name: type,
        dtmi: model ? "dtmi:water:CentrifugalPump;2" : null,
        signals,
        model: model
          ? {
              id: "pump-anomaly",
              method: sentence("model-method"),
              learned_from: sentence("model-learned-demo"),
              false_alarms_per_day: 0,
              false_alarms_per_day_upper: 0.3256,
              holdout_days: 9.2,
              inputs,
              fault: null,
            }
          : null,
      });
    }
  }
  const view0: PlantView = {
    name: "Riverside Pumping Station",
    zone: "Europe/Berlin",
    revision: 1,
    workspace: "/home/operator/riverside",
    areas,
    places,
    assets,
    system: [],
    plans: fakePlans(assets),
    map: fakeMap(assets),
  };
  return { view: view0, motions, byId };
}

const SCORE: SignalSpec = {
  ...signal("anomaly", "Anomaly score", "", 0.12, 0.04, {
    range: [0, 1],
    decimals: 2,
    role: "score",
    limits: [["anomaly", 0.5, 3]],
  }),
  rate: 1,
};

/** What Twinscope tells of a connection: its last signal goes on counting. */
export function addSystem({ view: plant, motions, byId }: FakePlant): void {
  const id = "$connection.station";
  const specs = [
    signal("dropped", "Messages lost", "", 18_420, 0, { decimals: 0, limits: [["high", 0, 2]] }),
    signal("left-out", "Messages above the rate limit", "", 0, 0, { decimals: 0, limits: [["high", 0, 3]] }),
  ];
  const signals = specs.map((spec) => view(id, spec, motions, byId));
  plant.system = [{ id, name: "Pumping station", area: "", type_name: "", dtmi: null, signals, model: null }];
}

function view(asset: string, spec: SignalSpec, motions: Motion[], byId: Map<string, number>): SignalView {
  const key = motions.length;
  motions.push(spec);
  const id = `${asset}/${spec.id}`;
  byId.set(id, key);
  const limits: LimitView[] = (spec.limits ?? []).map(([kind, value, priority]) => ({
    kind,
    value,
    priority,
  }));
  const role = spec.role ?? "measurement";
  return {
    key,
    id,
    name: spec.name,
    short_name: spec.short ?? spec.name,
    unit: spec.unit,
    range: spec.range ?? null,
    normal: spec.normal ?? null,
    decimals: spec.decimals ?? 1,
    key_value: spec.key ?? false,
    role,
    step: role === "setpoint" || role === "state",
    limits,
    stale_after_ms: Math.max(10_000, 3_000 / spec.rate),
    source: `station: spBv1.0/Riverside/edge-1/${asset}#${spec.id}`,
  };
}
