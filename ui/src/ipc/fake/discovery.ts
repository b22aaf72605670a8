/** The played discovery: what is accepted or left alone is gone from it, as in the real program. */

import type { Backend } from "../backend";
import type { Acceptance } from "../bindings/Acceptance";
import type { AcceptanceFault } from "../bindings/AcceptanceFault";
import type { AcceptedAsset } from "../bindings/AcceptedAsset";
import type { AcceptedSignal } from "../bindings/AcceptedSignal";
import type { ChangedLine } from "../bindings/ChangedLine";
import type { Choice } from "../bindings/Choice";
import type { DiscoveryQuery } from "../bindings/DiscoveryQuery";
import type { PlantChange } from "../bindings/PlantChange";
import type { PlantView } from "../bindings/PlantView";
import type { ProposalCount } from "../bindings/ProposalCount";
import type { ProposalRow } from "../bindings/ProposalRow";
import type { SaidView } from "../bindings/SaidView";
import type { Did } from "./acts";
import { everythingHeard, type Found } from "./heard";
import { refusal, refused, sentence } from "./said";

const PAGE = 200;
const ID = /^[a-z0-9][a-z0-9_-]*$/;
const LINE = 214;

type Part = Pick<
  Backend,
  | "discovery"
  | "discoveryProposal"
  | "discoveryPreview"
  | "discoveryAccept"
  | "discoveryIgnore"
  | "discoveryUnignore"
>;

const topicOf = (address: string) => address.split("#")[0] ?? address;

function counts(all: Found[], key: (row: ProposalRow) => [string, string]): ProposalCount[] {
  const out = new Map<string, ProposalCount>();
  for (const { row } of all) {
    const [id, name] = key(row);
    const count = out.get(id) ?? { id, name, proposals: 0, signals: 0 };
    out.set(id, { ...count, proposals: count.proposals + 1, signals: count.signals + row.signals });
  }
  return [...out.values()].sort((a, b) => b.proposals - a.proposals);
}

function fits(query: DiscoveryQuery, { row, signals }: Found): boolean {
  const text = query.text.toLowerCase();
  const words = [row.asset.name, row.asset.id, ...signals.flatMap((s) => [s.address, s.name, s.id])];
  return (
    (query.connection === "" || query.connection === row.connection) &&
    (query.convention === "" || query.convention === row.convention) &&
    words.some((word) => word.toLowerCase().includes(text))
  );
}

/** A text as TOML writes it. */
const quoted = (text: string) =>
  text.includes('"') && !text.includes("'") ? `'${text}'` : JSON.stringify(text);

function written(asset: AcceptedAsset, row: ProposalRow, signals: AcceptedSignal[]): string[] {
  const lines: string[] = [];
  const { type, place } = row.asset;
  if (asset.exists) {
    return signals.map((signal) => `${signal.id} = ${quoted(signal.address)}`);
  }
  if (asset.place !== place.id || !place.exists) {
    lines.push("", "[[area]]", `id = ${quoted(asset.place)}`, `name = ${quoted(asset.place_name)}`);
  }
  if (asset.type !== type.id || !type.exists) {
    lines.push("", "[[type]]", `id = ${quoted(asset.type)}`, `name = ${quoted(asset.type_name)}`);
    for (const signal of signals) {
      lines.push("", "[[type.signal]]", `id = ${quoted(signal.id)}`, `name = ${quoted(signal.name)}`);
      if (signal.unit) lines.push(`unit = ${quoted(signal.unit)}`);
    }
  }
  lines.push("", "[[asset]]", `id = ${quoted(asset.id)}`, `name = ${quoted(asset.name)}`);
  lines.push(`area = ${quoted(asset.place)}`, `type = ${quoted(asset.type)}`);
  lines.push(`connection = ${quoted(row.connection)}`, "", "[asset.sources]");
  return [...lines, ...signals.map((signal) => `${signal.id} = ${quoted(signal.address)}`)];
}

function madeOf({ id, name, place, type_name }: AcceptedAsset): PlantView["assets"][number] {
  return { id, name, area: place, type_name, dtmi: null, signals: [], model: null };
}

export function fakeDiscovery(scene: string, plant: PlantView, did: Did): Part {
  let all: Found[] = scene === "empty" ? [] : everythingHeard(scene === "thousand" ? 450 : 3);
  const connections = counts(all, (row) => [row.connection, row.connection_name]);
  const shown = new Set<number>();
  let hidden: { filter: string; found: Found }[] = [];
  let version = 1;
  let revision = 1;
  const assets = new Set(plant.assets.map((asset) => asset.id));
  const places: Choice[] = plant.areas.map(({ id, name }) => ({ id, name, exists: true }));
  const types: Choice[] = [
    { id: "pump", name: "Centrifugal, VSD", exists: true },
    { id: "room-sensor", name: "Room sensor", exists: true },
  ];
  const ignored: string[] = scene === "empty" ? [] : ["riverside/+/debug/#"];

  const now = (row: ProposalRow): ProposalRow => ({ ...row, last_at: Date.now() * 1_000 - 800_000 });

  const signalsOf = (asset: AcceptedAsset, of: Found): AcceptedSignal[] =>
    asset.signals ?? of.signals.map(({ address, id, name, unit }) => ({ address, id, name, unit }));

  const faultsOf = (acceptance: Acceptance): AcceptanceFault[] => {
    const faults: AcceptanceFault[] = [];
    for (const asset of acceptance.assets) {
      const of = all.find(({ row }) => row.id === asset.proposal);
      const say = (address: string, field: string, message: SaidView) =>
        faults.push({ proposal: asset.proposal, address, field, message });
      if (!of) {
        say("", "", sentence("accept-unheard"));
        continue;
      }
      if (!ID.test(asset.id)) say("", "id", sentence("accept-no-id", { id: asset.id }));
      else if (!asset.exists && assets.has(asset.id))
        say("", "id", sentence("accept-exists", { id: asset.id }));
      const signals = signalsOf(asset, of);
      if (signals.length === 0) say("", "", sentence("accept-no-signal"));
      const seen = new Set<string>();
      for (const { address, id } of signals) {
        if (!ID.test(id)) say(address, "id", sentence("accept-no-id", { id }));
        else if (seen.has(id)) say(address, "id", sentence("accept-id-taken", { asset: asset.id, id }));
        seen.add(id);
      }
    }
    return faults;
  };

  const change = (acceptance: Acceptance): PlantChange => {
    const faults = faultsOf(acceptance);
    const texts = acceptance.assets.flatMap((asset) => {
      const of = all.find(({ row }) => row.id === asset.proposal);
      return of ? written(asset, of.row, signalsOf(asset, of)) : [];
    });
    const first: ChangedLine = { change: "same", line: LINE - 1, text: "# The end of what people wrote." };
    const lines = texts.map((text, at): ChangedLine => ({ change: "added", line: LINE + at, text }));
    const signals = acceptance.assets.reduce((sum, asset) => {
      const of = all.find(({ row }) => row.id === asset.proposal);
      return sum + (of ? signalsOf(asset, of).length : 0);
    }, 0);
    return {
      base: `${revision}`,
      found: faults.length > 0 ? 0 : version,
      path: "/home/operator/riverside/plant.toml",
      lines: faults.length > 0 ? [] : [first, ...lines],
      more: 0,
      added: faults.length > 0 ? 0 : lines.length,
      removed: 0,
      assets: acceptance.assets.length,
      signals,
      faults,
    };
  };

  return {
    async discovery(query) {
      const found = all.filter((of) => fits(query, of));
      const page = found.slice(query.skip, query.skip + PAGE);
      const byConnection = counts(all, (row) => [row.connection, row.connection_name]);
      return {
        version,
        proposals: page.map(({ row }) => now(row)),
        found: found.length,
        more: Math.max(0, found.length - query.skip - page.length),
        gone: query.ticked.filter((id) => !all.some(({ row }) => row.id === id)),
        heard_addresses: all.reduce((sum, { signals }) => sum + signals.length, 0),
        heard_values: all.reduce((sum, { signals }) => sum + signals.length * 412, 0),
        by_connection: connections.map((of) => {
          const count = byConnection.find(({ id }) => id === of.id);
          return count ?? { ...of, proposals: 0, signals: 0 };
        }),
        by_convention: counts(all, (row) => [row.convention, row.convention_name]),
        ignored: [...ignored],
        left_out:
          scene === "thousand"
            ? [sentence("discovery-no-room", { name: "Station broker", lost: 1_204, count: 100_000 })]
            : [],
        keeps: sentence("discovery-days", { count: 7 }),
        places,
        types,
      };
    },
    async discoveryProposal(id) {
      const of = all.find(({ row }) => row.id === id);
      if (!of) return null;
      const at = Date.now() * 1_000;
      const signals = of.signals.map((signal) =>
        signal.value === null ? signal : { ...signal, time: at - 900_000, received: at - 800_000 },
      );
      return { row: now(of.row), signals, more: 0 };
    },
    async discoveryPreview(acceptance) {
      const made = change(acceptance);
      shown.add(made.found);
      return made;
    },
    async discoveryAccept(acceptance) {
      const done = change(acceptance);
      const [fault] = done.faults;
      if (fault) throw refusal(fault.message);
      if (acceptance.base !== "" && acceptance.base !== done.base) {
        throw refused("refused-lines");
      }
      if (acceptance.found !== 0 && !shown.has(acceptance.found)) {
        throw refused("refused-not-shown");
      }
      const before = { all, made: plant.assets.length, ids: new Set(assets) };
      const names = new Set(acceptance.assets.map(({ name }) => name));
      did("accept-proposals", [...names], () => {
        all = before.all;
        plant.assets.length = before.made;
        assets.clear();
        for (const id of before.ids) assets.add(id);
        plant.revision += 1;
        version += 1;
        revision += 1;
      });
      for (const asset of acceptance.assets) {
        if (!assets.has(asset.id)) plant.assets.push(madeOf(asset));
        assets.add(asset.id);
        const taken = new Set(asset.signals?.map((signal) => signal.address));
        all = all.flatMap((of) => {
          if (of.row.id !== asset.proposal || asset.signals === null) {
            return of.row.id === asset.proposal ? [] : [of];
          }
          const signals = of.signals.filter((signal) => !taken.has(signal.address));
          return signals.length > 0 ? [{ row: { ...of.row, signals: signals.length }, signals }] : [];
        });
      }
      plant.revision += 1;
      version += 1;
      revision += 1;
      return done;
    },
    async discoveryIgnore(ignoring) {
      const out = [...ignoring.filters];
      for (const id of ignoring.proposals) {
        const of = all.find(({ row }) => row.id === id);
        const filter = topicOf(of?.signals[0]?.address ?? "");
        if (!of || filter === "") throw refused("accept-unheard");
        all = all.filter((other) => other !== of);
        hidden.push({ filter, found: of });
        out.push(filter);
      }
      ignored.push(...out.filter((filter) => !ignored.includes(filter)));
      version += 1;
      return out;
    },
    async discoveryUnignore(filters) {
      for (const filter of filters) {
        const at = ignored.indexOf(filter);
        if (at < 0) throw refused("plantfile-no-such", { kind: "ignore", id: filter });
        ignored.splice(at, 1);
      }
      const back = hidden.filter(({ filter }) => filters.includes(filter));
      hidden = hidden.filter((known) => !back.includes(known));
      all = [...back.map(({ found }) => found), ...all];
      version += 1;
    },
  };
}
