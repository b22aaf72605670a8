/** What a person who looks for a fault sees of the played station: topics with their rates, messages, the program. */
import type { Backend } from "../backend";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { EvidencePage } from "../bindings/EvidencePage";
import type { FieldView } from "../bindings/FieldView";
import type { HealthView } from "../bindings/HealthView";
import type { RateRow } from "../bindings/RateRow";
import type { RatesQuery } from "../bindings/RatesQuery";
import type { RateTotal } from "../bindings/RateTotal";
import type { TappedMessage } from "../bindings/TappedMessage";
import type { TapView } from "../bindings/TapView";
import { fakeHealth } from "./health";
import type { World } from "./world";

const S = 1_000_000;
const KEPT = 20;
const micros = () => Date.now() * 1_000;

interface Topic {
  connection: string;
  topic: string;
  /** Messages a second. */
  rate: number;
  bytes: number;
  sort: "sparkplug" | "json" | "deep";
  /** Asset whose signals are in it; empty for none. */
  asset: string;
  /** When the last message came, for one that is silent. */
  until: number | null;
}

type Diagnostics = Pick<
  Backend,
  | "rates"
  | "startTap"
  | "tap"
  | "tapped"
  | "endTap"
  | "evidenceTotals"
  | "evidence"
  | "evidencePayload"
  | "health"
>;

export function fakeDiagnostics(
  scene: string,
  world: World,
  connections: () => readonly ConnectionRow[],
): Diagnostics {
  const topics = scene === "empty" ? [] : fakeTopics(scene, world);
  let tap: { topic: Topic; since: number } | null = null;

  const view = (): TapView | null => {
    if (!tap) return null;
    const { topic, since } = tap;
    const seen = topic.until === null ? Math.floor(((micros() - since) / S) * topic.rate) : 0;
    const step = Math.max(1, Math.round(topic.rate / KEPT));
    const numbers = Array.from({ length: KEPT }, (_, i) => (Math.floor(seen / step) - i) * step);
    return {
      connection: topic.connection,
      topic: topic.topic,
      since,
      seen,
      passed: seen - Math.floor(seen / step),
      messages: numbers
        .filter((number) => number > 0)
        .map((number) => messageOf(world, topic, since, number).row),
    };
  };

  return {
    rates: async (query) => ratesOf(topics, connections(), query, world.start),
    async startTap(connection, topic) {
      const known = topics.find((of) => of.connection === connection && of.topic === topic);
      const silent: Topic = { connection, topic, rate: 0, bytes: 0, sort: "json", asset: "", until: 0 };
      tap = { topic: known ?? silent, since: micros() };
      return view() as TapView;
    },
    tap: async () => view(),
    tapped: async (number) => (tap ? messageOf(world, tap.topic, tap.since, number) : null),
    async endTap() {
      tap = null;
    },
    evidenceTotals: async () =>
      connections().flatMap(({ form, rejects }) =>
        rejects.map(({ reason, count }) => ({
          connection: form.id,
          reason,
          total: count + EVIDENCE_GONE,
          kept: count,
        })),
      ),
    evidence: async (connection, reason, before) =>
      evidenceOf(connections(), connection, reason, before ?? Number.POSITIVE_INFINITY),
    evidencePayload: async () => EVIDENCE_PAYLOAD,
    health: async (): Promise<HealthView> => fakeHealth(scene, world, connections()),
  };
}

function fakeTopics(scene: string, world: World): Topic[] {
  const flood = scene === "flood";
  const topics = world.plant.view.assets.map((asset): Topic => {
    const rates = asset.signals.map(({ key }) => world.plant.motions[key]?.rate ?? 0);
    const rate = Math.max(0, ...rates);
    const zigbee = asset.id.startsWith("room") || asset.id.includes("door");
    const dead = asset.id === "edge-2" && scene !== "normal";
    return {
      connection: "station",
      topic: zigbee ? `zigbee2mqtt/${asset.id}` : `spBv1.0/Riverside/DDATA/edge-1/${asset.id}`,
      rate: dead ? 0 : rate,
      bytes: zigbee ? 96 : 24 + asset.signals.length * 17,
      sort: zigbee ? "json" : "sparkplug",
      asset: asset.id,
      until: dead ? world.start - 192 * S : null,
    };
  });
  const other = (
    connection: string,
    topic: string,
    rate: number,
    bytes: number,
    sort: Topic["sort"],
  ): Topic => ({
    connection,
    topic,
    rate,
    bytes,
    sort,
    asset: "",
    until: rate === 0 ? world.start - 3_070 * S : null,
  });
  return [
    ...topics,
    other("station", "lab/analyser/raw", flood ? 2_410 : 0.2, flood ? 1_840 : 620, flood ? "json" : "deep"),
    other("station", "lab/analyser/debug/trace", flood ? 312 : 0, 244, "json"),
    other("station", "zigbee2mqtt/bridge/state", 0, 18, "json"),
    other("lorawan", "application/4/device/0102aa/event/up", 0.017, 412, "json"),
    other("well", "coap/10.20.0.31:5684/level", 0.2, 18, "json"),
  ];
}

/** Counted since the connection was started, three hours before the window was opened. */
function countOf({ rate, until }: Topic, start: number): number {
  const end = until ?? micros();
  return until === null ? Math.floor(((end - start + 3 * 3_600 * S) / S) * rate) : 412;
}

function rowOf(topic: Topic, start: number): RateRow {
  const messages = countOf(topic, start);
  const size = topic.topic.length + topic.bytes;
  const wobble = 1 + 0.04 * Math.sin(micros() / (3 * S) + topic.topic.length);
  const live = topic.until === null;
  const rate = live ? topic.rate * wobble : 0;
  const step = S / Math.max(topic.rate, 0.001);
  return {
    connection: topic.connection,
    topic: topic.topic,
    per_s: rate,
    bytes_per_s: rate * size,
    messages,
    bytes: messages * size,
    last: live ? Math.floor(micros() / step) * step : (topic.until ?? 0),
  };
}

function ratesOf(topics: readonly Topic[], rows: readonly ConnectionRow[], query: RatesQuery, start: number) {
  const all = topics.map((topic) => rowOf(topic, start));
  const weight = (row: RateRow) =>
    query.order === "silence" ? -row.last : query.order === "bytes" ? row.bytes_per_s : row.per_s;
  const text = query.text.toLowerCase();
  const fitting = all.filter(
    ({ connection, topic }) =>
      (query.connection === "" || connection === query.connection) && topic.toLowerCase().includes(text),
  );
  const total = (connection: string): RateTotal => {
    const own = all.filter((row) => row.connection === connection);
    const sum = (of: (row: RateRow) => number) => own.reduce((sum, row) => sum + of(row), 0);
    return {
      connection,
      per_s: sum((row) => row.per_s),
      bytes_per_s: sum((row) => row.bytes_per_s),
      messages: sum((row) => row.messages),
      bytes: sum((row) => row.bytes),
      topics: own.length,
      silent: own.filter((row) => micros() - row.last >= 60 * S).length,
      topics_max: 50_000,
      beyond: 0,
    };
  };
  return {
    rows: fitting.sort((a, b) => weight(b) - weight(a)).slice(0, query.limit),
    fitting: fitting.length,
    connections: rows.map(({ form }) => total(form.id)),
    at: micros(),
  };
}

const hex = (bytes: Iterable<number>) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const textBytes = (text: string) => new TextEncoder().encode(text);

function fieldsOf(world: World, topic: Topic, at: number): FieldView[] {
  const asset = world.plant.view.assets.find(({ id }) => id === topic.asset);
  const head = topic.topic.replace("DDATA/", "");
  return (asset?.signals ?? []).map(({ key, id }) => {
    const words = world.plant.motions[key]?.words?.[0];
    const name = id.split("/").at(-1) ?? id;
    return {
      address: `${head}#${topic.sort === "sparkplug" ? name.replace("_", "/") : name}`,
      value: words ?? String(Math.round(world.value(key, at) * 1_000) / 1_000),
      kind: words === undefined ? "number" : "text",
      quality: [world.status(key, at), 0],
      time: at,
      sourced: true,
      historical: false,
      transient: false,
      unit: "",
      signal: key,
      ignored: false,
    };
  });
}

/** A length-delimited field of a protocol buffer for each value, as Sparkplug sends them: enough to look at as bytes. */
function sparkplugBytes(fields: readonly FieldView[], at: number): number[] {
  const varint = (of: number): number[] => {
    const bytes: number[] = [];
    let rest = of;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    return [...bytes, rest];
  };
  const metric = (field: FieldView) => {
    const name = textBytes(field.address.split("#")[1] ?? "");
    const number = new Uint8Array(new Float64Array([Number(field.value)]).buffer);
    return [0x0a, name.length, ...name, 0x20, 0x0a, 0x69, ...number];
  };
  const metrics = fields.map(metric).flatMap((bytes) => [0x12, bytes.length, ...bytes]);
  return [0x08, ...varint(Math.floor(at / 1_000)), ...metrics, 0x18, 0x2a];
}

function jsonText(topic: Topic, fields: readonly FieldView[], number: number): string {
  if (topic.topic.endsWith("/raw") || topic.topic.endsWith("/trace")) {
    const scan = Array.from({ length: 24 }, (_, i) =>
      Math.round(4_096 * Math.abs(Math.sin(number * 0.7 + i))),
    );
    return JSON.stringify({
      analyser: "AQ-7",
      seq: number,
      channel: { id: 3, name: "UV 254 nm", scan },
      ok: true,
    });
  }
  const values = fields.map(({ address, value, kind }) => [
    address.split("#")[1],
    kind === "text" ? value : Number(value),
  ]);
  return JSON.stringify(values.length > 0 ? Object.fromEntries(values) : { level_m: 3.482, battery: 0.91 });
}

function messageOf(world: World, topic: Topic, since: number, number: number): TappedMessage {
  const at = since + (number / Math.max(topic.rate, 0.001)) * S;
  const fields = fieldsOf(world, topic, at);
  const deep = `${'{"a":'.repeat(60)}1${"}".repeat(60)}`;
  const text = topic.sort === "deep" ? deep : jsonText(topic, fields, number);
  const bytes = topic.sort === "sparkplug" ? sparkplugBytes(fields, at) : [...textBytes(text)];
  const unknown = topic.sort === "json" && fields.length === 0;
  const heard = unknown ? unknownFields(topic, at, number) : fields;
  const rejected = topic.sort === "deep";
  const plain = topic.connection === "well" || topic.topic.startsWith("lab/");
  return {
    row: {
      number,
      at,
      qos: plain ? 0 : 1,
      retain: false,
      dup: false,
      bytes: bytes.length,
      outcome: rejected ? "rejected" : "read",
      convention: rejected ? "" : topic.sort === "sparkplug" ? "Sparkplug B" : "JSON",
      values: rejected ? 0 : heard.length,
      excerpt: topic.sort === "sparkplug" ? hex(bytes.slice(0, 40)) : text.slice(0, 160),
    },
    payload: hex(bytes),
    content_type: topic.topic.startsWith("lab/") ? "application/json" : null,
    user: topic.topic.startsWith("lab/") ? [["sender", "AQ-7 <lab>"]] : [],
    left_out: 0,
    fields: rejected ? [] : heard,
    more_fields: 0,
    skipped: 0,
    events: [],
    reject: rejected ? ["json-too-deep", "nested deeper than 32 levels"] : null,
  };
}

function unknownFields(topic: Topic, at: number, number: number): FieldView[] {
  const field = (path: string, value: string, kind: string): FieldView => ({
    address: `${topic.topic}#${path}`,
    value,
    kind,
    quality: [0, 0],
    time: at,
    sourced: false,
    historical: false,
    transient: false,
    unit: "",
    signal: null,
    ignored: false,
  });
  return [
    field("analyser", "AQ-7", "text"),
    field("seq", String(number), "integer"),
    field("channel.id", "3", "integer"),
    field("channel.name", "UV 254 nm", "text"),
    field("channel.scan.0", "2638", "integer"),
    field("channel.scan.1", "4061", "integer"),
    field("ok", "true", "bool"),
  ];
}

/** Unreadable messages of before, which made room. */
const EVIDENCE_GONE = 12;
const EVIDENCE_A_PAGE = 50;
const EVIDENCE_TEXT = `${'{"a":'.repeat(60)}1${"}".repeat(60)}`;
const EVIDENCE_PAYLOAD = hex(textBytes(EVIDENCE_TEXT));

function evidenceOf(
  rows: readonly ConnectionRow[],
  connection: string,
  reason: string,
  before: number,
): EvidencePage {
  const row = rows.find(({ form }) => form.id === connection);
  const reject = row?.rejects.find((of) => of.reason === reason);
  if (!reject) return { rows: [], total: 0, kept: 0, more: false };
  const count = reject.count;
  const first = Math.min(before - 1, count);
  const listed = Math.min(first, EVIDENCE_A_PAGE);
  return {
    rows: Array.from({ length: listed }, (_, i) => ({
      number: first - i,
      topic: reject.last_topic,
      detail: reject.last_error,
      at: reject.last_at - (count - first + i) * 5 * S,
      bytes: EVIDENCE_TEXT.length,
      kept_bytes: EVIDENCE_TEXT.length,
    })),
    total: count + EVIDENCE_GONE,
    kept: count,
    more: first > listed,
  };
}
