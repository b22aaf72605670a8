/** What a picture may consist of, by name. What is not named here does not reach the page. */

const tokens = (text: string) => new Set(text.split(/\s+/).filter(Boolean));

/** Elements that are kept as they are. */
export const ELEMENTS = tokens(`
  svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath linearGradient radialGradient
  stop clipPath mask pattern marker image
`);
/** Elements that are kept as plain groups. */
export const GROUPS = tokens("a switch");
/** Elements that show nothing: left out without a word. */
export const QUIET_ELEMENTS = tokens("title desc metadata view");

export type Reason =
  | "scripts"
  | "handlers"
  | "remote"
  | "pages"
  | "styles"
  | "animations"
  | "effects"
  | "other";

/** Why an element that is taken out is dangerous, or too dear. */
export function reasonOf(tag: string): Reason {
  if (tag === "script" || tag === "handler" || tag === "listener") return "scripts";
  if (/^(?:foreignObject|iframe|object|embed|audio|video|canvas|html|body)$/i.test(tag)) return "pages";
  if (/^(?:animate\w*|set|mpath|discard)$/.test(tag)) return "animations";
  if (/^(?:filter|fe[A-Z]\w*|mesh\w*|hatch\w*)$/.test(tag)) return "effects";
  return tag === "link" ? "remote" : "other";
}

/** Attributes of shape and place. */
export const GEOMETRY = tokens(`
  clipPathUnits cx cy d dx dy fr fx fy gradientTransform gradientUnits height lengthAdjust markerHeight markerUnits
  markerWidth maskContentUnits maskUnits method offset orient pathLength patternContentUnits patternTransform
  patternUnits points preserveAspectRatio r refX refY rotate rx ry side spacing spreadMethod startOffset textLength
  transform viewBox width x x1 x2 y y1 y2
`);

/** Elements whose content is painted anew wherever they are referred to. */
export const SERVERS = tokens("pattern mask clipPath marker");
export const GRADIENTS = tokens("linearGradient radialGradient");
/** Elements that hold text. */
export const TEXTS = tokens("text tspan textPath");
/** Elements that a `use` or a text path may refer to. */
export const DRAWN = tokens(
  "svg g symbol use path rect circle ellipse line polyline polygon text image a switch",
);
