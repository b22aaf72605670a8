/** What the played brokers say beside the plant file: assets nobody has accepted yet. */
import type { EvidenceView } from "../bindings/EvidenceView";
import type { ProposalRow } from "../bindings/ProposalRow";
import type { ProposedSignalView } from "../bindings/ProposedSignalView";
import type { SaidView } from "../bindings/SaidView";
import { sentence } from "./said";

/** A proposal with all its signals. */
export interface Found {
  row: ProposalRow;
  signals: ProposedSignalView[];
}

interface Spec {
  path: string;
  id: string;
  name: string;
  unit?: string;
  mean?: number;
  decimals?: number;
  text?: string;
  range?: [number, number];
  /** Whether the source names unit and name itself. */
  said?: boolean;
  silent?: boolean;
}

function described(convention: string, source: string, count: number): SaidView {
  return sentence("evidence-described", { convention, source, count });
}

function evidenceOf(spec: Spec, topic: string): EvidenceView[] {
  const out: EvidenceView[] = [];
  if (!spec.silent) {
    const mean = spec.mean ?? 0;
    const [least, greatest] = [(mean * 0.97).toFixed(1), (mean * 1.03).toFixed(1)];
    const text =
      spec.text === undefined
        ? sentence("evidence-came-between", { count: 412, least, greatest })
        : sentence("evidence-came-texts", { count: 412, texts: spec.text });
    out.push({ ground: "seen", text, topic });
  }
  if (spec.unit) {
    const { unit, path } = spec;
    out.push(
      spec.said
        ? { ground: "said", text: sentence("evidence-unit", { unit }), topic }
        : { ground: "guessed", text: sentence("evidence-unit-name", { unit, name: path }), topic },
    );
  }
  if (spec.said) out.push({ ground: "said", text: sentence("evidence-name", { name: spec.name }), topic });
  return out;
}

function signalOf(topic: string, spec: Spec): ProposedSignalView {
  const isText = spec.text !== undefined;
  const heard = !spec.silent;
  const mean = spec.mean ?? 0;
  const decimals = spec.decimals ?? 1;
  return {
    address: `${topic}#${spec.path}`,
    id: spec.id,
    name: spec.name,
    unit: spec.unit ?? "",
    role: isText ? "state" : "measurement",
    kind: isText ? "text" : heard ? "number" : "",
    range: spec.range ?? null,
    seen: heard && !isText ? [mean * 0.97, mean * 1.03] : null,
    states: isText && heard ? [spec.text ?? ""] : [],
    more_states: false,
    decimals,
    value: heard ? (spec.text ?? mean.toFixed(decimals)) : null,
    number: heard && !isText ? mean : null,
    time: null,
    received: null,
    status: 0,
    reason: 0,
    count: heard ? 412 : 0,
    evidence: evidenceOf(spec, topic),
  };
}

type Head = Pick<ProposalRow, "convention" | "convention_name" | "sureness"> &
  Partial<ProposalRow["asset"]> & { connection?: string; evidence?: EvidenceView[] };

function found(topic: string, id: string, name: string, path: string[], head: Head, specs: Spec[]): Found {
  const connection = head.connection ?? "station";
  const signals = specs.map((spec) => signalOf(topic, spec));
  const text = sentence("evidence-share", { count: specs.length, key: topic });
  const row: ProposalRow = {
    id: `${connection} ${topic}`,
    connection,
    connection_name: connection === "station" ? "Station broker" : "Laboratory",
    convention: head.convention,
    convention_name: head.convention_name,
    sureness: head.sureness,
    asset: {
      exists: head.exists ?? false,
      id,
      name,
      path,
      place: head.place ?? { id: "pump-hall", name: "Pump hall", exists: true },
      type: head.type ?? { id: "asset", name: "Asset", exists: false },
      maker: head.maker ?? null,
      model: head.model ?? null,
    },
    evidence: head.evidence ?? [{ ground: "guessed", text, topic }],
    signals: signals.length,
    heard: signals.filter((signal) => signal.value !== null).length,
    last_at: null,
  };
  return { row, signals };
}

const JSON_HEAD: Head = { convention: "json", convention_name: "JSON", sureness: "guess" };

function dosing(number: number): Found {
  const place = { id: "dosing", name: "Dosing", exists: false };
  const type = { id: "dosing-pump", name: "Dosing pump", exists: false };
  const path = ["riverside", "dosing"];
  const topic = `riverside/dosing/dosing-pump-${number}`;
  return found(topic, `dosing-pump-${number}`, `Dosing pump ${number}`, path, { ...JSON_HEAD, place, type }, [
    { path: "flow_l_h", id: "flow", name: "Flow", unit: "l/h", mean: 18.4 + number },
    { path: "pressure_kPa", id: "pressure", name: "Pressure", unit: "kPa", mean: 412.5 },
    { path: "running", id: "running", name: "Running", text: "yes" },
    { path: "stroke_mm", id: "stroke", name: "Stroke", unit: "mm", mean: 9.25, decimals: 2 },
  ]);
}

function blower(): Found {
  const topic = "spBv1.0/Riverside/edge-3/blower";
  return found(
    topic,
    "blower",
    "Blower",
    ["Riverside", "edge-3"],
    {
      convention: "sparkplug-b",
      convention_name: "Sparkplug B",
      sureness: "sure",
      type: { id: "blower", name: "HB 250", exists: false },
      place: { id: "treatment", name: "Treatment", exists: true },
      maker: "Harbour Blowers",
      model: "HB 250",
      evidence: [{ ground: "said", text: described("Sparkplug B", topic, 4), topic }],
    },
    [
      {
        path: "Motor/Current",
        id: "motor-current",
        name: "Motor current",
        unit: "A",
        mean: 21.7,
        said: true,
      },
      { path: "Motor/Speed", id: "motor-speed", name: "Motor speed", unit: "1/min", mean: 2_950, said: true },
      {
        path: "Outlet/Pressure",
        id: "outlet-pressure",
        name: "Outlet pressure",
        unit: "kPa",
        mean: 58.2,
        range: [0, 100],
        said: true,
      },
      { path: "Serial", id: "serial", name: "Serial", said: true, silent: true },
    ],
  );
}

function room(): Found {
  const topic = "zigbee2mqtt/cold-store";
  return found(
    topic,
    "cold-store",
    "Cold store",
    [],
    {
      convention: "zigbee2mqtt",
      convention_name: "zigbee2mqtt",
      sureness: "sure",
      type: { id: "room-sensor", name: "Room sensor", exists: true },
      place: { id: "rooms", name: "Rooms", exists: true },
      maker: "Aqara",
      model: "WSDCGQ11LM",
      evidence: [
        {
          ground: "said",
          text: described("zigbee2mqtt", topic, 3),
          topic: "zigbee2mqtt/bridge/devices",
        },
      ],
    },
    [
      { path: "battery", id: "battery", name: "Battery", unit: "%", mean: 87, decimals: 0, said: true },
      { path: "humidity", id: "humidity", name: "Humidity", unit: "%", mean: 71.2, said: true },
      { path: "temperature", id: "temperature", name: "Temperature", unit: "°C", mean: 4.3, said: true },
    ],
  );
}

function moreOfPump(): Found {
  const topic = "spBv1.0/Riverside/edge-1/pump-2";
  return found(
    topic,
    "pump-2",
    "Pump 2",
    ["Riverside", "edge-1"],
    {
      convention: "sparkplug-b",
      convention_name: "Sparkplug B",
      sureness: "sure",
      exists: true,
      type: { id: "pump", name: "Centrifugal, VSD", exists: true },
      evidence: [
        { ground: "seen", text: sentence("evidence-beside"), topic },
        { ground: "said", text: described("Sparkplug B", topic, 9), topic },
      ],
    },
    [{ path: "Seal/Leakage", id: "seal-leakage", name: "Seal leakage", unit: "ml/h", mean: 1.4, said: true }],
  );
}

const LARGE_SIGNALS = 50;

/** As large and as wordy as they come. */
function large(): Found {
  const topic = "riverside/utilities/compressed-air/compressor-station-north-building-7";
  const type = { id: "compressor-station", name: "Compressor station", exists: false };
  const name = "Compressor station north, building 7, with dryer and condensate treatment";
  const specs = Array.from({ length: LARGE_SIGNALS }, (_, index) => ({
    path: `stage_${index + 1}/discharge_air_temperature_after_intercooler_c`,
    id: `stage-${index + 1}-discharge-air-temperature-after-intercooler`,
    name: `Stage ${index + 1} discharge air temperature after the intercooler`,
    unit: "°C",
    mean: 41.5 + index,
    silent: index % 9 === 4,
  }));
  return found(
    topic,
    "compressor-station-north",
    name,
    ["riverside", "utilities"],
    { ...JSON_HEAD, type },
    specs,
  );
}

/** Names are text, whatever they hold. */
function hostile(): Found {
  const topic = `lab/<img src=x onerror=alert(1)>/"; DROP TABLE signal; --`;
  return found(
    topic,
    "drop-table-signal",
    `"; DROP TABLE signal; --`,
    ["lab", "<img src=x onerror=alert(1)>"],
    {
      ...JSON_HEAD,
      connection: "lab",
      place: { id: "img-src-x-onerror-alert-1", name: "<img src=x onerror=alert(1)>", exists: false },
    },
    [
      { path: "<b>bold</b>", id: "b-bold-b", name: "<b>bold</b>", mean: 3.5 },
      { path: "counter", id: "counter", name: "Counter", text: "9007199254740993" },
    ],
  );
}

/** Everything that was heard; `copies` of the dosing pumps. */
export function everythingHeard(copies: number): Found[] {
  const pumps = Array.from({ length: copies }, (_, index) => dosing(index + 1));
  return [moreOfPump(), blower(), large(), ...pumps, room(), hostile()];
}
