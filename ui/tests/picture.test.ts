// @vitest-environment happy-dom
/** Drawings from anywhere: what may be shown is shown with its styles, everything else is taken out and counted. */
import { describe, expect, it } from "vitest";
import { ELEMENTS } from "../src/lib/picture/allow";
import { declarations, judge, references, ruleText, styleSheet } from "../src/lib/picture/css";
import { imagePixels } from "../src/lib/picture/images";
import { PictureError, sanitise, sumOf } from "../src/lib/picture/sanitise";
import { takenOutLines } from "../src/lib/picture/takenout";

const HEAD =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50"';
const svg = (inside: string, attributes = "") => `<svg ${HEAD} ${attributes}>${inside}</svg>`;
const markup = (inside: string) => new XMLSerializer().serializeToString(sanitise(svg(inside)).root);
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("a drawing", () => {
  it("keeps its shapes, its styles, its names and its bindings", () => {
    const picture = sanitise(
      `<?xml version="1.0"?><!DOCTYPE svg><svg ${HEAD} xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape">
        <style>.pipe { fill: none; stroke: #556 } @media print { g { fill: red } }</style>
        <g id="a" inkscape:label="Pump one" transform="translate(1 2)" data-asset="pump-1">
          <rect style="fill:#ff0000;stroke-width:2px !important" class="pipe" x="1" data-signal="pump-1/flow" data-show="bar" data-low="-5" data-side="right"/>
        </g><text><tspan>12</tspan></text></svg>`,
    );
    expect(picture.box).toEqual({ x: 0, y: 0, width: 100, height: 50 });
    expect(picture.names.get(2)).toBe("Pump one");
    expect(picture.bindings).toEqual([
      { element: 2, asset: "pump-1", signal: null, show: null, side: null, low: null, high: null, on: null },
      {
        element: 3,
        asset: null,
        signal: "pump-1/flow",
        show: "bar",
        side: "right",
        low: -5,
        high: null,
        on: null,
      },
    ]);
    const rect = picture.elements.get(3) as SVGElement;
    expect(rect.getAttribute("class")).toBe("pipe");
    expect(rect.style.getPropertyValue("fill")).toBe("#ff0000");
    expect(picture.elements.get(5)?.textContent).toBe("12");
    expect(picture.rules.map(ruleText)).toEqual([".pipe { fill: none; stroke: #556 }"]);
    expect(picture.takenOut.styles).toBe(1);
    expect(picture.paper).toBe("#ffffff");
    expect(sanitise(svg("", 'data-paper="window"')).paper).toBeNull();
  });

  it("loses nothing of what Inkscape writes around a plain shape", () => {
    const style = `color:#000000;font-style:normal;font-variant:normal;font-weight:normal;font-stretch:normal;
      font-size:medium;line-height:normal;font-family:sans-serif;font-variant-ligatures:normal;font-variant-position:normal;
      font-variant-caps:normal;font-variant-numeric:normal;font-variant-alternates:normal;font-feature-settings:normal;
      text-indent:0;text-align:start;text-decoration:none;text-decoration-line:none;text-decoration-style:solid;
      text-decoration-color:#000000;letter-spacing:normal;word-spacing:normal;text-transform:none;writing-mode:lr-tb;
      direction:ltr;text-orientation:mixed;dominant-baseline:auto;baseline-shift:baseline;text-anchor:start;
      white-space:normal;shape-padding:0;clip-rule:nonzero;display:inline;overflow:visible;visibility:visible;opacity:1;
      isolation:auto;mix-blend-mode:normal;color-interpolation:sRGB;color-interpolation-filters:linearRGB;
      solid-color:#000000;solid-opacity:1;vector-effect:none;fill:url(#g) #000000;fill-opacity:1;fill-rule:nonzero;
      stroke:none;stroke-width:0.26px;stroke-linecap:butt;stroke-linejoin:miter;stroke-miterlimit:4;
      stroke-dasharray:none;stroke-dashoffset:0;stroke-opacity:1;marker:none;marker-mid:none;
      paint-order:markers stroke fill;color-rendering:auto;image-rendering:auto;shape-rendering:auto;
      text-rendering:auto;enable-background:accumulate;filter:none;-inkscape-stroke:none`;
    const picture = sanitise(
      svg(
        `<defs><linearGradient id="g" xlink:href="#h"/><linearGradient id="h"><stop style="stop-color:#ff0000;stop-opacity:1"/></linearGradient></defs>
        <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:li/></rdf:RDF></metadata>
        <g><title>Layer</title><rect id="r" style="${style}"/></g>`,
        'version="1.1" xml:space="preserve" xmlns:x="http://x" x:y="1"',
      ),
    );
    expect(sumOf(picture.takenOut)).toBe(0);
    const rect = picture.root.querySelector<SVGElement>("#r");
    expect(rect?.style.getPropertyValue("fill")).toContain("url(");
    expect(rect?.style.getPropertyValue("stroke-width")).toBe("0.26px");
    expect(picture.root.querySelector("#g")?.getAttribute("href")).toBe("#h");
  });

  it("loses what runs, and says so", () => {
    const picture = sanitise(
      svg(
        `<script>alert(1)</script><g onclick="alert(1)" ONLOAD="x"/><set attributeName="x"/><animate/>
        <foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"/></foreignObject><filter/><blink/>`,
        'onload="alert(1)"',
      ),
    );
    expect(picture.takenOut).toEqual({
      scripts: 1,
      handlers: 3,
      remote: 0,
      pages: 1,
      styles: 0,
      animations: 2,
      effects: 1,
      other: 1,
    });
    expect(takenOutLines(picture.takenOut)[0]).toBe("1 script");
    expect(sumOf(picture.takenOut)).toBe(9);
    expect(new XMLSerializer().serializeToString(picture.root)).not.toMatch(/alert|iframe|animate/);
  });

  it("fetches nothing", () => {
    const picture = sanitise(
      svg(
        `<image href="https://example.com/a.png"/><image xlink:href="//example.com/a.png"/><use href="other.svg#a"/>
        <a xlink:href="javascript:alert(1)"><rect id="r"/></a><rect style="fill:url(https://example.com/#a)"/>
        <rect fill="url('//example.com')"/><image href="data:image/svg+xml;base64,PHN2Zz4="/>
        <image href="${PNG}"/><use href="#r"/>`,
      ),
    );
    const out = new XMLSerializer().serializeToString(picture.root);
    expect(out).not.toMatch(/example|javascript|svg\+xml/);
    expect(picture.takenOut.remote).toBe(6);
    expect(picture.takenOut.other).toBe(1);
    expect(picture.root.querySelectorAll("image")).toHaveLength(1);
    expect(picture.root.querySelectorAll("use")).toHaveLength(1);
    expect(picture.root.querySelector("g > rect")).not.toBeNull();
  });

  it("is refused when it is no drawing, or brings entities", () => {
    for (const text of [
      "",
      "no markup",
      "<html/>",
      "<svg/>",
      '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
      `<!-- --><!DOCTYPE svg SYSTEM "x" [<!ELEMENT a ANY>]>${svg("")}`,
    ]) {
      expect(() => sanitise(text), text).toThrow(PictureError);
    }
    expect(() => sanitise(svg("<g/>".repeat(20_001)))).toThrow(/20,000 elements/);
    expect(() => sanitise(" ".repeat(8 * 1024 * 1024 + 1))).toThrow(/8 MiB/);
  });

  it("is bounded in depth, in copies and in what is painted again and again", () => {
    const deep = sanitise(svg(`${"<g>".repeat(150)}<rect/>${"</g>".repeat(150)}`));
    expect(deep.root.querySelector("rect")).toBeNull();
    expect(deep.takenOut.other).toBe(1);
    // Ten copies of ten copies of ten copies…
    const levels = Array.from(
      { length: 12 },
      (_, i) => `<g id="l${i + 1}">${`<use href="#l${i}"/>`.repeat(10)}</g>`,
    );
    const copies = sanitise(svg(`<g id="l0"><rect/></g>${levels.join("")}`));
    expect(copies.takenOut.other).toBeGreaterThan(50);
    // Copies that lead back to themselves.
    expect(sanitise(svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>')).takenOut.other).toBe(
      2,
    );
    const pattern = `<pattern id="p"><rect fill="url(#q)" mask="url(#m)"/><use href="#r"/></pattern><pattern id="q"/><mask id="m"/><rect id="r" fill="url(#p)"/>`;
    const out = markup(pattern);
    expect(out).toContain('fill="url(#p)"');
    expect(out).not.toContain("url(#q)");
    expect(out).not.toContain("url(#m)");
    expect(out).not.toContain("<use");
  });

  it("may hold small images only", () => {
    expect(imagePixels(PNG)).toBe(1);
    expect(imagePixels("data:image/gif;base64,R0lGODdh")).toBeNull();
    expect(imagePixels("data:image/png;base64,AAAA")).toBeNull();
    const bytes = Uint8Array.from(atob(PNG.slice(PNG.indexOf(",") + 1)), (c) => c.charCodeAt(0));
    new DataView(bytes.buffer).setUint32(16, 60_000);
    new DataView(bytes.buffer).setUint32(20, 60_000);
    const bomb = `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
    expect(imagePixels(bomb)).toBe(3_600_000_000);
    expect(sanitise(svg(`<image href="${bomb}"/>`)).takenOut.other).toBe(1);
    const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 11, 8, 0, 20, 0, 30, 3, 1, 1, 1];
    expect(imagePixels(`data:image/jpeg;base64,${btoa(String.fromCharCode(...jpeg))}`)).toBe(600);
  });
});

describe("styles", () => {
  const none = () => false;
  const any = () => true;

  it("refer to ids of the drawing and to nothing else", () => {
    expect(references("url(#a) url('#b') url( \"#c\" )")).toEqual(["a", "b", "c"]);
    for (const value of [
      "url(http://a)",
      "url(data:image/png;base64,)",
      "url(a.svg#b)",
      "URL('//a')",
      "url(#a) url(b)",
      "u\\72l(x)",
      "expression(alert(1))",
      "image-set('a' 1x)",
      "-moz-element(#a)",
      "attr(href)",
      "red;fill:url(x)",
      "x".repeat(2_000),
    ]) {
      expect(references(value), value).toBeNull();
    }
    expect(references("rgb(1, 2, 3)")).toEqual([]);
    expect(references("var(--text)")).toEqual([]);
    expect(judge("fill", "url(#a)", none)).toBe("out");
    expect(judge("fill", "url(#a)", any)).toBe("keep");
  });

  it("are known properties; what programs write for themselves is left out without a word", () => {
    expect(judge("-inkscape-font-specification", "x", any)).toBe("quiet");
    expect(judge("mix-blend-mode", "normal", any)).toBe("quiet");
    expect(judge("mix-blend-mode", "multiply", any)).toBe("out");
    expect(judge("marker-mid", "url(#m)", any)).toBe("out");
    expect(judge("position", "fixed", any)).toBe("out");
    expect(judge("animation", "x 1s", any)).toBe("out");
    expect(judge("background", "red", any)).toBe("out");
    expect(judge("--p1", "red", any)).toBe("quiet");
    expect(judge("stroke-dasharray", "0.0001", any)).toBe("out");
    expect(judge("stroke-dasharray", "4 2", any)).toBe("keep");
  });

  it("are read as browsers read them", () => {
    expect(
      declarations("fill:red;;stroke : url(\"a;b\") ; /* c: d; */ font-family:'a;b' ! important"),
    ).toEqual([
      { name: "fill", value: "red", important: false },
      { name: "stroke", value: 'url("a;b")', important: false },
      { name: "font-family", value: "'a;b'", important: true },
    ]);
    const sheet = styleSheet(
      `@import "x.css"; <!-- .a, g > rect.b:first-child { fill: red; position: fixed } -->
      @font-face { src: url(x) } @media screen { .c { fill: red } } :host { fill: red } .d::before { fill: red }
      .e { fill: url(#g) } .f { fill: red`,
      (id) => id === "g",
    );
    expect(sheet.rules.map(({ selector }) => selector)).toEqual([".a, g > rect.b:first-child", ".e", ".f"]);
    expect(sheet.takenOut).toBe(6);
  });
});

/** A small generator with a seed, so that a failure comes again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const PIECES = [
  "<g>",
  "</g>",
  '<g onclick="alert(1)" style="fill:url(#a);background:url(//x)">',
  "<script>alert(1)</script>",
  "<svg:script>alert(1)</svg:script>",
  '<a href="javascript:alert(1)">',
  "</a>",
  '<use href="#a" id="a"/>',
  '<use xlink:href="data:text/html,x"/>',
  '<image href="http://x/"/>',
  "<style>@import 'x'; * { fill: url(//x) } </style>",
  "<style><![CDATA[ rect{fill:red}</style>]]></style>",
  "<foreignObject><body/></foreignObject>",
  '<animate attributeName="href" to="javascript:x"/>',
  '<set onbegin="x"/>',
  "<!-- ",
  "-->",
  "<![CDATA[",
  "]]>",
  "&lt;",
  "&#x3c;script&#x3e;",
  '<text style="x">',
  "</text>",
  "<mask id='m' mask='url(#m)'/>",
  '<rect fill="url(#m)" data-signal="a/b"/>',
  '<x:y xmlns:x="http://www.w3.org/1999/xhtml" onload="x"/>',
  '"',
  ">",
  " style=",
];

describe("whatever is thrown at it", () => {
  it("only what is allowed comes out", () => {
    let shown = 0;
    for (let seed = 1; seed <= 1_500; seed += 1) {
      const next = random(seed);
      const length = 1 + Math.floor(next() * 9);
      const inside = Array.from({ length }, () => PIECES[Math.floor(next() * PIECES.length)]).join("");
      let picture: ReturnType<typeof sanitise>;
      try {
        picture = sanitise(svg(inside, 'xmlns:svg="http://www.w3.org/2000/svg"'));
      } catch (error) {
        expect(error, inside).toBeInstanceOf(PictureError);
        continue;
      }
      shown += 1;
      for (const element of [picture.root, ...picture.root.querySelectorAll("*")]) {
        expect(ELEMENTS.has(element.localName), inside).toBe(true);
        for (const { name, value } of [...element.attributes]) {
          expect(/^on|^tw-|^data-/i.test(name), `${inside}: ${name}`).toBe(false);
          if (/href$/.test(name))
            expect(/^(#|data:image\/(png|jpe?g);base64,)/.test(value), inside).toBe(true);
          expect(/javascript:|url\((?!#)/i.test(value), `${inside}: ${value}`).toBe(false);
        }
      }
      for (const rule of picture.rules) expect(ruleText(rule), inside).not.toMatch(/url\(["']?(?!#)|@|\\/);
    }
    expect(shown).toBeGreaterThan(200);
  });
});
