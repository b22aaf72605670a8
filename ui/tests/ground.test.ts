/** Where assets are: projections, clusters, names beside markers, outlines, looks. */
import { describe, expect, it } from "vitest";
import type { AssetView } from "../src/ipc/bindings/AssetView";
import { clustered, labelled, type Marker, towards } from "../src/lib/map/cluster";
import { earthAround, onDrawing, positionOf } from "../src/lib/map/drawing";
import {
  graticule,
  metresPerUnit,
  onPlane,
  project,
  scaleBar,
  seamOf,
  unproject,
} from "../src/lib/map/earth";
import { listRows } from "../src/lib/map/list";
import { lookOf } from "../src/lib/map/look";
import { NO_OUTLINE, POINTS_MAX, readOutline } from "../src/lib/map/outline";
import { proposedLocation } from "../src/lib/map/proposed";
import {
  type Bounds,
  boxAround,
  fitted,
  kept,
  panned,
  showing,
  toGround,
  toScreen,
  zoomed,
} from "../src/lib/map/view";
import type { AssetFacts } from "../src/lib/overview/facts";
import { random } from "./random";

const SIZE = { width: 800, height: 500 };
const BOX = { x: 0, y: 0, width: 1600, height: 1000 };
const BOUNDS: Bounds = { box: BOX, least: 0.4, most: 20 };

describe("view", () => {
  it("fits a box, and every point comes back from the screen", () => {
    const view = fitted(BOX, SIZE, 40);
    expect(toScreen(view, SIZE, { x: 800, y: 500 })).toEqual({ x: 400, y: 250 });
    expect(toScreen(view, SIZE, { x: 0, y: 0 }).y).toBeGreaterThanOrEqual(40);
    const at = { x: 123.4, y: 987.6 };
    const back = toGround(view, SIZE, toScreen(view, SIZE, at));
    expect(back.x).toBeCloseTo(at.x, 9);
    expect(back.y).toBeCloseTo(at.y, 9);
  });

  it("keeps the point under the pointer while it zooms, and never gets lost", () => {
    const view = fitted(BOX, SIZE, 40);
    const about = { x: 500, y: 210 };
    const before = toGround(view, SIZE, about);
    const after = toGround(zoomed(view, SIZE, BOUNDS, 2, about), SIZE, about);
    expect(after.x).toBeCloseTo(before.x, 6);
    expect(after.y).toBeCloseTo(before.y, 6);
    expect(zoomed(view, SIZE, BOUNDS, 1e9).scale).toBe(20);
    expect(zoomed(view, SIZE, BOUNDS, 1e-9).scale).toBe(0.4);
    expect(panned(view, BOUNDS, 1e9, -1e9)).toMatchObject({ x: 1600, y: 0 });
    expect(kept({ x: -5, y: 2e6, scale: 1 }, BOUNDS)).toEqual({ x: 0, y: 1000, scale: 1 });
  });

  it("moves no further than needed to show a point", () => {
    const view = { x: 800, y: 500, scale: 2 };
    expect(showing(view, SIZE, BOUNDS, { x: 800, y: 500 }, 40)).toBe(view);
    const moved = showing(view, SIZE, BOUNDS, { x: 1200, y: 500 }, 40);
    expect(toScreen(moved, SIZE, { x: 1200, y: 500 }).x).toBeCloseTo(760, 6);
    expect(moved.y).toBe(500);
  });
});

describe("the earth", () => {
  it("is Web Mercator: known points, and back again", () => {
    expect(project({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: 0.5 });
    // The example of EPSG guidance note 7-2 for method 1024: 24°22'54.433" N, 100°20'00" W.
    const at = project({ latitude: 24 + 22 / 60 + 54.433 / 3_600, longitude: -(100 + 20 / 60) });
    const half = 20_037_508.342_789_244;
    expect((at.x * 2 - 1) * half).toBeCloseTo(-11_169_055.58, 1);
    expect((1 - at.y * 2) * half).toBeCloseTo(2_800_000, 0);
    for (const [latitude, longitude] of [
      [50.1, 8.7],
      [-33.9, 151.2],
      [84, -179.5],
      [-84, 179.5],
    ] as const) {
      const back = unproject(project({ latitude, longitude }));
      expect(back.latitude).toBeCloseTo(latitude, 9);
      expect(back.longitude).toBeCloseTo(longitude, 9);
    }
    expect(project({ latitude: 90, longitude: 0 }).y).toBeCloseTo(0, 6);
  });

  it("tears no plant apart at the date line", () => {
    const fiji = [
      { latitude: -17, longitude: 179.5 },
      { latitude: -17, longitude: -179.5 },
    ];
    const seam = seamOf(fiji);
    const xs = fiji.map((place) => onPlane(place, seam).x);
    expect(Math.abs((xs[0] ?? 0) - (xs[1] ?? 0))).toBeCloseTo(1 / 360, 9);
    const here = [
      { latitude: 50, longitude: 8 },
      { latitude: 51, longitude: 9 },
    ];
    expect(seamOf(here)).toBe(0);
    expect(seamOf([])).toBe(0);
  });

  it("has a scale bar of a round length and a graticule that is neither dense nor empty", () => {
    const { y } = project({ latitude: 60, longitude: 0 });
    expect(metresPerUnit(y)).toBeCloseTo(40_075_016.686 / 2, 0);
    expect(scaleBar(0.37, 140)).toEqual({ metres: 50, pixels: 50 / 0.37 });
    for (let scale = 1_000; scale < 1e9; scale *= 1.7) {
      for (const { metres, pixels } of [scaleBar(4e7 / scale, 140)]) {
        expect(pixels).toBeLessThanOrEqual(140.001);
        expect(pixels).toBeGreaterThan(50);
        expect(String(metres)).toMatch(/^0?\.?0*[125]0*$|e[-+]\d+$/);
      }
      const seen = { x: 0.52, y: 0.33, width: 900 / scale, height: 600 / scale };
      const lines = graticule(seen, 130 / scale);
      expect(lines.meridians.length).toBeLessThanOrEqual(8);
      if (scale > 2_000) expect(lines.meridians.length).toBeGreaterThanOrEqual(1);
      const texts = lines.meridians.map(({ longitude }) => longitude.toFixed(lines.decimals));
      expect(new Set(texts).size).toBe(texts.length);
    }
  });

  it("shows some surroundings of a single asset, and nothing without any", () => {
    const one = earthAround([{ latitude: 50, longitude: 8 }], () => NO_OUTLINE);
    expect((one?.box.width ?? 0) * metresPerUnit(one?.box.y ?? 0)).toBeCloseTo(200, 0);
    expect(earthAround([], () => NO_OUTLINE)).toBeNull();
  });
});

describe("clusters", () => {
  const marker = (id: string, x: number, y: number, rank = 500): Marker => ({ id, x, y, rank });

  it("hold every marker once, stand apart, and put the worst first", () => {
    const next = random(7);
    const markers = Array.from({ length: 1_000 }, (_, i) =>
      marker(`a${i}`, next() * 2_000, next() * 1_000, Math.floor(next() * 500)),
    );
    for (const scale of [0.1, 0.5, 1, 4]) {
      const clusters = clustered(markers, scale, 27);
      const ids = clusters.flatMap(({ members }) => members.map(({ id }) => id));
      expect(ids.length).toBe(1_000);
      expect(new Set(ids).size).toBe(1_000);
      for (const { members } of clusters)
        expect(members.map(({ rank }) => rank)).toEqual(
          members.map(({ rank }) => rank).sort((a, b) => a - b),
        );
      for (const [i, a] of clusters.entries())
        for (const b of clusters.slice(i + 1))
          expect(Math.hypot(a.x - b.x, a.y - b.y) * scale).toBeGreaterThanOrEqual(27 - 1e-9);
    }
  });

  it("stay where they are when states change", () => {
    const quiet = [marker("a", 0, 0), marker("b", 10, 0), marker("c", 100, 0)];
    const alarmed = [marker("a", 0, 0), marker("b", 10, 0, 100), marker("c", 100, 0)];
    const places = (all: Marker[]) => clustered(all, 1, 27).map(({ id, x, y }) => ({ id, x, y }));
    expect(places(alarmed)).toEqual(places(quiet));
    expect(clustered(alarmed, 1, 27)[0]?.members[0]?.id).toBe("b");
  });

  it("are reached by arrow keys", () => {
    const all = [marker("left", -50, 5), marker("near", 40, 0), marker("far", 200, 0), marker("up", 3, -80)];
    const from = { x: 0, y: 0 };
    expect(towards(all, from, "ArrowRight")?.id).toBe("near");
    expect(towards(all, from, "ArrowLeft")?.id).toBe("left");
    expect(towards(all, from, "ArrowUp")?.id).toBe("up");
    expect(towards(all, from, "ArrowDown")).toBeNull();
  });

  it("have names that cover neither each other nor a marker", () => {
    const next = random(3);
    const markers = Array.from({ length: 300 }, (_, i) => marker(`asset ${i}`, next() * 900, next() * 600));
    const clusters = clustered(markers, 1, 27);
    const labels = labelled(
      clusters,
      1,
      ({ members }) => (members.length === 1 ? (members[0]?.id ?? "") : ""),
      (text) => text.length * 6,
    );
    expect(labels.length).toBeGreaterThan(20);
    const boxes = labels.map(({ x, y, text, align }) => {
      const width = text.length * 6;
      const left = align === "left" ? x : align === "right" ? x - width : x - width / 2;
      return { left, right: left + width, top: y - 7.5, bottom: y + 7.5 };
    });
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1))
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
  });
});

describe("positions", () => {
  const drawing = {
    kind: "image",
    image: {} as ImageBitmap,
    box: { x: 10, y: 20, width: 200, height: 100 },
  } as const;

  it("on a drawing go there and back, and never off it", () => {
    expect(onDrawing("fraction", drawing, { x: 0.25, y: 0.5 })).toEqual({ x: 60, y: 70 });
    expect(onDrawing("drawing", drawing, { x: 60, y: 70 })).toEqual({ x: 60, y: 70 });
    expect(positionOf("fraction", drawing, { x: 60, y: 70 })).toEqual([0.25, 0.5]);
    expect(positionOf("drawing", drawing, { x: 60, y: 70 })).toEqual([60, 70]);
    expect(positionOf("fraction", drawing, { x: -5, y: 900 })).toEqual([0, 1]);
  });

  it("on the earth are degrees", () => {
    const at = project({ latitude: 50.1234567, longitude: -8.7 });
    expect(positionOf(null, drawing, at)).toEqual([50.123457, -8.7]);
    expect(positionOf(null, drawing, { x: at.x + 1, y: at.y })).toEqual([50.123457, -8.7]);
  });

  it("are proposed where an asset says them itself", () => {
    const asset = (ids: string[]) =>
      ({ id: "a", signals: ids.map((id, key) => ({ id: `a/${id}`, key })) }) as AssetView;
    const read = (values: number[]) => (key: number) => values[key] ?? Number.NaN;
    expect(proposedLocation(asset(["location.latitude", "location.longitude"]), read([50, 8]))).toEqual({
      latitude: 50,
      longitude: 8,
    });
    expect(proposedLocation(asset(["rssi", "lng", "lat"]), read([1, 8, 50]))).toEqual({
      latitude: 50,
      longitude: 8,
    });
    expect(proposedLocation(asset(["gps_latitude", "other_longitude"]), read([50, 8]))).toBeNull();
    expect(proposedLocation(asset(["latitude", "longitude"]), read([0, 0]))).toBeNull();
    expect(proposedLocation(asset(["latitude", "longitude"]), read([950, 8]))).toBeNull();
    expect(proposedLocation(asset(["latitude", "longitude"]), read([Number.NaN, 8]))).toBeNull();
  });
});

describe("outlines", () => {
  const line = (coordinates: unknown) => JSON.stringify({ type: "LineString", coordinates });

  it("are the lines and areas of a GeoJSON text, whatever else it says", () => {
    const text = JSON.stringify({
      type: "FeatureCollection",
      features: [
        {
          type: "Feature",
          geometry: {
            type: "Polygon",
            coordinates: [
              [
                [0, 0],
                [1, 0],
                [1, 1],
                [0, 0],
              ],
            ],
          },
        },
        {
          type: "Feature",
          geometry: {
            type: "MultiLineString",
            coordinates: [
              [
                [0, 0],
                ["x", 2],
                [3, 4],
                [500, 4],
              ],
            ],
          },
        },
        { type: "Feature", geometry: { type: "Point", coordinates: [0, 0] } },
        { type: "Feature", geometry: null },
        "nonsense",
      ],
    });
    const outline = readOutline(text, 0);
    expect(outline?.lines.map(({ length }) => length)).toEqual([8, 4]);
    for (const wrong of ["", "[]", "{}", "null", '{"type":5}']) expect(readOutline(wrong, 0)).toBeNull();
    expect(readOutline('{"type":"Topology"}', 0)).toEqual(NO_OUTLINE);
  });

  it("are bounded, and say what was left out", () => {
    const outline = readOutline(line(Array.from({ length: POINTS_MAX + 7 }, (_, i) => [i / 1e4, 1])), 0);
    expect(outline?.left).toBe(7);
    let deep: unknown = {
      type: "LineString",
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    };
    for (let i = 0; i < 50; i += 1) deep = { type: "GeometryCollection", geometries: [deep] };
    expect(readOutline(JSON.stringify(deep), 0)?.lines).toEqual([]);
  });

  it("do not cross the plane at its seam", () => {
    expect(
      readOutline(
        line([
          [179, 0],
          [179.5, 1],
          [-179.5, 2],
          [-179, 3],
        ]),
        0,
      )?.lines.length,
    ).toBe(2);
    expect(
      readOutline(
        line([
          [179, 0],
          [179.5, 1],
          [-179.5, 2],
          [-179, 3],
        ]),
        0.5,
      )?.lines.length,
    ).toBe(1);
  });
});

describe("looks", () => {
  const facts = (part: Partial<AssetFacts>) =>
    ({
      priority: 5,
      loud: false,
      state: "live",
      bad: false,
      anomaly: false,
      rank: 502,
      asset: { id: "x" },
      ...part,
    }) as AssetFacts;

  it("say the worst of what they stand for", () => {
    const look = lookOf([
      facts({ priority: 3, loud: true }),
      facts({ priority: 2 }),
      facts({ state: "stale" }),
      facts({ bad: true }),
    ]);
    expect(look).toEqual({
      priority: 2,
      loud: false,
      silent: true,
      bad: true,
      anomaly: false,
      standby: false,
      count: 4,
    });
    expect(lookOf([facts({ state: "standby" }), facts({ state: "standby" })]).standby).toBe(true);
    expect(boxAround([])).toBeNull();
  });

  it("stand in the list under the same groups, those without a place too", () => {
    const member = (id: string) => facts({ asset: { id } as AssetView });
    const groups = [
      { id: "1", about: "one", members: [member("a"), member("b")] },
      { id: "2", about: "two", members: [member("c")] },
    ];
    const rows = listRows(
      groups,
      ({ about }) => about,
      (id) => id !== "b",
    );
    expect(
      rows.map((row) =>
        row.kind === "heading" ? `${row.name} ${row.count}` : `${row.at} ${row.key} of ${row.group}`,
      ),
    ).toEqual(["one 1", "1 a of one", "two 1", "2 c of two"]);
    expect(
      listRows(
        groups,
        () => "",
        (id) => id === "a",
      ),
    ).toHaveLength(2);
  });
});
