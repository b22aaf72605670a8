/** The tokens as a canvas needs them: plain colour strings. */

const NAMES = [
  "bg",
  "panel",
  "raised",
  "line",
  "edge",
  "hatch",
  "track",
  "text",
  "strong",
  "dim",
  "accent",
  "trace",
  "trace-1",
  "trace-2",
  "trace-3",
  "trace-4",
  "trace-5",
  "trace-6",
  "trace-7",
  "trace-8",
  "band",
  "spark-band",
  "tick",
  "p1",
  "p2",
  "p3",
  "p4",
  "p1-text",
  "p2-text",
  "p3-text",
  "p4-text",
  "on-p1",
  "on-p2",
  "on-p3",
  "on-p4",
] as const;

export type Palette = Record<(typeof NAMES)[number], string>;

/** Of an element: some are always light or dark, like the paper of a drawing. */
export function readPalette(of: Element = document.documentElement): Palette {
  const style = getComputedStyle(of);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Palette;
}

/** Colour of an alarm priority. */
export function priorityColour(palette: Palette, priority: number): string {
  return [palette.p1, palette.p2, palette.p3, palette.p4][priority - 1] ?? palette.dim;
}

export function priorityTextColour(palette: Palette, priority: number): string {
  return (
    [palette["p1-text"], palette["p2-text"], palette["p3-text"], palette["p4-text"]][priority - 1] ??
    palette.dim
  );
}

/** Colour of what stands on an alarm colour. */
export function onPriorityColour(palette: Palette, priority: number): string {
  return [palette["on-p1"], palette["on-p2"], palette["on-p3"], palette["on-p4"]][priority - 1] ?? palette.bg;
}
