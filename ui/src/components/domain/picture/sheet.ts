/**
 * What the program itself draws into a picture. The picture lives in a shadow root: its styles reach nothing else, and
 * the window's styles do not reach it. All colours are the tokens of the window.
 */
import { ruleText, type StyleRule } from "../../../lib/picture/css";

const OWN = `
  svg.tw-root { position: absolute; inset: 0; display: block; width: 100%; height: 100%; }
  svg.tw-root, svg.tw-root text { font-variant-numeric: tabular-nums; user-select: none; -webkit-user-select: none; }
  .tw-bound { cursor: pointer; outline: none; }
  .tw-pointing, .tw-pointing * { cursor: crosshair; }
  .tw-none { display: none; }
  .tw-unit { opacity: 0.72; font-size: 0.86em; font-weight: 400; }
  .tw-on { fill: var(--on) !important; }
  .tw-off { fill: var(--off) !important; }
  .tw-stopped { opacity: 0.15 !important; }
  .tw-drawn-over { fill: none !important; stroke: none !important; }
  .tw-track { fill: var(--track); }
  .tw-band { fill: var(--band); }
  .tw-tick { fill: var(--edge); }
  .tw-pointer { fill: var(--strong); }
  .tw-indicator { pointer-events: none; }
  .tw-doubtful { opacity: 0.55 !important; }
  .tw-silent { opacity: 0.4 !important; }
  .tw-over { pointer-events: none; }
  .tw-over rect { fill: none; vector-effect: non-scaling-stroke; }
  .tw-stripe, .tw-over .tw-stripe { fill: var(--edge); fill-opacity: 0.5; }
  .tw-over rect.tw-hatched { fill: url(#tw-hatch); stroke: var(--edge); stroke-dasharray: 3 3; }
  .tw-over rect.tw-focus { stroke: var(--accent); stroke-width: 2.5; }
  .tw-over rect.tw-hover { stroke: var(--edge); stroke-width: 1; }
  .tw-over rect.tw-chosen { stroke: var(--accent); stroke-width: 2.5; }
  .tw-over rect.tw-pointed { stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 4 3; }
  .tw-over rect.tw-missing { stroke: var(--edge); stroke-width: 1.5; stroke-dasharray: 2 3; }
  .tw-over rect.tw-raised { stroke: var(--tint); stroke-width: 2; }
  .tw-over rect.tw-raised.tw-acknowledged { stroke-width: 1; }
  .tw-over .tw-quality { fill: var(--strong) !important; font-family: var(--font) !important; font-weight: 700 !important; }
  .tw-alarm path { fill: var(--tint); stroke: var(--tint); stroke-width: 1.4; stroke-linejoin: round; }
  .tw-over .tw-alarm text { fill: var(--number) !important; font-family: var(--font) !important; font-weight: 700 !important; }
  .tw-over .tw-alarm.tw-acknowledged path { fill: var(--panel); }
  .tw-over .tw-alarm.tw-acknowledged text { fill: var(--ink) !important; }
  .p1 { --tint: var(--p1); --number: var(--on-p1); --ink: var(--p1-text); }
  .p2 { --tint: var(--p2); --number: var(--on-p2); --ink: var(--p2-text); }
  .p3 { --tint: var(--p3); --number: var(--on-p3); --ink: var(--p3-text); }
  .p4 { --tint: var(--p4); --number: var(--on-p4); --ink: var(--p4-text); }
  .tw-value:is(.p1, .p2, .p3, .p4), .tw-value:is(.p1, .p2, .p3, .p4) tspan { fill: var(--ink) !important; }
  .tw-pointer:is(.p1, .p2, .p3, .p4) { fill: var(--tint); }
`;

/** Our styles, and after them the picture's; rules that the browser cannot read are counted. */
export function sheets(rules: readonly StyleRule[]): { sheets: CSSStyleSheet[]; unread: number } {
  const own = new CSSStyleSheet();
  own.replaceSync(OWN);
  const theirs = new CSSStyleSheet();
  let unread = 0;
  for (const rule of rules) {
    try {
      theirs.insertRule(ruleText(rule), theirs.cssRules.length);
    } catch {
      unread += 1;
    }
  }
  return { sheets: [theirs, own], unread };
}
