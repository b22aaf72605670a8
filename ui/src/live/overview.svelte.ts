/** What the overview shows now: the plant's assets by what a person chose. */
import { untrack } from "svelte";
import { locale } from "../lib/locale";
import { arrange, compareBy } from "../lib/overview/arrange";
import { factsOf, indexPlant, type PlantIndex } from "../lib/overview/facts";
import { countChoices, filtered } from "../lib/overview/filter";
import { BAD } from "../lib/quality";
import { buildIndex, namedBy } from "../lib/search";
import type { Live } from "./live.svelte";
import type { OverviewOptions } from "./options.svelte";

const NO_PLACES: PlantIndex = { places: new Map(), around: new Map(), feeds: new Map() };
const NOBODY: ReadonlySet<string> = new Set();

/** Made while a component is: it follows quality once a second for as long as that lives. */
export class Overview {
  readonly #live: Live;
  readonly #options: OverviewOptions;
  /** Assets with a bad newest value; replaced only when they are others. */
  #bad: ReadonlySet<string> = $state.raw(NOBODY);

  constructor(live: Live, options: OverviewOptions) {
    this.#live = live;
    this.#options = options;
    $effect(() => {
      void live.now;
      untrack(() => this.#readQuality());
    });
  }

  readonly assets = $derived.by(() => this.#live.plant?.assets ?? []);
  readonly index = $derived.by(() => (this.#live.plant ? indexPlant(this.#live.plant) : NO_PLACES));

  /** Follows alarms and the kinds of states, not each state: those are told anew every second. */
  readonly facts = $derived.by(() => {
    const [live, bad, index, assets] = [this.#live, this.#bad, this.index, this.assets];
    void live.assetChanges;
    void live.alarms.standing;
    return untrack(() =>
      assets.map((asset, at) =>
        factsOf(asset, at, index, live.alarms.of(asset.id), live.stateOf(asset.id), bad.has(asset.id)),
      ),
    );
  });

  readonly #searched = $derived.by(() => this.#options.filter.text.trim() !== "");
  readonly #words = $derived.by(() =>
    this.#searched && this.#live.plant ? buildIndex(this.#live.plant) : null,
  );
  readonly #named = $derived.by(() => (this.#words ? namedBy(this.#words, this.#options.filter.text) : null));
  readonly #collator = $derived.by(() => new Intl.Collator(locale(), { numeric: true }));

  readonly shown = $derived.by(() => filtered(this.facts, this.#options.filter, this.#named));
  readonly counts = $derived.by(() => countChoices(this.facts, this.#options.filter, this.#named));
  readonly groups = $derived.by(() =>
    arrange(this.shown, this.#options.group, this.#options.sort, this.index.places, this.#collator),
  );
  /** All that is shown, without groups. */
  readonly ordered = $derived.by(() => this.sorted("worst"));

  sorted(sort: OverviewOptions["sort"]) {
    return [...this.shown].sort(compareBy(sort, this.#collator));
  }

  #readQuality(): void {
    const { table } = this.#live;
    const bad = new Set<string>();
    for (const { id, signals } of this.assets) {
      if (signals.some(({ key }) => table.status[key] === BAD && (table.time[key] ?? 0) > 0)) bad.add(id);
    }
    if (bad.size !== this.#bad.size || [...bad].some((id) => !this.#bad.has(id))) this.#bad = bad;
  }
}
