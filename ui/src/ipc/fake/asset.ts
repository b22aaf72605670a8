/** Device, events and documents of the played station's assets, and the system's dialogs. */
import type { Backend } from "../backend";
import type { AlarmRow } from "../bindings/AlarmRow";
import type { AssetEvent } from "../bindings/AssetEvent";
import type { DeviceFact } from "../bindings/DeviceFact";
import type { DocumentView } from "../bindings/DocumentView";
import type { EventKind } from "../bindings/EventKind";
import type { EventWhat } from "../bindings/EventWhat";
import type { Did } from "./acts";
import type { FakeAlarms } from "./alarms";
import type { FakePlant } from "./plant";
import { refused, said, sentence } from "./said";
import type { World } from "./world";

const S = 1_000_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS_LEFT = 19;

type Asked = Pick<
  Backend,
  "device" | "assetEvents" | "documents" | "documentsLines" | "changeDocuments" | "openDocument" | "pickPath"
>;

const SILENT = {
  unit: "",
  signal: null,
  device: "Riverside/edge-1/pump-2",
  convention: "Sparkplug B",
  topic: "spBv1.0/Riverside/DBIRTH/edge-1/pump-2",
  kept: false,
};

function facts(at: number): DeviceFact[] {
  return [
    { ...SILENT, kind: "presence", value: "online", convention: "", topic: "", at: at - 3 * HOUR },
    { ...SILENT, kind: "name", value: "pump-2", at: at - 3 * HOUR },
    { ...SILENT, kind: "maker", value: "Nordstrom Pumps", at: at - 3 * HOUR },
    { ...SILENT, kind: "model", value: "NP-315 VSD", at: at - 3 * HOUR },
    { ...SILENT, kind: "firmware", value: "4.2.1", at: at - 3 * HOUR },
    { ...SILENT, kind: "serial", value: "NP315-20417", at: at - 3 * HOUR },
    {
      ...SILENT,
      kind: "address",
      value: "10.20.4.32",
      device: "",
      convention: "JSON",
      topic: "riverside/pump-2/network",
      at: at - 2 * DAY,
      kept: true,
    },
    {
      ...SILENT,
      kind: "strength",
      value: "-61",
      unit: "dBm",
      device: "",
      convention: "JSON",
      topic: "riverside/pump-2/network",
      at: at - 4 * S,
    },
  ];
}

const PAPERS: DocumentView[] = [
  { title: "Operating manual", place: "documents/np-315/manual.pdf", web: false, wrong: null },
  { title: "P&ID, sheet 3", place: "documents/p-and-id-3.pdf", web: false, wrong: null },
  {
    title: "Spare parts of the maker",
    place: "https://parts.nordstrom.example/np-315?serial=NP315-20417",
    web: true,
    wrong: null,
  },
  {
    title: "Inspection report",
    place: "documents/inspection-2025.pdf",
    web: false,
    wrong: said(
      "documents/inspection-2025.pdf cannot be read: No such file or directory (os error 2). Put the file there, or correct its path in plant.toml.",
    ),
  },
];

/** Each change of an alarm by itself. */
function changes(alarm: AlarmRow): AssetEvent[] {
  const event = (at: number, change: Extract<EventWhat, { kind: "alarm" }>["change"]): AssetEvent => ({
    at,
    what: {
      kind: "alarm",
      occurrence: alarm.id,
      change,
      rule: alarm.kind,
      priority: alarm.priority,
      acknowledged: change !== "raised",
      limit: alarm.limit,
      value: alarm.value,
      signal: alarm.signal,
      user: change === "acknowledged" ? (alarm.acknowledged_by ?? "") : "",
      comment: change === "acknowledged" ? (alarm.comment ?? "") : "",
    },
  });
  const list = [event(alarm.raised_at, "raised")];
  if (alarm.acknowledged_at !== null) list.push(event(alarm.acknowledged_at, "acknowledged"));
  if (alarm.returned_at !== null) list.push(event(alarm.returned_at, "returned"));
  return list;
}

function others(signal: number, signals: number, begin: number): AssetEvent[] {
  const topic = "spBv1.0/Riverside/DBIRTH/edge-1/pump-2";
  const audit = (seq: number, action: string, subject: string, user: string, detail: string): EventWhat => ({
    kind: "audit",
    seq,
    user,
    action,
    subject,
    detail,
  });
  const list: [ago: number, what: EventWhat][] = [
    [3 * HOUR, { kind: "birth", connection: "station", topic }],
    [3 * HOUR + 2 * S, { kind: "link", connection: "station", state: "up", reason: "" }],
    [
      3 * HOUR + 44 * S,
      { kind: "link", connection: "station", state: "down", reason: "The broker closed the connection" },
    ],
    [3 * HOUR + 44 * S, { kind: "quality", status: 2, reason: 1, signal, signals }],
    [7 * HOUR, { kind: "quality", status: 1, reason: 3, signal, signals }],
    [
      9 * HOUR,
      {
        kind: "unreadable",
        connection: "station",
        topic: "spBv1.0/Riverside/DDATA/edge-1/pump-2",
        reason: "sparkplug-malformed",
        detail: "the payload ends within a metric",
      },
    ],
    [26 * HOUR, { kind: "quality", status: 0, reason: 0, signal, signals }],
    [26 * HOUR + 90 * S, { kind: "quality", status: 2, reason: 7, signal, signals: 1 }],
    [2 * DAY, audit(41, "plant-file", "plant.toml", "", "edited by hand")],
    [9 * DAY, audit(12, "accept-proposals", "pump-1, pump-2", "m.weber", "14 signals")],
  ];
  return list.map(([ago, what]) => ({ at: begin - ago, what }));
}

export function fakeAsset(
  plant: FakePlant,
  world: World,
  alarms: FakeAlarms,
  bare: boolean,
  did: Did,
): Asked {
  const signalsOf = (asset: string) => plant.view.assets.find((view) => view.id === asset)?.signals ?? [];
  const rich = (asset: string) => asset.startsWith("pump-") && !bare;
  /** Documents that were changed, by asset. */
  const changed = new Map<string, DocumentView[]>();
  const papersOf = (asset: string) => changed.get(asset) ?? (rich(asset) ? PAPERS : []);
  return {
    async device(asset) {
      const now = Date.now() * 1_000;
      return {
        connection: "station",
        expiries: [
          {
            what: sentence("step-client-certificate", { subject: "CN=twinscope" }),
            at: now + DAYS_LEFT * DAY,
            days: DAYS_LEFT,
            near: true,
          },
          {
            what: sentence("step-broker-certificate", { subject: "CN=broker.riverside.example" }),
            at: now + 212 * DAY,
            days: 212,
            near: false,
          },
        ],
        received: now,
        facts: rich(asset) ? facts(world.start) : [],
        left_out: 0,
      };
    },
    async assetEvents({ asset, before, kinds, limit }) {
      const own = signalsOf(asset);
      const first = own[0]?.key ?? 0;
      const wanted = (kind: EventKind) => kinds.length === 0 || kinds.includes(kind);
      const all = [
        ...alarms
          .all()
          .filter((alarm) => alarm.asset === asset)
          .flatMap(changes),
        ...(rich(asset) ? others(first, own.length, world.start) : []),
      ].filter(({ at, what }) => at < before && wanted(what.kind));
      all.sort((a, b) => b.at - a.at);
      return { rows: all.slice(0, limit), more: all.length > limit };
    },
    documents: async (asset) => [...papersOf(asset)],
    async documentsLines({ asset, after }) {
      const added = after.slice(papersOf(asset).length);
      const lines = added.flatMap(({ title, place, web }) => [
        "",
        "[[asset.documents]]",
        `title = "${title}"`,
        `${web ? "address" : "file"} = "${place}"`,
      ]);
      return {
        path: `${plant.view.workspace}/plant.toml`,
        lines: lines.map((text, i) => ({ change: "added", line: 212 + i, text })),
        wrong: [],
      };
    },
    async changeDocuments({ asset, before, after }) {
      const now = papersOf(asset).map(({ title, place, web }) => ({ title, place, web }));
      if (JSON.stringify(now) !== JSON.stringify(before))
        throw { message: "plant.toml names other documents by now." };
      const old = papersOf(asset);
      const known = new Map(old.map((paper) => [paper.title, paper.wrong]));
      did("change-documents", [plant.view.assets.find(({ id }) => id === asset)?.name ?? asset], () =>
        changed.set(asset, old),
      );
      changed.set(
        asset,
        after.map((form) => ({ ...form, wrong: known.get(form.title) ?? null })),
      );
    },
    async openDocument(asset, index, seen) {
      if (papersOf(asset)[index]?.place !== seen) throw refused("document-changed");
    },
    pickPath: async ({ kind, named, endings }) => {
      if (kind === "folder") return "/srv/plants/riverside";
      if (endings.includes("pdf")) return `${plant.view.workspace}/documents/np-315/service-plan.pdf`;
      return `/home/operator/${named === "" ? "chosen.pem" : named}`;
    },
  };
}
