/** What is heard and is in no plant file yet, and what a person is about to make of it. Outlives the screen. */
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { type Backend, errorMessage } from "../ipc/backend";
import type { Acceptance } from "../ipc/bindings/Acceptance";
import type { AcceptanceFault } from "../ipc/bindings/AcceptanceFault";
import type { DiscoveryView } from "../ipc/bindings/DiscoveryView";
import type { PlantChange } from "../ipc/bindings/PlantChange";
import type { ProposalRow } from "../ipc/bindings/ProposalRow";
import type { ProposalView } from "../ipc/bindings/ProposalView";
import { type AssetEdit, acceptedAsset, type Known, type SignalEdit, takenCount } from "../lib/acceptance";
import { removedWords } from "../lib/discoverywords";
import { notices } from "./notices.svelte";
import { SteadyList } from "./steadylist.svelte";

/** From one answer to the next question. */
const PAUSE_MS = 1_500;
/** Proposals that the program gives at once. */
export const PAGE = 200;

/** Proposals whose signals are kept after another was looked at; those that a person edited or ticked are kept anyway. */
const SEEN_MAX = 50;

/** What the last action did. */
export type Outcome =
  /** `act`: its number among what can be taken back; null: it cannot. */
  | { did: "accepted"; assets: Known[]; signals: number; act: number | null }
  | { did: "ignored"; name: string; filters: string[] }
  | { did: "restored"; filter: string };

/** What is undefined goes back to what was proposed. */
type Changes<T> = { [K in keyof T]?: T[K] | undefined };

function put<T extends object>(edit: T | undefined, change: Changes<T>): void {
  for (const [key, value] of Object.entries(change)) {
    if (!edit) return;
    if (value === undefined) Reflect.deleteProperty(edit, key);
    else Reflect.set(edit, key, value);
  }
}

export class Discovery {
  readonly #backend: Backend;
  readonly #known: (id: string) => Known | undefined;
  /** The newest answer; null before the first. */
  view: DiscoveryView | null = $state.raw(null);
  readonly list = new SteadyList<ProposalRow>((row) => row.id);
  /** Why nothing newer is known, in words. */
  failure = $state("");
  text = $state("");
  connection = $state("");
  selected = $state("");
  /** The selected proposal with its signals; null before it came and when it is no more. */
  proposal: ProposalView | null = $state.raw(null);
  outcome: Outcome | null = $state.raw(null);
  faults: readonly AcceptanceFault[] = $state.raw([]);
  readonly folded = new SvelteSet<string>();
  readonly ticked = new SvelteMap<string, ProposalRow>();
  #edits: Record<string, AssetEdit> = $state({});
  /** Proposals whose signals a person has seen. */
  #seen = new Map<string, ProposalView>();
  #pages = 1;
  /** Where the selected proposal stood in the list. */
  #place = 0;
  #asked = 0;
  #askedOne = 0;
  /** A person did what changes the list: the next one is shown as it is, wherever the pointer is. */
  #changed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching = false;

  constructor(backend: Backend, known: (id: string) => Known | undefined) {
    this.#backend = backend;
    this.#known = known;
  }

  /** Asks again and again until the function that is given back is called. */
  watch(): () => void {
    this.#watching = true;
    void this.refresh();
    return () => {
      this.#watching = false;
      clearTimeout(this.#timer);
      this.list.letGo();
    };
  }

  /** Asks now. An answer that another question has overtaken is dropped. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const view = await this.#ask();
      if (asked !== this.#asked) return;
      this.#take(view);
      await this.#fetch();
      this.failure = "";
    } catch (error) {
      if (asked === this.#asked) this.failure = errorMessage(error);
    }
    if (this.#watching && asked === this.#asked) {
      this.#timer = setTimeout(() => void this.refresh(), PAUSE_MS);
    }
  }

  async #ask(): Promise<DiscoveryView> {
    const query = {
      connection: this.connection,
      convention: "",
      text: this.text.trim(),
      skip: 0,
      ticked: [],
    };
    let view = await this.#backend.discovery({ ...query, ticked: [...this.ticked.keys()] });
    const { gone } = view;
    for (let page = 1; page < this.#pages && view.more > 0; page += 1) {
      const next = await this.#backend.discovery({ ...query, skip: page * PAGE });
      // Between two questions the list may have moved: what came with the page before is not shown twice.
      const known = new Set(view.proposals.map(({ id }) => id));
      const fresh = next.proposals.filter(({ id }) => !known.has(id));
      view = { ...next, gone, proposals: [...view.proposals, ...fresh] };
    }
    return view;
  }

  #take(view: DiscoveryView): void {
    const narrowed = this.view?.by_connection.find(({ id }) => id === this.connection)?.name;
    this.view = view;
    const place = this.list.rows.findIndex(({ id }) => id === this.selected);
    if (place >= 0) this.#place = place;
    this.list.put(view.proposals);
    if (this.#changed) this.list.renew();
    this.#changed = false;
    for (const row of view.proposals) if (this.ticked.has(row.id)) this.ticked.set(row.id, row);
    for (const id of view.gone) this.ticked.delete(id);
    const { connection } = this;
    if (connection !== "" && !view.by_connection.some(({ id }) => id === connection)) {
      this.connection = "";
      notices.tell(removedWords(narrowed || connection));
      this.narrow();
    }
  }

  /** The selected proposal; what stood below it when it is no more. */
  async #fetch(): Promise<void> {
    this.#askedOne += 1;
    const asked = this.#askedOne;
    let proposal = this.selected === "" ? null : await this.#backend.discoveryProposal(this.selected);
    if (asked !== this.#askedOne) return;
    if (!proposal) {
      const next = this.#neighbour();
      proposal = next === "" ? null : await this.#backend.discoveryProposal(next);
      if (asked !== this.#askedOne) return;
      this.selected = next;
    }
    this.proposal = proposal;
    if (proposal) this.#remember(proposal);
  }

  #remember(proposal: ProposalView): void {
    this.#seen.delete(proposal.row.id);
    this.#seen.set(proposal.row.id, proposal);
    if (this.#seen.size <= SEEN_MAX) return;
    const oldest = [...this.#seen.keys()].find((id) => !this.isEdited(id) && !this.ticked.has(id));
    if (oldest !== undefined) this.#seen.delete(oldest);
  }

  /** What to select in place of what is no more: what stood below it. */
  #neighbour(): string {
    const { rows, gone } = this.list;
    const here = (row: ProposalRow) => !gone.has(row.id) && row.id !== this.selected;
    return (rows.slice(this.#place).find(here) ?? rows.findLast(here))?.id ?? "";
  }

  select(id: string): void {
    if (id === this.selected) return;
    this.selected = id;
    this.proposal = this.#seen.get(id) ?? null;
    this.#fetch().catch((error: unknown) => {
      this.failure = errorMessage(error);
    });
  }

  /** After the filter or the connection was changed. */
  narrow(): void {
    this.#pages = 1;
    this.#again();
  }

  showMore(): void {
    this.#pages += 1;
    this.#again();
  }

  tick(rows: readonly ProposalRow[], on: boolean): void {
    for (const row of rows) {
      if (on) this.ticked.set(row.id, row);
      else this.ticked.delete(row.id);
    }
  }

  edit(proposal: string): AssetEdit | undefined {
    return this.#edits[proposal];
  }

  isEdited(proposal: string): boolean {
    return this.#edits[proposal] !== undefined;
  }

  editAsset(proposal: string, change: Changes<Omit<AssetEdit, "signals">>): void {
    put(this.#draft(proposal), change);
    this.#forget((fault) => fault.proposal === proposal && fault.address === "");
  }

  editSignal(proposal: string, address: string, change: Changes<SignalEdit>): void {
    const { signals } = this.#draft(proposal);
    signals[address] ??= {};
    put(signals[address], change);
    if (Object.keys(signals[address] ?? {}).length === 0) delete signals[address];
    this.#forget((fault) => fault.proposal === proposal && fault.address === address);
  }

  /** Takes back what a person changed of a proposal. */
  reset(proposal: string): void {
    delete this.#edits[proposal];
    this.#forget((fault) => fault.proposal === proposal);
  }

  #draft(proposal: string): AssetEdit {
    this.#edits[proposal] ??= { signals: {} };
    return this.#edits[proposal] as AssetEdit;
  }

  #forget(about: (fault: AcceptanceFault) => boolean): void {
    if (this.faults.some(about)) this.faults = this.faults.filter((fault) => !about(fault));
  }

  /** How many signals of it would be accepted. */
  taken(row: ProposalRow): number {
    return takenCount(row, this.#view(row.id), this.#edits[row.id]);
  }

  #view(id: string): ProposalView | undefined {
    return this.proposal?.row.id === id ? this.proposal : this.#seen.get(id);
  }

  /** What these would be accepted as. */
  acceptance(rows: readonly ProposalRow[]): Acceptance {
    const assets = rows.map((row) =>
      acceptedAsset(row, this.#view(row.id), this.#edits[row.id], this.#known),
    );
    return { assets: $state.snapshot(assets), base: "", found: 0 };
  }

  async preview(acceptance: Acceptance): Promise<PlantChange> {
    const change = await this.#backend.discoveryPreview(acceptance);
    this.faults = change.faults;
    return change;
  }

  async accept(acceptance: Acceptance): Promise<PlantChange> {
    const change = await this.#backend.discoveryAccept(acceptance);
    this.faults = change.faults;
    if (change.faults.length > 0) return change;
    this.#done(acceptance.assets.map(({ proposal }) => proposal));
    this.outcome = {
      did: "accepted",
      assets: [...new Map(acceptance.assets.map(({ id, name }) => [id, { id, name }])).values()],
      signals: change.signals,
      act: null,
    };
    return change;
  }

  async ignore(row: ProposalRow): Promise<void> {
    const filters = await this.#backend.discoveryIgnore({ proposals: [row.id], filters: [] });
    this.outcome = { did: "ignored", name: row.asset.name, filters };
    // What a person wrote stays: they may want it again.
    this.ticked.delete(row.id);
    this.#again();
  }

  /** Proposes again what was left alone. */
  async restore(filters: string[]): Promise<void> {
    await this.#backend.discoveryUnignore(filters);
    this.outcome = { did: "restored", filter: filters.join(", ") };
    this.#again();
  }

  #done(proposals: readonly string[]): void {
    for (const id of proposals) {
      this.ticked.delete(id);
      delete this.#edits[id];
      this.#seen.delete(id);
    }
    this.#again();
  }

  #again(): void {
    this.#changed = true;
    void this.refresh();
  }
}
