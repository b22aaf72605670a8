// @vitest-environment happy-dom
/** Words about limits and the normal band: beside the axis, where no trace is. */
import { describe, expect, it } from "vitest";
import { crossedTicks, gutterSaid, gutterWords } from "../src/components/domain/trend/gutter";
import { axisTicks, type ChartModel, type LimitLine } from "../src/components/domain/trend/model";
import { writeWords } from "../src/components/domain/trend/words";
import type { Palette } from "../src/lib/palette";
import { ALL_KNOWN } from "../src/lib/spanalarms";
import { Clock } from "../src/lib/time";
import { recorder } from "./canvas";
import { random } from "./random";

const S = 1_000_000;
const HEIGHT = 300;
const AREA = { left: 60, top: 20, width: 600, height: HEIGHT, ratio: 1 };

function limit(value: number, label: string): LimitLine {
  return { axis: "unit:mm/s", value, label, priority: 2, side: 1 };
}

function model(limits: LimitLine[], normal: [number, number] | null, [low, high] = [0, 10]): ChartModel {
  const none = new Float64Array(0);
  const columns = { key: 0, tFirst: none, tLast: none, min: none, max: none, first: none, last: none };
  return {
    t0: 0,
    t1: 100 * S,
    now: 100 * S,
    traces: [
      {
        key: 0,
        columns: { ...columns, status: none },
        colour: "#fff",
        axis: "unit:mm/s",
        staleMicros: S,
        step: false,
        alpha: 1,
        pattern: null,
      },
    ],
    bands: [],
    bandsLeftOut: 0,
    axes: [{ id: "unit:mm/s", unit: "mm/s", fixed: false, colour: "#fff", low, high }],
    limits,
    zones: [],
    marks: [],
    normal: normal && { axis: "unit:mm/s", low: normal[0], high: normal[1] },
    bad: [],
    score: null,
    alarms: [],
    lane: ALL_KNOWN,
    clock: new Clock("UTC"),
    palette: { panel: "#000", dim: "#0f0", line: "#000" } as Palette,
  };
}

describe("words about limits and the normal band", () => {
  const usual = model([limit(4.5, "H 4.5"), limit(7.1, "HH 7.1"), limit(12, "HHH 12.0")], [0.8, 3.2]);

  it("stand left of the plot, each limit on its line", () => {
    const { context, calls } = recorder();
    writeWords(context, usual, AREA);
    const written = calls.filter(({ name }) => name === "fillText");
    const of = (text: string) => written.find((call) => call.text === text)?.numbers ?? [];
    for (const [text, y] of [
      ["HH 7.1", 107],
      ["H 4.5", 185],
    ] as const) {
      expect(of(text)[0]).toBe(54);
      expect(of(text)[1]).toBeCloseTo(y, 6);
    }
    expect(of("normal")[0]).toBe(54);
    // One that is out of view has its room, and no words.
    expect(of("HHH 12.0")).toEqual([]);
    expect(gutterSaid(usual)).toContain("HHH 12.0");
    for (const { numbers } of written) {
      const [x = 0, y = 0] = numbers;
      expect(x < AREA.left || y > AREA.top + AREA.height).toBe(true);
    }
  });

  it("take the place of a value of the axis that they would cross out", () => {
    const ticks = axisTicks({ low: 0, high: 10 }, HEIGHT);
    expect(ticks).toContain(4);
    expect(crossedTicks(usual, HEIGHT, ticks)).toEqual(ticks.map(() => false));
    const near = model([limit(4.2, "H 4.2")], null);
    expect(crossedTicks(near, HEIGHT, ticks)).toEqual(ticks.map((tick) => tick === 4));
  });

  it("are never over each other, on whatever scale", () => {
    const next = random(3);
    for (let round = 0; round < 300; round += 1) {
      const low = next() * 20 - 10;
      const high = low + 0.5 + next() * 20;
      const at = () => low + (high - low) * (next() * 1.4 - 0.2);
      const limits = Array.from({ length: Math.floor(next() * 5) }, (_, i) => limit(at(), `H ${i}`));
      const [a, b] = [at(), at()];
      const some = model(limits, next() < 0.7 ? [Math.min(a, b), Math.max(a, b)] : null, [low, high]);
      const words = gutterWords(some, HEIGHT);
      const seen = limits.filter(({ value }) => value >= low && value <= high).length;
      expect(words.filter(({ text }) => text !== "normal")).toHaveLength(seen);
      words.forEach(({ at }, i) => {
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(HEIGHT);
        if (i > 0) expect(at - (words[i - 1]?.at ?? 0)).toBeGreaterThan(12.9);
      });
    }
  });
});
