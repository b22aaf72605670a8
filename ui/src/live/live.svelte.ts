/**
 * The plant as it is now, or as it was at an instant that a person chose. Frames are decoded when they come, into plain
 * arrays; screens hear of it once per painted picture, and only those that show something that changed. While the past is
 * shown, frames go on being taken into the present, and nobody hears of them.
 */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AssetState } from "../ipc/bindings/AssetState";
import type { AssetView } from "../ipc/bindings/AssetView";
import type { ConnectionRow } from "../ipc/bindings/ConnectionRow";
import type { Counters } from "../ipc/bindings/Counters";
import type { PlantView } from "../ipc/bindings/PlantView";
import type { SignalView } from "../ipc/bindings/SignalView";
import type { WorkspaceView } from "../ipc/bindings/WorkspaceView";
import { isActive } from "../lib/alarmwords";
import { MICROS_PER_MS } from "../lib/format";
import { everyAsset, isSystem, withOwnNames } from "../lib/system";
import { t, told } from "../lib/text/text";
import { Clock } from "../lib/time";
import { Acts } from "./acts.svelte";
import type { Alarms } from "./alarms.svelte";
import { Discovery } from "./discovery.svelte";
import { FileJob } from "./filejob.svelte";
import { decodeHeader, emitSamples, KIND_BOOL, KIND_NULL, KIND_TEXT } from "./frame";
import { guarded } from "./guard";
import { type Link, Moment, momentOf } from "./moment";
import { Past } from "./past.svelte";
import { Pictures } from "./pictures.svelte";
import { Rates } from "./rates.svelte";
import type { SampleTable } from "./table";
import { Tallies } from "./tallies.svelte";
import { shownIn, Units } from "./units.svelte";
import { zoneChoice } from "./zonechoice.svelte";

/** A frame is due once a second at least; longer silence is shown. */
const SILENCE_MS = 5_000;
const RETRY_MS = 2_000;
/** What moves on screens takes a step ten times a second at most. */
const FLUSH_MS = 90;
/** Digits and bars are renewed five times a second at most: quicker they cannot be read. */
const VALUES_MS = 190;
/** When no further frame comes by then, they are renewed without one. */
const LAST_VALUES_MS = 200;

/** One signal's newest sample, for a screen. Reading any member makes the reader follow it. */
export class SignalCell {
  #version = $state(0);
  readonly #shown: { readonly table: SampleTable };
  readonly key: number;

  /** `shown` gives the table of what is shown. */
  constructor(shown: { readonly table: SampleTable }, key: number) {
    this.#shown = shown;
    this.key = key;
  }

  get #table(): SampleTable {
    return this.#shown.table;
  }

  touch(): void {
    this.#version += 1;
  }

  #follow(): number {
    return this.#version < 0 ? -1 : this.key;
  }

  /** The value as a number; NaN when it has none. */
  get number(): number {
    return this.#table.number(this.#follow());
  }

  /** The value in words when it is none: "on", "Auto", "no value". Empty for numbers. */
  get words(): string {
    const key = this.#follow();
    const kind = this.#table.kind[key] ?? KIND_NULL;
    if (kind === KIND_TEXT) return this.#table.text[key] ?? "";
    if (kind === KIND_BOOL) return this.#table.value[key] === 1 ? "on" : "off";
    return kind === KIND_NULL ? "–" : "";
  }

  get status(): number {
    return this.#table.status[this.#follow()] ?? 2;
  }

  get reason(): number {
    return this.#table.reason[this.#follow()] ?? 15;
  }

  /** Source time, microseconds; 0 = never. */
  get time(): number {
    return this.#table.time[this.#follow()] ?? 0;
  }

  /** When it was received, microseconds; 0 = never. */
  get received(): number {
    return this.#table.received[this.#follow()] ?? 0;
  }
}

const WAITING: AssetState = {
  id: "",
  state: "waiting",
  since: 0,
  reason: "",
  score: null,
  anomaly_since: null,
  anomaly_shares: [],
};

class AssetCell {
  state: AssetState = $state.raw(WAITING);
}

export class Live {
  /** What the program says, in the units that a person chose. */
  readonly backend: Backend;
  readonly #tallies: Tallies;
  readonly units = new Units();
  /** Export and import of history. */
  readonly fileJob: FileJob;
  readonly discovery: Discovery;
  readonly acts: Acts;
  readonly pictures: Pictures;
  readonly rates: Rates;
  readonly past: Past;

  /** Which plant is open; null while that is not known. */
  workspace: WorkspaceView | null = $state.raw(null);
  plant: PlantView | null = $state.raw(null);
  /** In the zone that a person chose; the plant's unless they did. */
  readonly clock: Clock = $derived(new Clock(zoneChoice.nameFor(this.plant?.zone ?? "UTC")));
  /** The plant's own clock where another zone is shown: then that is always said. */
  readonly plantClock: Clock | null = $derived(
    this.plant && this.plant.zone !== this.clock.zone ? new Clock(this.plant.zone) : null,
  );
  counters: Counters | null = $state.raw(null);
  connections: readonly ConnectionRow[] = $state.raw([]);
  /** Whether connections were heard of at all: an empty list before that means nothing. */
  connectionsKnown = $state(false);
  /** The first frame is on the screen. */
  ready = $state(false);
  /** Why nothing can be shown, in words; null when all is well. */
  fault: string | null = $state(null);
  /** Why the newest frame could not be read, in words. */
  frameFault: string | null = $state(null);
  /** Since when no frame has come, microseconds; null while they come. */
  silentSince: number | null = $state(null);
  /** Grows when an asset's state becomes another, or an anomaly begins or ends: lists that go by it follow. */
  assetChanges = $state(0);
  /** Grows with every batch of samples that screens were told of. */
  flushes = 0;
  /** Frames that came, and frames that were lost on the way, since the window was loaded. */
  frames = 0;
  framesLost = 0;

  readonly #present = new Moment();
  /** What is shown: the present, or an instant of the past. */
  #shown: Moment = $state.raw(this.#present);
  /** The same for cells, which are told themselves: nobody follows it. */
  readonly #cellsOf: { table: SampleTable } = { table: this.#present.table };
  /** The plant's clock, microseconds; moves once a second. */
  #clockNow = $state(Date.now() * MICROS_PER_MS);
  #signals = new Map<number, { signal: SignalView; asset: AssetView }>();
  #assets = new Map<string, AssetView>();
  #cells: (SignalCell | undefined)[] = [];
  #nobody: SignalCell;
  #assetCells = new Map<string, AssetCell>();
  #listeners = new Set<() => void>();
  #painters = new Set<() => void>();
  #lastNumber: number | null = null;
  #subscribing = false;
  #loading = false;
  #fetchingAlarms = false;
  #painting = false;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #valuesAt = Number.NEGATIVE_INFINITY;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #frameNow = 0;
  #frameAt: number | null = null;
  #second: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    const shown = shownIn(this.units, backend);
    this.backend = guarded(shown, () => (this.past.on ? t("past-no-edit") : null));
    this.#tallies = new Tallies((request) => shown.trend(request));
    this.#nobody = new SignalCell(this.#cellsOf, 0xffff_ffff);
    this.past = new Past(shown, {
      instant: () => this.presentInstant(),
      unacknowledged: () => this.#present.alarms.unacknowledged,
      show: (frame) => this.#show(momentOf(frame, (alarm) => this.units.alarm(alarm))),
      back: () => this.#show(this.#present),
    });
    this.fileJob = new FileJob(this.backend);
    this.discovery = new Discovery(this.backend, (id) => this.asset(id));
    this.acts = new Acts(this.backend, () => this.refreshConnections());
    this.pictures = new Pictures(this.backend);
    this.rates = new Rates(this.backend);
  }

  async start(): Promise<void> {
    clearInterval(this.#second);
    this.#second = setInterval(() => this.#beat(), 1_000);
    await this.#load();
    await this.fileJob.find();
    // Without, nothing is offered: what was done is in the plant file all the same.
    await this.acts.load().catch(() => {});
  }

  stop(): void {
    this.fileJob.stop();
    this.acts.stop();
    this.past.pause();
    clearInterval(this.#second);
    clearTimeout(this.#retry);
    clearTimeout(this.#rest);
  }

  /** Newest samples of what is shown. */
  get table(): SampleTable {
    return this.#shown.table;
  }

  /** Alarms of what is shown. */
  get alarms(): Alarms {
    return this.#shown.alarms;
  }

  /** Alarms of now, whatever is shown. */
  get presentAlarms(): Alarms {
    return this.#present.alarms;
  }

  /** Whether no connection is up, so that nothing shown can be of now. */
  get unlinked(): boolean {
    return this.connectionsKnown && !this.links.some(({ state }) => state === "up");
  }

  /** What the program says of itself that a person has to know: history is not written, frames are not understood. */
  get troubles(): readonly string[] {
    const said = (this.counters?.system ?? []).map(told);
    return this.frameFault === null ? said : [...said, this.frameFault];
  }

  /** Links of what is shown. */
  get links(): readonly Link[] {
    if (this.past.on) return this.#shown.links;
    return this.connections.map(({ form, state }) => ({ id: form.id, state }));
  }

  /** The instant that is shown, microseconds: the plant's clock, which moves once a second, or one of the past. */
  get now(): number {
    return this.past.shown ?? this.#clockNow;
  }

  /** The plant's clock, microseconds, whatever is shown; moves once a second. */
  get presentNow(): number {
    return this.#clockNow;
  }

  /** The instant that is shown, microseconds, finer than `now`; of the present it is not followed. */
  instant(): number {
    return this.past.shown ?? this.presentInstant();
  }

  /** The plant's clock, microseconds, whatever is shown; finer than `presentNow` and not followed. */
  presentInstant(): number {
    return this.#frameAt === null
      ? Date.now() * MICROS_PER_MS
      : this.#frameNow + (performance.now() - this.#frameAt) * MICROS_PER_MS;
  }

  signal(key: number): SignalView | undefined {
    return this.#signals.get(key)?.signal;
  }

  asset(id: string): AssetView | undefined {
    return this.#assets.get(id);
  }

  /** Of an alarm about Twinscope itself how much there was while it was active: until then it goes on while one looks. */
  countOf(alarm: AlarmRow): number | undefined {
    if (!isSystem(alarm.asset)) return undefined;
    return isActive(alarm) ? this.cell(alarm.signal).number : this.#tallies.of(alarm);
  }

  cell(key: number): SignalCell {
    return this.#cells[key] ?? this.#nobody;
  }

  stateOf(asset: string): AssetState {
    return this.#assetCells.get(asset)?.state ?? WAITING;
  }

  /** Calls `listener` in each picture that has new samples; gives a function that ends it. */
  onSamples(listener: () => void): () => void {
    this.#painters.add(listener);
    return () => this.#painters.delete(listener);
  }

  /** Calls `listener` after batches of samples, ten times a second at most; gives a function that ends it. */
  onFlush(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async acknowledge(id: string, comment: string | null = null): Promise<void> {
    const row = await this.backend.acknowledge(id, comment);
    this.#present.alarms.apply([row]);
  }

  /** Occurrences up to what is shown, newest change first, behind the one with the number `before` (0: the newest). */
  alarmHistory(before: number, limit: number): Promise<AlarmRow[]> {
    const at = this.past.shown;
    return at === null
      ? this.backend.alarmHistory(before, limit)
      : this.backend.alarmHistoryAsOf(at, before, limit);
  }

  /** Asks for the plant and its values anew: they are shown in other units. */
  async reload(): Promise<void> {
    await this.#load();
  }

  async refreshConnections(): Promise<void> {
    this.connections = await this.backend.connections();
    this.connectionsKnown = true;
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      // Its folder is known even when nothing in it can be opened.
      this.workspace = await this.backend.workspace();
      const plant = withOwnNames(await this.backend.plant());
      this.#index(plant);
      this.plant = plant;
      await this.refreshConnections();
      this.#present.alarms.replace(await this.backend.alarms());
      await this.#subscribe();
      this.past.again();
      this.fault = null;
    } catch (error) {
      this.fault = errorMessage(error);
      this.#later(() => void this.#load());
    } finally {
      this.#loading = false;
    }
  }

  #index(plant: PlantView): void {
    this.#signals.clear();
    this.#assets.clear();
    // Cells are made here and never while a screen computes: Svelte does not follow state that was born in the
    // computation that reads it.
    for (const asset of everyAsset(plant)) {
      this.#assets.set(asset.id, asset);
      if (!this.#assetCells.has(asset.id)) this.#assetCells.set(asset.id, new AssetCell());
      for (const signal of asset.signals) {
        this.#signals.set(signal.key, { signal, asset });
        this.#cells[signal.key] ??= new SignalCell(this.#cellsOf, signal.key);
      }
    }
  }

  async #subscribe(): Promise<void> {
    if (this.#subscribing) return;
    this.#subscribing = true;
    this.#lastNumber = null;
    try {
      await this.backend.subscribe((frame) => this.#receive(frame));
    } finally {
      this.#subscribing = false;
    }
  }

  #receive(frame: ArrayBuffer): void {
    try {
      const header = decodeHeader(frame);
      const lost = this.#lastNumber !== null && header.number !== this.#lastNumber + 1;
      this.frames += 1;
      if (lost) this.framesLost += Math.max(1, header.number - (this.#lastNumber ?? 0) - 1);
      this.#lastNumber = header.number;
      this.#frameNow = header.now;
      this.#frameAt = performance.now();
      emitSamples(frame, header, this.#present.table);
      this.#present.alarms.apply(header.tail.alarms.map((alarm) => this.units.alarm(alarm)));
      this.#applyAssets(header.tail.assets);
      if (header.tail.counters) this.counters = header.tail.counters;
      if (header.tail.connections) {
        this.connections = header.tail.connections;
        this.connectionsKnown = true;
      }
      // Lost frames may have carried transitions that no later frame repeats.
      if (lost || header.alarmSeq > this.#present.alarms.seq) void this.#fetchAlarms();
      if (this.plant && header.revision !== this.plant.revision) void this.#load();
      else if (lost) this.#again();
      this.frameFault = null;
      this.#paintSoon();
    } catch (error) {
      this.frameFault = errorMessage(error);
    }
  }

  #applyAssets(states: readonly AssetState[]): void {
    let moved = false;
    for (const state of states) {
      this.#present.assets.set(state.id, state);
      const cell = this.#assetCells.get(state.id);
      if (!cell || this.past.on) continue;
      const known = cell.state;
      moved ||=
        known.state !== state.state || (known.anomaly_since === null) !== (state.anomaly_since === null);
      cell.state = state;
    }
    if (moved) this.assetChanges += 1;
  }

  /** Shows another instant, or the present again: everything at once. False when nothing is known of it. */
  #show(moment: Moment): boolean {
    this.#shown = moment;
    this.#cellsOf.table = moment.table;
    for (const [id, cell] of this.#assetCells) cell.state = moment.assets.get(id) ?? WAITING;
    this.assetChanges += 1;
    moment.table.drain(() => {});
    for (const cell of this.#cells) cell?.touch();
    for (const listener of this.#painters) listener();
    this.#tell();
    return moment.table.kind.length > 0;
  }

  /** Frames were lost: ask for everything, and try on until it works. */
  #again(): void {
    this.#subscribe().catch(() => this.#later(() => this.#again()));
  }

  #later(action: () => void): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(action, RETRY_MS);
  }

  async #fetchAlarms(): Promise<void> {
    if (this.#fetchingAlarms) return;
    this.#fetchingAlarms = true;
    try {
      while (!this.#present.alarms.replace(await this.backend.alarms()));
    } catch (error) {
      this.frameFault = errorMessage(error);
    } finally {
      this.#fetchingAlarms = false;
    }
  }

  #paintSoon(): void {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      if (!this.past.on) for (const listener of this.#painters) listener();
      clearTimeout(this.#rest);
      const now = performance.now();
      if (now - this.#flushedAt >= FLUSH_MS) this.#flush(now - this.#valuesAt >= VALUES_MS);
      this.#rest = setTimeout(() => requestAnimationFrame(() => this.#flush(true)), LAST_VALUES_MS);
    });
  }

  #flush(values: boolean): void {
    this.#flushedAt = performance.now();
    if (!this.past.on) {
      if (values) {
        this.#valuesAt = this.#flushedAt;
        this.#present.table.drain((key) => this.#cells[key]?.touch());
      }
      this.#tell();
    }
    if (!this.ready) {
      this.ready = true;
      this.#beat();
    }
  }

  #tell(): void {
    this.flushes += 1;
    for (const listener of this.#listeners) listener();
  }

  #beat(): void {
    this.#clockNow = this.presentInstant();
    const silent = this.#frameAt !== null && performance.now() - this.#frameAt > SILENCE_MS;
    this.silentSince = silent ? this.#frameNow : null;
  }
}
