/** Small things that are drawn into a picture: marks, frames, hatching, moving analogue indicators. */
import type { SignalView } from "../../../ipc/bindings/SignalView";
import { SVG_NS } from "../../../lib/picture/sanitise";
import type { PictureBox } from "../../../lib/picture/viewport";

type Attributes = Record<string, string | number>;

export function draw(tag: string, attributes: Attributes, ...inside: (SVGElement | string)[]): SVGElement {
  const element = document.createElementNS(SVG_NS, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...inside);
  return element;
}

/** The box around an element in the picture's own units; null where it has none or nothing is laid out. */
export function boxIn(root: SVGSVGElement, element: SVGElement): PictureBox | null {
  if (!(element instanceof SVGGraphicsElement) || typeof element.getBBox !== "function") return null;
  try {
    const box = element.getBBox();
    const outer = root.getScreenCTM();
    const inner = element.getScreenCTM();
    if (!outer || !inner) return null;
    const matrix = outer.inverse().multiply(inner);
    const corners = [
      [box.x, box.y],
      [box.x + box.width, box.y],
      [box.x, box.y + box.height],
      [box.x + box.width, box.y + box.height],
    ].map(([x = 0, y = 0]) => new DOMPoint(x, y).matrixTransform(matrix));
    const xs = corners.map(({ x }) => x);
    const ys = corners.map(({ y }) => y);
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
  } catch {
    // Some engines throw for what is not rendered.
    return null;
  }
}

export function grown(box: PictureBox, by: number): PictureBox {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

/** `round` is the radius of its corners. */
export function frame(box: PictureBox, look: string, round: number): SVGElement {
  return draw("rect", { ...box, rx: round, class: look });
}

/** The same shapes as in the alarm list, on a grid of 20. */
const SHAPES: Record<number, { path: string; y: number; size: number }> = {
  1: {
    path: "M2.5 1.5h15a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-15a1 1 0 0 1 1-1Z",
    y: 14.2,
    size: 11.5,
  },
  2: { path: "M10 1.2 19.2 18.2H.8Z", y: 16, size: 10 },
  3: { path: "M10 18.8.8 1.8H19.2Z", y: 10.8, size: 10 },
  4: { path: "M10 1.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6Z", y: 14.2, size: 11.5 },
};

export function alarmMark(
  priority: number,
  acknowledged: boolean,
  x: number,
  y: number,
  size: number,
): SVGElement {
  const shape = SHAPES[priority] ?? { path: "M10 1.2 18.8 10 10 18.8 1.2 10Z", y: 14.2, size: 11.5 };
  const mark = draw(
    "g",
    { class: "tw-alarm", transform: `translate(${x} ${y}) scale(${size / 20})` },
    draw("path", { d: shape.path }),
    sized(draw("text", { x: 10, y: shape.y, "text-anchor": "middle" }, String(priority)), shape.size),
  );
  alarmLook(mark, priority, acknowledged);
  return mark;
}

/** Colours of a priority, as an outline when somebody has acknowledged it. */
export function alarmLook(element: SVGElement, priority: number, acknowledged: boolean): void {
  element.classList.add(`p${priority}`);
  element.classList.toggle("tw-acknowledged", acknowledged);
}

/** The picture has styles for text, which go before attributes. */
export function sized(text: SVGElement, size: number): SVGElement {
  text.style.setProperty("font-size", `${size}px`, "important");
  return text;
}

export interface Indicator {
  group: SVGElement;
  /** Moves the pointer to a place on the scale, 0 to 1; null takes it away. */
  point(at: number | null): void;
  pointer: SVGElement;
}

/** A moving analogue indicator in a box: upright in a high one, lying in a wide one. */
export function indicator(box: PictureBox, signal: SignalView, low: number, high: number): Indicator {
  const upright = box.height >= box.width;
  const length = upright ? box.height : box.width;
  const wide = upright ? box.width : box.height;
  const thick = Math.min(wide, length / 5);
  const side = (upright ? box.x : box.y) + (wide - thick) / 2;
  const place = (value: number) => Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  /** A bar across the scale from `from` to `to`, `out` wider than the track on either side. */
  const across = (from: number, to: number, out: number, look: string) => {
    const [begin, size] = [Math.min(from, to) * length, Math.abs(to - from) * length];
    return upright
      ? draw("rect", {
          x: side - out,
          y: box.y + length - begin - size,
          width: thick + 2 * out,
          height: size,
          class: look,
        })
      : draw("rect", { x: box.x + begin, y: side - out, width: size, height: thick + 2 * out, class: look });
  };
  const parts = [across(0, 1, 0, "tw-track")];
  if (signal.normal) parts.push(across(place(signal.normal[0]), place(signal.normal[1]), 0, "tw-band"));
  const hair = Math.min(1, thick * 0.12) / length;
  for (const { value, kind } of signal.limits) {
    if (kind === "anomaly" || value < Math.min(low, high) || value > Math.max(low, high)) continue;
    parts.push(across(place(value) - hair / 2, place(value) + hair / 2, thick * 0.3, "tw-tick"));
  }
  const reach = thick * 0.95;
  const half = thick * 0.6;
  const tip = side + thick * 0.4;
  const path = upright
    ? `M${tip} 0 l${reach} ${-half} v${2 * half}Z`
    : `M0 ${tip} l${-half} ${reach} h${2 * half}Z`;
  const pointer = draw("path", { d: path, class: "tw-pointer" });
  let last: string | null = "";
  return {
    group: draw("g", { class: "tw-indicator" }, ...parts, pointer),
    pointer,
    point(at) {
      const next =
        at === null
          ? null
          : upright
            ? `translate(0 ${(box.y + length - at * length).toFixed(2)})`
            : `translate(${(box.x + at * length).toFixed(2)} 0)`;
      if (next === last) return;
      last = next;
      pointer.classList.toggle("tw-none", next === null);
      if (next !== null) pointer.setAttribute("transform", next);
    },
  };
}

/** Stripes over what is silent, in the picture's own units. */
export function hatchPattern(step: number): SVGElement {
  return draw(
    "defs",
    {},
    draw(
      "pattern",
      {
        id: "tw-hatch",
        width: step,
        height: step,
        patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)",
      },
      draw("rect", { width: step / 2.6, height: step, class: "tw-stripe" }),
    ),
  );
}
