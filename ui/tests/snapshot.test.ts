// @vitest-environment happy-dom
/** A trend as a picture to be pasted elsewhere. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { legendRows, pictureOf, type Seen, wrapped } from "../src/components/domain/trend/snapshot";
import type { AnnotationView } from "../src/ipc/bindings/AnnotationView";
import type { Palette } from "../src/lib/palette";
import { recorder } from "./canvas";
import { random } from "./random";

afterEach(() => {
  vi.restoreAllMocks();
});

const measure = (text: string) => text.length * 6;

it("names its signals in rows that fit, each once and none over another", () => {
  const next = random(5);
  for (let round = 0; round < 100; round += 1) {
    const width = 300 + next() * 1_500;
    const legend = Array.from({ length: 1 + Math.floor(next() * 16) }, (_, i) => ({
      name: `signal ${i} ${"x".repeat(Math.floor(next() * 30))}`,
      colour: "",
      look: "line" as const,
    }));
    const rows = legendRows(legend, width, measure);
    expect(rows.flat().map(({ name }) => name)).toEqual(legend.map(({ name }) => name));
    for (const row of rows) {
      row.forEach(({ left, name }, i) => {
        const end = left + 16 + measure(name);
        if (row.length > 1) expect(end).toBeLessThanOrEqual(width);
        expect(row[i + 1]?.left ?? Number.POSITIVE_INFINITY).toBeGreaterThan(end);
      });
    }
  }
});

function note(id: number, t0: number, t1: number, text: string): AnnotationView {
  const draft = { asset: "pump-2", signal: null, t0, t1, text };
  return { id, draft, author: "ann", made_at: 5, changed_by: null, changed_at: null, revision: 1 };
}

function drawn(of: Partial<Seen>) {
  const { context, calls } = recorder();
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => context as never);
  const screen = document.createElement("canvas");
  [screen.width, screen.height] = [800, 400];
  const seen: Seen = {
    layers: [{ canvas: screen, left: 0, top: 0 }],
    frame: { t0: 1_000, t1: 2_000, left: 50, top: 20, width: 700, height: 300 },
    marks: { a: null, b: null },
    notes: [],
    ...of,
  };
  const caption = {
    title: "Riverside",
    range: "12:00 – 13:00 CET · 1 h",
    legend: [{ name: "Flow (m³/h)", colour: "#fff", look: "line" as const }],
    between: "5 min",
    head: ({ id }: AnnotationView) => `note ${id} by ann`,
    more: (count: number) => `and ${count} more`,
  };
  const picture = pictureOf(seen, caption, {} as Palette);
  const texts = calls.filter(({ name }) => name === "fillText").map(({ text }) => text);
  return { picture, calls, texts };
}

describe("what is seen", () => {
  it("has its title, its range with zone and length, its signals with units, and its marks", () => {
    const { texts, calls } = drawn({ marks: { a: 1_200, b: 1_700 } });
    expect(texts).toEqual(["Riverside", "12:00 – 13:00 CET · 1 h", "Flow (m³/h)", "5 min", "A", "B"]);
    expect(calls.filter(({ name }) => name === "drawImage")).toHaveLength(1);
    expect(drawn({ marks: { a: 900, b: null } }).texts).not.toContain("A");
  });

  it("has the annotations in view as numbers on the chart and texts below it, in order of time", () => {
    const notes = [
      note(8, 1_900, 1_900, "later"),
      note(7, 1_400, 1_600, "<b>rough</b>\nsecond line"),
      note(6, 500, 600, "before"),
      note(5, 900, 1_100, "from before"),
    ];
    const { texts, picture } = drawn({ notes });
    expect(texts.slice(3)).toEqual([
      ...["1", "2", "3"],
      ...["1", "note 5 by ann", "", "from before"],
      ...["2", "note 7 by ann", "", "<b>rough</b>", "", "second line"],
      ...["3", "note 8 by ann", "", "later"],
    ]);
    expect(picture?.height).toBeGreaterThan((drawn({}).picture?.height ?? 0) + 7 * 15);
  });

  it("has one flag for those that stand together, and tells of what has no room", () => {
    const notes = Array.from({ length: 20 }, (_, i) => note(i + 1, 1_500 + i, 1_500 + i, `text ${i}`));
    const { texts } = drawn({ notes });
    expect(texts).toContain("1–20");
    expect(texts).toContain("text 11");
    expect(texts).not.toContain("text 12");
    expect(texts.at(-1)).toBe("and 8 more");
  });
});

it("is wrapped into lines that fit, and what is left out shows", () => {
  const next = random(9);
  for (let round = 0; round < 200; round += 1) {
    const words = Array.from({ length: 1 + Math.floor(next() * 30) }, () =>
      "x".repeat(1 + Math.floor(next() * 25)),
    );
    const width = 60 + next() * 300;
    const lines = wrapped(words.join(next() < 0.2 ? "\n" : " "), width, measure, 1_000);
    for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(width);
    expect(lines.join("").replaceAll(" ", "")).toBe(words.join(""));
    const short = wrapped(words.join(" "), width, measure, 3);
    expect(short.length).toBeLessThanOrEqual(3);
    for (const line of short) expect(measure(line)).toBeLessThanOrEqual(width);
  }
});
