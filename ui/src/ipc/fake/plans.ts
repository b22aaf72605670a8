/** Played plans and map: the demo plant's site, and stations along a river when there are many. */
import site from "../../../../assets/demo-plant/plans/Riverside site.svg?raw";
import type { Backend } from "../backend";
import type { AssetView } from "../bindings/AssetView";
import type { LocationView } from "../bindings/LocationView";
import type { MapView } from "../bindings/MapView";
import type { PlantView } from "../bindings/PlantView";
import type { PlanView } from "../bindings/PlanView";
import { refused } from "./said";

/** On the drawing, in its units. */
const SPOTS: Record<string, [number, number]> = {
  "intake-screen": [258, 470],
  "river-level": [170, 560],
  "raw-water": [442, 560],
  "pump-1": [574, 464],
  "pump-2": [680, 464],
  "pump-3": [786, 464],
  compressor: [590, 620],
  exchanger: [770, 620],
  chlorine: [1180, 405],
  "valve-101": [1070, 470],
  "valve-102": [1396, 560],
  "high-tank": [1396, 262],
  "pump-hall-air": [836, 384],
  "control-room": [650, 230],
};
const [WIDTH, HEIGHT] = [1600, 1000];
/** Where the first station stands, and how far a unit of its drawing is. */
const [NORTH, EAST, UNIT_M] = [50.0836, 8.4702, 0.2];
const DEGREE_M = 111_320;

export function fakePlans(assets: readonly AssetView[]): PlanView[] {
  if (assets.length === 0) return [];
  const spots = Object.entries(SPOTS).map(([asset, [x, y]]) => ({ asset, x: x / WIDTH, y: y / HEIGHT }));
  return [{ id: "site", name: "Site", place: null, file: "Riverside site.svg", units: "fraction", spots }];
}

/** The course of a river, by its length from the first station, kilometres. */
function river(along: number): [north: number, east: number] {
  return [Math.sin(along / 7) * 3.2 + Math.sin(along / 2.3) * 0.8, along * 0.9];
}

export function fakeMap(assets: readonly AssetView[]): MapView {
  const locations: LocationView[] = [];
  for (const { id } of assets) {
    const [, name = "", copy = "1"] = /^(.*?)(?:-(\d+))?$/.exec(id in SPOTS ? `${id}` : id) ?? [];
    const spot = SPOTS[id] ?? SPOTS[name];
    if (!spot) continue;
    const station = id in SPOTS ? 1 : Number(copy);
    const [north, east] = river((station - 1) * 1.1);
    const [dn, de] = [
      north * 1_000 + (HEIGHT / 2 - spot[1]) * UNIT_M,
      east * 1_000 + (spot[0] - WIDTH / 2) * UNIT_M,
    ];
    locations.push({
      asset: id,
      latitude: NORTH + dn / DEGREE_M,
      longitude: EAST + de / (DEGREE_M * Math.cos((NORTH * Math.PI) / 180)),
    });
  }
  return { outline: locations.length > 0 ? "river.geojson" : null, locations };
}

/** The river as a person might have exported it. */
function outline(plant: PlantView): string {
  const stations = Math.max(3, Math.ceil(plant.assets.length / 15));
  const coordinates: [number, number][] = [];
  for (let along = -2; along <= (stations - 1) * 1.1 + 2; along += 0.1) {
    const [north, east] = river(along);
    coordinates.push([
      EAST + (east * 1_000 - 210) / (DEGREE_M * Math.cos((NORTH * Math.PI) / 180)),
      NORTH + (north * 1_000 - 30) / DEGREE_M,
    ]);
  }
  return JSON.stringify({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
}

export function fakeDrawings(plant: PlantView): Pick<Backend, "planDrawing" | "mapOutline" | "placeAsset"> {
  return {
    planDrawing: async () => new TextEncoder().encode(site).buffer as ArrayBuffer,
    mapOutline: async () => outline(plant),
    async placeAsset({ asset, plan, before, after }) {
      const name = plant.assets.find(({ id }) => id === asset)?.name ?? asset;
      const target = plant.plans.find(({ id }) => id === plan);
      const spot = target?.spots.find((one) => one.asset === asset);
      const at = plant.map.locations.find((one) => one.asset === asset);
      const now = target ? (spot ? [spot.x, spot.y] : null) : at ? [at.latitude, at.longitude] : null;
      if (JSON.stringify(now) !== JSON.stringify(before)) throw refused("refused-placed", { asset: name });
      if (target) {
        const others = target.spots.filter((one) => one.asset !== asset);
        target.spots = after ? [...others, { asset, x: after[0], y: after[1] }] : others;
        plant.plans = plant.plans.map((one) => ({ ...one }));
      } else {
        const others = plant.map.locations.filter((one) => one.asset !== asset);
        const next = after ? [...others, { asset, latitude: after[0], longitude: after[1] }] : others;
        plant.map = { ...plant.map, locations: next };
      }
      plant.revision += 1;
    },
  };
}
