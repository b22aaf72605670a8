import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../src/components/shared/tokens.css", import.meta.url), "utf8");
const [darkCss = "", lightCss = ""] = css.split(':root[data-theme="light"]');
const high = readFileSync(new URL("../src/components/shared/contrast.css", import.meta.url), "utf8");
const [highDarkCss = "", highLightCss = ""] = high.split(':root[data-contrast="high"][data-theme="light"]');

function tokens(block: string): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = "", value = ""]) => [name, value]),
  );
}

const THEMES = {
  dark: tokens(darkCss),
  light: tokens(lightCss),
  "high contrast dark": tokens(highDarkCss),
  "high contrast light": tokens(highLightCss),
};

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.03928 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ["bg", "panel", "raised", "hatch", "past"];
const TEXTS = ["text", "strong", "dim", "p1-text", "p2-text", "p3-text", "p4-text"];
/** Words on a filled colour. */
const FILLED: [string, string][] = [
  ["on-p1", "p1"],
  ["on-p2", "p2"],
  ["on-p3", "p3"],
  ["on-p4", "p4"],
  ["on-accent", "accent"],
  ["panel", "strong"],
  ["accent", "past"],
];
/** What must be seen, not read: 3 to 1. */
const SIGNS = [
  "p1",
  "p2",
  "p3",
  "p4",
  "accent",
  "edge",
  "trace",
  "trace-1",
  "trace-2",
  "trace-3",
  "trace-4",
  "trace-5",
  "trace-6",
  "trace-7",
  "trace-8",
  "tick",
];

describe.each(Object.entries(THEMES))("%s theme", (name, theme) => {
  const isHigh = name.startsWith("high");
  const colour = (name: string) => {
    const value = theme.get(name);
    if (!value) throw new Error(`token --${name} is missing`);
    return value;
  };

  it.each(TEXTS.flatMap((text) => SURFACES.map((surface) => [text, surface] as const)))(
    "%s is read on %s",
    (text, surface) => {
      // High contrast holds AAA.
      expect(contrast(colour(text), colour(surface))).toBeGreaterThanOrEqual(isHigh ? 7 : 4.5);
    },
  );

  it.each(FILLED)("%s is read on %s", (text, fill) => {
    expect(contrast(colour(text), colour(fill))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SIGNS.flatMap((sign) => ["panel", "raised"].map((surface) => [sign, surface] as const)))(
    "%s is seen on %s",
    (sign, surface) => {
      expect(contrast(colour(sign), colour(surface))).toBeGreaterThanOrEqual(3);
    },
  );

  it.each([1, 2, 4, 5, 6, 7, 8])("has the words of trace %i readable, for its axis and its name", (trace) => {
    expect(contrast(colour(`trace-${trace}`), colour("panel"))).toBeGreaterThanOrEqual(4.5);
  });
});

it.each(Object.entries(THEMES))("gives every colour of the others to %s", (_, theme) => {
  expect([...theme.keys()].sort()).toEqual([...THEMES.dark.keys()].sort());
});

it.each(["panel", "raised"])("shows lines on %s in high contrast", (surface) => {
  for (const theme of [THEMES["high contrast dark"], THEMES["high contrast light"]])
    expect(contrast(theme.get("line") ?? "", theme.get(surface) ?? "")).toBeGreaterThanOrEqual(3);
});

it("measures as WCAG does", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
