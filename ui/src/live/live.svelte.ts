/**
 * The plant as it is now. Frames are decoded when they come, into plain arrays; screens hear of it once per painted
 * picture, and only those that show something that changed.
 */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import type { AssetState } from "../ipc/bindings/AssetState";
import type { AssetView } from "../ipc/bindings/AssetView";
import type { ConnectionRow } from "../ipc/bindings/ConnectionRow";
import type { Counters } from "../ipc/bindings/Counters";
import type { PlantView } from "../ipc/bindings/PlantView";
import type { SignalView } from "../ipc/bindings/SignalView";
import type { WorkspaceView } from "../ipc/bindings/WorkspaceView";
import { MICROS_PER_MS } from "../lib/format";
import { Clock } from "../lib/time";
import { Alarms } from "./alarms.svelte";
import { Discovery } from "./discovery.svelte";
import { FileJob } from "./filejob.svelte";
import { decodeHeader, emitSamples, KIND_BOOL, KIND_NULL, KIND_TEXT } from "./frame";
import { Pictures } from "./pictures.svelte";
import { SampleTable } from "./table";
import { shownIn, Units } from "./units.svelte";
import { zoneChoice } from "./zonechoice.svelte";

/** A frame is due once a second at least; longer silence is shown. */
const SILENCE_MS = 5_000;
const RETRY_MS = 2_000;

/** One signal's newest sample, for a screen. Reading any member makes the reader follow it. */
export class SignalCell {
  #version = $state(0);
  readonly #table: SampleTable;
  readonly key: number;

  constructor(table: SampleTable, key: number) {
    this.#table = table;
    this.key = key;
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
  readonly units = new Units();
  /** Export and import of history. */
  readonly fileJob: FileJob;
  readonly discovery: Discovery;
  readonly pictures: Pictures;
  readonly alarms = new Alarms();
  readonly table = new SampleTable();

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
  /** The plant's clock, microseconds; moves once a second. */
  now = $state(Date.now() * MICROS_PER_MS);
  /** Since when no frame has come, microseconds; null while they come. */
  silentSince: number | null = $state(null);
  /** Grows when an asset's state becomes another, or an anomaly begins or ends: lists that go by it follow. */
  assetChanges = $state(0);
  /** Grows with every painted batch of samples. */
  flushes = 0;

  #signals = new Map<number, { signal: SignalView; asset: AssetView }>();
  #assets = new Map<string, AssetView>();
  #cells: (SignalCell | undefined)[] = [];
  #nobody = new SignalCell(this.table, 0xffff_ffff);
  #assetCells = new Map<string, AssetCell>();
  #listeners = new Set<() => void>();
  #lastNumber: number | null = null;
  #subscribing = false;
  #loading = false;
  #fetchingAlarms = false;
  #painting = false;
  #frameNow = 0;
  #frameAt: number | null = null;
  #second: ReturnType<typeof setInterval> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.backend = shownIn(this.units, backend);
    this.fileJob = new FileJob(backend);
    this.discovery = new Discovery(backend, (id) => this.asset(id));
    this.pictures = new Pictures(backend);
  }

  async start(): Promise<void> {
    clearInterval(this.#second);
    this.#second = setInterval(() => this.#beat(), 1_000);
    await this.#load();
    await this.fileJob.find();
  }

  stop(): void {
    this.fileJob.stop();
    clearInterval(this.#second);
    clearTimeout(this.#retry);
  }

  /** The plant's clock now, microseconds, finer than `now` and not followed. */
  instant(): number {
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

  cell(key: number): SignalCell {
    return this.#cells[key] ?? this.#nobody;
  }

  stateOf(asset: string): AssetState {
    return this.#assetCells.get(asset)?.state ?? WAITING;
  }

  /** Calls `listener` after each batch of samples; gives a function that ends it. */
  onFlush(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async acknowledge(id: string, comment: string | null = null): Promise<void> {
    const row = await this.backend.acknowledge(id, comment);
    this.alarms.apply([row]);
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
      const plant = await this.backend.plant();
      this.#index(plant);
      this.plant = plant;
      this.workspace = await this.backend.workspace();
      await this.refreshConnections();
      this.alarms.replace(await this.backend.alarms());
      await this.#subscribe();
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
    for (const asset of plant.assets) {
      this.#assets.set(asset.id, asset);
      if (!this.#assetCells.has(asset.id)) this.#assetCells.set(asset.id, new AssetCell());
      for (const signal of asset.signals) {
        this.#signals.set(signal.key, { signal, asset });
        this.#cells[signal.key] ??= new SignalCell(this.table, signal.key);
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
      this.#lastNumber = header.number;
      this.#frameNow = header.now;
      this.#frameAt = performance.now();
      emitSamples(frame, header, this.table);
      this.alarms.apply(header.tail.alarms.map((alarm) => this.units.alarm(alarm)));
      this.#applyAssets(header.tail.assets);
      if (header.tail.counters) this.counters = header.tail.counters;
      if (header.tail.connections) {
        this.connections = header.tail.connections;
        this.connectionsKnown = true;
      }
      // Lost frames may have carried transitions that no later frame repeats.
      if (lost || header.alarmSeq > this.alarms.seq) void this.#fetchAlarms();
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
      const cell = this.#assetCells.get(state.id);
      if (!cell) continue;
      const known = cell.state;
      moved ||=
        known.state !== state.state || (known.anomaly_since === null) !== (state.anomaly_since === null);
      cell.state = state;
    }
    if (moved) this.assetChanges += 1;
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
      while (!this.alarms.replace(await this.backend.alarms()));
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
      this.#flush();
    });
  }

  #flush(): void {
    this.table.drain((key) => this.#cells[key]?.touch());
    this.flushes += 1;
    if (!this.ready) {
      this.ready = true;
      this.#beat();
    }
    for (const listener of this.#listeners) listener();
  }

  #beat(): void {
    this.now = this.instant();
    const silent = this.#frameAt !== null && performance.now() - this.#frameAt > SILENCE_MS;
    this.silentSince = silent ? this.#frameNow : null;
  }
}
