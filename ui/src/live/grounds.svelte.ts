/** The grounds that assets are shown on: the plans of the plant file, and the map. */
import { errorMessage } from "../ipc/backend";
import type { PlanView } from "../ipc/bindings/PlanView";
import { type Drawing, earthAround, onDrawing, readPlan } from "../lib/map/drawing";
import { type Location, onPlane } from "../lib/map/earth";
import { NO_OUTLINE, readOutline } from "../lib/map/outline";
import { proposedLocation } from "../lib/map/proposed";
import { PictureError, sumOf } from "../lib/picture/sanitise";
import type { Point } from "../lib/picture/viewport";
import { GOOD } from "../lib/quality";
import { t } from "../lib/text/text";
import type { Live } from "./live.svelte";
import { keyOf, Placer, type Position } from "./placer.svelte";

export const MAP = "map";

/** A plan's file holds no text longer than this for a person: what is drawn of it is counted. */
export interface GroundChoice {
  id: string;
  name: string;
}

export const planGround = (id: string): string => `plan:${id}`;

/** Made while a component is: what it shows follows `chosen`. */
export class Grounds {
  readonly placer: Placer;
  /** What was read of the chosen plan's file; null while it is being read. */
  #plan: { id: string; drawing: Drawing } | null = $state.raw(null);
  #outline: { file: string; text: string } | null = $state.raw(null);
  /** Why the drawing, or the outline, cannot be shown. */
  failure = $state("");
  readonly #live: Live;
  readonly #wanted: () => string;

  /** `wanted`: id of the ground that a person wants; empty: the first. */
  constructor(live: Live, wanted: () => string) {
    this.#live = live;
    this.#wanted = wanted;
    this.placer = new Placer(live);
    $effect(() => {
      void live.plant;
      this.placer.settle();
    });
    $effect(() => {
      if (live.past.on) this.placer.leave();
    });
    $effect(() => {
      const plan = this.plan;
      this.failure = "";
      if (plan) return this.#readPlan(plan);
      const file = this.isMap ? live.plant?.map.outline : null;
      return file == null ? undefined : this.#readOutline(file);
    });
  }

  readonly plans = $derived.by(() => this.#live.plant?.plans ?? []);

  /** Where assets say that they are, of those that the plant file has nowhere on the map. */
  readonly proposed = $derived.by(() => {
    const known = new Set(this.#live.plant?.map.locations.map(({ asset }) => asset));
    const found = new Map<string, Location>();
    // With the plant and its states, not with every sample.
    void this.#live.assetChanges;
    for (const asset of this.#live.plant?.assets ?? []) {
      if (known.has(asset.id)) continue;
      const at = proposedLocation(asset, (key) => {
        const { table } = this.#live;
        return table.status[key] === GOOD ? table.number(key) : Number.NaN;
      });
      if (at) found.set(asset.id, at);
    }
    return found;
  });

  readonly hasMap = $derived.by(() => {
    const map = this.#live.plant?.map;
    return map !== undefined && (map.locations.length > 0 || map.outline !== null || this.proposed.size > 0);
  });

  readonly choices = $derived.by((): GroundChoice[] => {
    const plans = this.plans.map(({ id, name }) => ({ id: planGround(id), name }));
    return this.hasMap ? [...plans, { id: MAP, name: t("map-map") }] : plans;
  });

  readonly chosen = $derived.by(() => {
    const wanted = this.#wanted();
    return this.choices.find(({ id }) => id === wanted)?.id ?? this.choices[0]?.id ?? "";
  });

  readonly isMap = $derived.by(() => this.chosen === MAP);
  readonly plan = $derived.by((): PlanView | null => {
    return this.plans.find(({ id }) => planGround(id) === this.chosen) ?? null;
  });

  /** By asset, as the plant file has them or is about to. */
  readonly positions = $derived.by(() => {
    const all = new Map<string, Position>();
    if (this.plan) for (const { asset, x, y } of this.plan.spots) all.set(asset, [x, y]);
    else if (this.isMap)
      for (const { asset, latitude, longitude } of this.#live.plant?.map.locations ?? [])
        all.set(asset, [latitude, longitude]);
    for (const { id } of this.#live.plant?.assets ?? []) {
      const moved = this.placer.moved.get(keyOf(this.plan?.id ?? null, id));
      if (moved === null) all.delete(id);
      else if (moved) all.set(id, moved);
    }
    return all;
  });

  readonly #located = $derived.by((): Location[] => {
    const known = this.#live.plant?.map.locations ?? [];
    return known.length > 0 ? known : [...this.proposed.values()];
  });

  /** What is drawn below the markers; null while it is being read, or when it cannot be. */
  readonly drawing = $derived.by((): Drawing | null => {
    const plan = this.#plan;
    if (this.plan) return plan?.id === this.plan.id ? plan.drawing : null;
    if (!this.isMap) return null;
    const text = this.#outline?.text;
    return earthAround(this.#located, (seam) =>
      text === undefined ? NO_OUTLINE : (readOutline(text, seam) ?? NO_OUTLINE),
    );
  });

  /** Things that were taken out of the drawing. */
  readonly takenOut = $derived.by(() =>
    this.drawing?.kind === "svg" ? sumOf(this.drawing.picture.takenOut) : 0,
  );

  /** On the drawing, by asset. */
  readonly points = $derived.by(() => {
    const [drawing, plan] = [this.drawing, this.plan];
    const points = new Map<string, Point>();
    if (!drawing) return points;
    for (const [asset, at] of this.positions) points.set(asset, pointOf(drawing, plan, at));
    return points;
  });

  #readPlan(plan: PlanView): () => void {
    let wanted = true;
    const read = async () => {
      try {
        const drawing = await readPlan(await this.#live.backend.planDrawing(plan.id));
        if (wanted) this.#plan = { id: plan.id, drawing };
      } catch (error) {
        if (!wanted) return;
        const why = error instanceof PictureError ? error.message : errorMessage(error);
        this.failure = t("map-cannot", { name: plan.file, why });
      }
    };
    if (this.#plan?.id !== plan.id) void read();
    return () => {
      wanted = false;
    };
  }

  #readOutline(file: string): () => void {
    let wanted = true;
    const read = async () => {
      try {
        const text = await this.#live.backend.mapOutline();
        if (!wanted || text === null) return;
        const outline = readOutline(text, 0);
        if (outline === null) this.failure = t("map-outline-broken", { name: file });
        else if (outline.left > 0) this.failure = t("map-outline-long", { name: file, count: outline.left });
        this.#outline = { file, text };
      } catch (error) {
        if (wanted) this.failure = t("map-cannot", { name: file, why: errorMessage(error) });
      }
    };
    void read();
    return () => {
      wanted = false;
    };
  }
}

function pointOf(drawing: Drawing, plan: PlanView | null, [a, b]: Position): Point {
  if (drawing.kind === "earth") return onPlane({ latitude: a, longitude: b }, drawing.seam);
  return onDrawing(plan?.units ?? "fraction", drawing, { x: a, y: b });
}
