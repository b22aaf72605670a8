/** Assets on their way to another place: in a person's hand, put, and taken back. */
import type { Placing } from "../ipc/bindings/Placing";
import type { Point } from "../lib/picture/viewport";
import type { Live } from "./live.svelte";

const UNDO_MAX = 200;

export type Position = [number, number];

export class Placer {
  editing = $state(false);
  /** Id of the asset that the next press puts down; empty: none. */
  hand = $state("");
  /** Where the keys would put it, on the ground. */
  cursor: Point | null = $state.raw(null);
  /** Where assets are by now, until the plant file says so; null: nowhere. Keys are those of `keyOf`. */
  moved: ReadonlyMap<string, Position | null> = $state.raw(new Map());
  saving = $state(false);
  #done: Placing[] = $state.raw([]);
  readonly #live: Live;

  constructor(live: Live) {
    this.#live = live;
  }

  readonly canUndo = $derived.by(() => this.#done.length > 0);

  /** The plant was read anew. */
  settle(): void {
    this.moved = new Map();
  }

  start(): void {
    this.editing = true;
  }

  leave(): void {
    this.editing = false;
    this.drop();
  }

  take(asset: string, at: Point | null): void {
    this.hand = asset;
    this.cursor = at;
  }

  drop(): void {
    this.hand = "";
    this.cursor = null;
  }

  /** Gives what was done; null when there was nothing to do. */
  async put(placing: Placing): Promise<Placing | null> {
    if (same(placing.before, placing.after) || this.saving) return null;
    await this.#write(placing);
    this.#done = [...this.#done, placing].slice(-UNDO_MAX);
    return placing;
  }

  /** Gives what was taken back. */
  async undo(): Promise<Placing | null> {
    const last = this.#done.at(-1);
    if (!last || this.saving) return null;
    await this.#write({ ...last, before: last.after, after: last.before });
    this.#done = this.#done.slice(0, -1);
    return last;
  }

  async #write(placing: Placing): Promise<void> {
    this.saving = true;
    const before = this.moved;
    this.moved = new Map([...before, [keyOf(placing.plan, placing.asset), placing.after]]);
    try {
      await this.#live.backend.placeAsset(placing);
    } catch (error) {
      this.moved = before;
      throw error;
    } finally {
      this.saving = false;
    }
  }
}

export function keyOf(plan: string | null, asset: string): string {
  return `${plan === null ? "map" : `plan:${plan}`} ${asset}`;
}

export function same(a: Position | null, b: Position | null): boolean {
  return a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1]);
}
