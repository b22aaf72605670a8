// @vitest-environment happy-dom
/** A trend as a picture to be pasted elsewhere. */
import { expect, it } from "vitest";
import { legendRows } from "../src/components/domain/trend/snapshot";
import { random } from "./random";

it("names its signals in rows that fit, each once and none over another", () => {
  const next = random(5);
  for (let round = 0; round < 100; round += 1) {
    const width = 300 + next() * 1_500;
    const signals = Array.from({ length: 1 + Math.floor(next() * 16) }, (_, i) => ({
      name: `signal ${i} ${"x".repeat(Math.floor(next() * 30))}`,
      colour: "",
    }));
    const measure = (text: string) => text.length * 6;
    const rows = legendRows({ title: "", range: "", signals, marks: [] }, width, measure);
    expect(rows.flat().map(({ name }) => name)).toEqual(signals.map(({ name }) => name));
    for (const row of rows) {
      row.forEach(({ left, name }, i) => {
        const end = left + 16 + measure(name);
        if (row.length > 1) expect(end).toBeLessThanOrEqual(width);
        expect(row[i + 1]?.left ?? Number.POSITIVE_INFINITY).toBeGreaterThan(end);
      });
    }
  }
});
