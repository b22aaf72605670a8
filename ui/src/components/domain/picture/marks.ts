/** What lies over a picture: alarm frames and marks, hatching of what is silent, focus and choice. */
import type { PictureBox } from "../../../lib/picture/viewport";
import { alarmLook, alarmMark, boxIn, draw, frame, grown, hatchPattern, sized } from "./draw";

export interface Mark {
  /** Priority of the worst alarm; 0 without one. */
  priority: number;
  acknowledged: boolean;
  silent: boolean;
  missing: boolean;
  /** "?" uncertain, "✕" bad and not silent; empty: good. */
  quality: string;
  /** Whether a frame surrounds the element, or the mark alone stands beside it. */
  framed: boolean;
}

const SAME: (keyof Mark)[] = ["priority", "acknowledged", "silent", "missing", "quality", "framed"];

export class Marks {
  readonly #root: SVGSVGElement;
  readonly #layer: SVGElement;
  readonly #shown = new Map<SVGElement, { mark: Mark; group: SVGElement }>();
  readonly #frames = new Map<string, SVGElement>();
  /** Side of an alarm mark, in the picture's units. */
  readonly #size: number;

  constructor(root: SVGSVGElement, box: PictureBox) {
    this.#root = root;
    this.#size = Math.max(box.width / 66, box.height / 42);
    this.#layer = draw("g", { class: "tw-over", "aria-hidden": "true" });
    root.append(hatchPattern(this.#size * 0.55), this.#layer);
  }

  show(element: SVGElement, mark: Mark): void {
    const known = this.#shown.get(element);
    if (known && SAME.every((key) => known.mark[key] === mark[key])) return;
    known?.group.remove();
    this.#shown.delete(element);
    const empty = mark.priority === 0 && !mark.silent && !mark.missing && mark.quality === "";
    if (empty) return;
    const group = this.#group(element, mark);
    this.#shown.set(element, { mark, group });
    this.#layer.append(group);
  }

  /** Marks go where their elements are now: a value may have become longer. */
  place(): void {
    for (const [element, { mark, group }] of this.#shown) {
      const next = this.#group(element, mark);
      group.replaceWith(next);
      this.#shown.set(element, { mark, group: next });
    }
  }

  #group(element: SVGElement, mark: Mark): SVGElement {
    const group = draw("g", {});
    const box = boxIn(this.#root, element);
    if (!box) return group;
    const size = this.#size;
    const around = grown(box, mark.framed ? size * 0.35 : size * 0.12);
    if (mark.silent) group.append(frame(around, "tw-hatched", size * 0.12));
    else if (mark.missing) group.append(frame(around, "tw-missing", size * 0.12));
    if (mark.priority > 0) {
      const side = mark.framed ? size : Math.max(size * 0.8, box.height * 0.6);
      if (mark.framed) {
        const raised = frame(around, "tw-raised", size * 0.12);
        alarmLook(raised, mark.priority, mark.acknowledged);
        group.append(raised);
      }
      const [x, y] = mark.framed
        ? [around.x - side * 0.4, around.y - side * 0.5]
        : [around.x - side * 1.15, box.y + (box.height - side) / 2];
      group.append(alarmMark(mark.priority, mark.acknowledged, x, y, side));
    } else if (mark.quality !== "") {
      const at = { x: around.x - size * 0.2, y: box.y + box.height / 2, "text-anchor": "end" };
      const look = { "dominant-baseline": "central", class: "tw-quality" };
      group.append(
        sized(draw("text", { ...at, ...look }, mark.quality), Math.max(size * 0.75, box.height * 0.55)),
      );
    }
    return group;
  }

  /** Frames one element with a look of its own: "focus", "hover", "chosen", "pointed"; null takes the frame away. */
  outline(look: string, element: SVGElement | null): void {
    this.#frames.get(look)?.remove();
    this.#frames.delete(look);
    const box = element ? boxIn(this.#root, element) : null;
    if (!box) return;
    const made = frame(grown(box, this.#size * 0.25), `tw-${look}`, this.#size * 0.12);
    this.#frames.set(look, made);
    this.#layer.append(made);
  }
}
