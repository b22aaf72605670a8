/** How a bound element shows a value. Each face touches its own element, and only when what it shows changes. */
import { formatNumber } from "../../../lib/format";
import { fraction, isOn, isSilent } from "../../../lib/picture/bindings";
import { GOOD } from "../../../lib/quality";
import type { Bound } from "./bound";
import { draw, indicator } from "./draw";

/** What a signal says now. */
export interface Reading {
  number: number;
  /** The same in the unit of the plant file, in which rules of bindings are written. */
  own: number;
  words: string;
  status: number;
  reason: number;
  /** Priority of the alarm that stands on it; 0 without one. */
  priority: number;
}

export interface Face {
  show(reading: Reading): void;
  /** Called with every batch of samples, by faces that move. */
  move?(): void;
}

const PRIORITIES = [1, 2, 3, 4];
const TURN_STEP = 9;
const FLOW_STEP = 0.12;

function doubt(element: Element, { status, reason }: Reading): void {
  element.classList.toggle("tw-doubtful", status !== GOOD);
  element.classList.toggle("tw-silent", isSilent(status, reason));
}

function colour(element: Element, { priority, status, reason }: Reading): void {
  const shown = isSilent(status, reason) ? 0 : priority;
  for (const one of PRIORITIES) element.classList.toggle(`p${one}`, one === shown);
}

/** Drawing programs put a line of text into a tspan, which carries its look. */
function lineOf(element: SVGElement): SVGElement {
  let line = element;
  for (let inner = line.firstElementChild; inner; inner = line.firstElementChild) line = inner as SVGElement;
  return line;
}

function valueFace({ element, signal, show }: Bound): Face {
  const line = lineOf(element);
  for (const other of [...element.children]) if (!other.contains(line)) other.remove();
  const digits = document.createTextNode("");
  const unit = draw("tspan", { class: "tw-unit" });
  line.replaceChildren(digits, ...(show === "value" ? [unit] : []));
  line.classList.add("tw-value");
  return {
    show(reading) {
      const text = reading.words === "" ? formatNumber(reading.number, signal?.decimals ?? 1) : reading.words;
      if (digits.data !== text) digits.data = text;
      const after = reading.words === "" && signal?.unit ? `\u2009${signal.unit}` : "";
      if (unit.textContent !== after) unit.textContent = after;
      doubt(line, reading);
      colour(line, reading);
    },
  };
}

let clips = 0;

function barFace({ element, binding, signal }: Bound): Face {
  const side = binding.side ?? "up";
  const window = draw("rect", { x: 0, y: 0, width: 1, height: 1 });
  clips += 1;
  const id = `tw-clip-${clips}`;
  const clip = draw("clipPath", { id, clipPathUnits: "objectBoundingBox" }, window);
  element.before(clip);
  let filled = element;
  if (element.hasAttribute("clip-path") || element.style.getPropertyValue("clip-path") !== "") {
    filled = draw("g", {});
    element.replaceWith(filled);
    filled.append(element);
  }
  filled.setAttribute("clip-path", `url(#${id})`);
  let last = "";
  return {
    show(reading) {
      const part = fraction(reading.number, binding, signal?.range ?? null);
      const text = (part ?? 0).toFixed(4);
      if (text !== last) {
        last = text;
        const upright = side === "up" || side === "down";
        window.setAttribute(upright ? "height" : "width", text);
        const start = side === "up" || side === "left" ? 1 - Number(text) : 0;
        window.setAttribute(upright ? "y" : "x", start.toFixed(4));
      }
      doubt(element, reading);
    },
  };
}

function indicatorFace({ element, binding, signal }: Bound): Face {
  const from = (name: string) => Number(element.getAttribute(name) ?? Number.NaN);
  let box = { x: from("x") || 0, y: from("y") || 0, width: from("width"), height: from("height") };
  if (!(box.width > 0 && box.height > 0)) {
    const around = element instanceof SVGGraphicsElement && element.getBBox ? element.getBBox() : null;
    box = around ?? { x: 0, y: 0, width: 0, height: 0 };
  }
  const low = binding.low ?? signal?.range?.[0];
  const high = binding.high ?? signal?.range?.[1];
  if (!signal || low === undefined || high === undefined || !(box.width > 0 && box.height > 0)) {
    return { show: (reading) => doubt(element, reading) };
  }
  const made = indicator(box, signal, low, high);
  const transform = element.getAttribute("transform");
  if (transform !== null) made.group.setAttribute("transform", transform);
  element.classList.add("tw-drawn-over");
  element.after(made.group);
  return {
    show(reading) {
      made.point(fraction(reading.number, binding, signal.range));
      doubt(made.group, reading);
      colour(made.pointer, reading);
    },
  };
}

function stateFace({ element, binding }: Bound): Face {
  const shape =
    element.localName === "g"
      ? (element.querySelector("path, rect, circle, ellipse, polygon") ?? element)
      : element;
  return {
    show(reading) {
      const on = isOn(binding.on, reading.own, reading.words);
      const silent = isSilent(reading.status, reading.reason);
      shape.classList.toggle("tw-on", on && !silent);
      shape.classList.toggle("tw-off", !on && !silent);
      doubt(shape, reading);
    },
  };
}

function turnFace({ element, binding }: Bound, root: SVGSVGElement, still: () => boolean): Face {
  const before = element.getAttribute("transform") ?? "";
  const box = element instanceof SVGGraphicsElement && element.getBBox ? element.getBBox() : null;
  const [cx, cy] = box ? [box.x + box.width / 2, box.y + box.height / 2] : [0, 0];
  let turning = false;
  let angle = 0;
  return {
    show(reading) {
      turning = reading.status === GOOD && isOn(binding.on, reading.own, reading.words);
      element.classList.toggle("tw-stopped", !turning);
      doubt(element, reading);
    },
    move() {
      if (!turning || still() || !root.isConnected) return;
      angle = (angle + TURN_STEP) % 360;
      element.setAttribute("transform", `${before} rotate(${angle} ${cx} ${cy})`.trim());
    },
  };
}

function flowFace({ element, binding }: Bound, still: () => boolean): Face {
  const dashes = (getComputedStyle(element).strokeDasharray || "").match(/[\d.]+/g)?.map(Number) ?? [];
  const once = dashes.reduce((sum, length) => sum + length, 0) * (dashes.length % 2 === 1 ? 2 : 1);
  const period = once > 0 ? once : 16;
  if (once === 0) element.style.setProperty("stroke-dasharray", "8");
  let direction = 0;
  let at = 0;
  return {
    show(reading) {
      const on = reading.status === GOOD && isOn(binding.on, reading.own, reading.words);
      direction = on ? (reading.own < 0 ? -1 : 1) : 0;
      element.classList.toggle("tw-stopped", direction === 0);
      doubt(element, reading);
    },
    move() {
      if (direction === 0 || still()) return;
      at = (at + FLOW_STEP * direction) % 1;
      element.style.setProperty("stroke-dashoffset", (-at * period).toFixed(2));
    },
  };
}

/** The face of an element; `still` says that nothing may move. Asked for when the picture is laid out. */
export function faceOf(bound: Bound, root: SVGSVGElement, still: () => boolean): Face {
  switch (bound.show) {
    case "value":
    case "number":
      return valueFace(bound);
    case "bar":
      return barFace(bound);
    case "indicator":
      return indicatorFace(bound);
    case "state":
      return stateFace(bound);
    case "turn":
      return turnFace(bound, root, still);
    case "flow":
      return flowFace(bound, still);
    case "asset":
      return { show: (reading) => doubt(bound.element, reading) };
  }
}
