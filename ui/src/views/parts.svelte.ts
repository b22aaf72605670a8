/**
 * Screens and dialogs as parts of the window that are loaded when they are first wanted, so that the first picture waits for
 * its own screen alone. Once it is there, the others follow one by one while nothing else is to be done: from then on a
 * change of screens waits for nothing.
 */
import type { Component } from "svelte";

/** In the order in which they are likely to be wanted. */
const LOADERS = {
  overview: () => import("./Overview.svelte"),
  asset: () => import("./Asset.svelte"),
  alarms: () => import("./Alarms.svelte"),
  trend: () => import("./TrendScreen.svelte"),
  process: () => import("./Process.svelte"),
  settings: () => import("./Settings.svelte"),
  shortcuts: () => import("./Shortcuts.svelte"),
  askclose: () => import("./AskClose.svelte"),
  diagnostics: () => import("./Diagnostics.svelte"),
  connections: () => import("./Connections.svelte"),
  discovery: () => import("./Discovery.svelte"),
  types: () => import("./Types.svelte"),
  about: () => import("./About.svelte"),
  noasset: () => import("./NoAsset.svelte"),
  firstrun: () => import("./FirstRun.svelte"),
  backup: () => import("../components/domain/BackupDialog.svelte"),
  check: () => import("../components/domain/CheckDialog.svelte"),
  import: () => import("../components/domain/ImportDialog.svelte"),
} as const satisfies Record<string, () => Promise<{ default: Component<never> }>>;

export type PartName = keyof typeof LOADERS;
type Known = { [Name in PartName]?: Awaited<ReturnType<(typeof LOADERS)[Name]>>["default"] };

/** Between two that nobody waits for, so that each picture and each key comes first. */
const BETWEEN_MS = 60;
/** The first picture is painted, and what it asked for is answered. */
const AFTER_FIRST_MS = 400;

class Parts {
  #known: Known = $state.raw({});

  /** The part, if it is there; who reads this hears when it comes. */
  get<Name extends PartName>(name: Name): Known[Name] {
    return this.#known[name];
  }

  /** Throws when it cannot be read: its file is missing. */
  async load(name: PartName): Promise<void> {
    if (this.#known[name]) return;
    const { default: part } = await LOADERS[name]();
    this.#known = { ...this.#known, [name]: part };
  }

  /** Loads what is not there yet; `beat` waits until the next may come. */
  async loadRest(beat: (ms: number) => Promise<void>): Promise<void> {
    await beat(AFTER_FIRST_MS);
    for (const name of Object.keys(LOADERS) as PartName[]) {
      if (this.#known[name]) continue;
      await this.load(name);
      await beat(BETWEEN_MS);
    }
  }
}

export const parts = new Parts();
