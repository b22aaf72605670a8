// What anybody would see to be wrong with a screen, whatever it shows: one sentence a fault.
const MOST = 6;
const SLACK = 1.5;

const faults = [];
const found = new Map();
/** A kind of fault is told some times, then counted. */
const tell = (kind, text) => {
  const count = (found.get(kind) ?? 0) + 1;
  found.set(kind, count);
  if (count <= MOST) faults.push(`${kind}: ${text}`);
};

const [width, height] = [innerWidth, innerHeight];
const round = (box) => `${Math.round(box.left)},${Math.round(box.top)} ${Math.round(box.width)}x${Math.round(box.height)}`;
const called = (element) => {
  const id = element.closest("[data-testid]")?.dataset.testid;
  const classes = [...element.classList].filter((name) => !name.startsWith("svelte-"));
  const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 50);
  const name = [element.tagName.toLowerCase(), ...classes].join(".");
  return `${name}${id ? ` in ${id}` : ""}${text ? ` "${text}"` : ""}`;
};
const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const style = (element) => getComputedStyle(element);
const unseen = (box) => box.width <= SLACK || box.height <= SLACK;

const root = document.documentElement;
if (root.scrollWidth > width + SLACK) tell("the page scrolls sideways", `${root.scrollWidth} > ${width}`);
if (root.scrollHeight > height + SLACK) tell("the page scrolls down", `${root.scrollHeight} > ${height}`);

if (document.fonts.status !== "loaded" || !document.fonts.check('13px "Inter Variable"')) {
  tell("the window's font is not loaded", document.fonts.status);
}

for (const dialog of document.querySelectorAll("dialog[open]")) {
  const box = dialog.getBoundingClientRect();
  const body = dialog.querySelector(".body");
  if (box.height < 90 || (body && body.clientHeight < 16)) tell("a dialog has no height", called(dialog));
  const scrolls = (one) => one.scrollHeight > one.clientHeight + 2;
  if (body && scrolls(body) && scrolls(dialog) && style(dialog).overflowY !== "hidden") {
    tell("a dialog scrolls twice", called(dialog));
  }
  if (box.left < 0 || box.top < 0 || box.right > width || box.bottom > height) {
    tell("a dialog is larger than the window", round(box));
  }
}

const all = [...document.querySelectorAll("body *")].filter(seen);
for (const element of all) {
  const { overflowX } = style(element);
  const scrolls = overflowX === "auto" || overflowX === "scroll";
  // Words of a plant without a space, in lines that are kept as they came, are scrolled to.
  if (scrolls && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && !element.closest("pre")) {
    tell("a part scrolls sideways", `${called(element)}: ${element.scrollWidth} > ${element.clientWidth}`);
  }
}

/**
 * Why a box of words is not seen whole; empty when it is, when it can be scrolled to, when it ends with an ellipsis, and
 * when nothing of it is seen, because there is no room for its line.
 */
const cut = (words, parent) => {
  let box = { left: words.left, right: words.right, top: words.top, bottom: words.bottom };
  // A font has some room above and below its letters.
  const spare = Math.max(SLACK, Number.parseFloat(style(parent).fontSize) * 0.11);
  let shortened = false;
  for (let element = parent; element && element !== document.body; element = element.parentElement) {
    const { overflowX, overflowY, textOverflow, position, webkitLineClamp } = style(element);
    const outer = element.getBoundingClientRect();
    const clips = overflowX !== "visible";
    if (clips && unseen(outer)) return "";
    if (clips && (box.left >= outer.right || box.right <= outer.left || box.top >= outer.bottom || box.bottom <= outer.top)) return "";
    shortened ||= textOverflow === "ellipsis" || (webkitLineClamp ?? "none") !== "none";
    if (overflowX === "auto" || overflowX === "scroll" || overflowY === "auto" || overflowY === "scroll") return "";
    if (clips) {
      const by = called(element).slice(0, 60);
      if (!shortened && (box.right > outer.right + SLACK || box.left < outer.left - SLACK)) return `its side is cut off by ${by}`;
      if ((webkitLineClamp ?? "none") === "none" && (box.bottom > outer.bottom + spare || box.top < outer.top - spare)) {
        return `its foot is cut off by ${by}`;
      }
      box = { ...box, left: Math.max(box.left, outer.left), right: Math.min(box.right, outer.right) };
      box = { ...box, top: Math.max(box.top, outer.top), bottom: Math.min(box.bottom, outer.bottom) };
    }
    if (position === "fixed" || element.matches("dialog")) break;
    // WebKit measures inside of what zooms in pixels of its own.
    if (style(element).zoom !== "1") return "";
  }
  const outside = box.left < -SLACK || box.top < -SLACK || box.right > width + SLACK || box.bottom > height + SLACK;
  return outside ? "it lies outside the window" : "";
};

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement;
  if (node.textContent.trim() === "" || !parent || parent.closest("option, svg, script, style") || !seen(parent)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (unseen(box)) continue;
  const why = cut(box, parent);
  if (why !== "") tell("words are not seen whole", `${called(parent)} (${round(box)}): ${why}`);
}

for (const field of all) {
  if (!field.matches("input:not([type=checkbox], [type=radio])") || field === document.activeElement || field.value === "") continue;
  if (field.scrollWidth > field.clientWidth + 1) tell("a field is too short for what stands in it", `${called(field)} "${field.value.slice(0, 40)}"`);
}

const shared = (a, b) => [
  Math.min(a.right, b.right) - Math.max(a.left, b.left),
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
];
const modal = document.querySelector("dialog[open]") !== null;

// Neighbours in the bars of the window.
for (const bar of modal ? [] : document.querySelectorAll(".shell > header, .shell > footer, .shell > nav, [data-testid=time-bar]")) {
  const outer = bar.getBoundingClientRect();
  const inside = [...bar.querySelectorAll("*")].filter((one) => seen(one) && style(one).position !== "absolute");
  const kids = inside.filter((one) => one.parentElement === bar && !unseen(one.getBoundingClientRect()));
  for (const [i, kid] of kids.entries()) {
    const box = kid.getBoundingClientRect();
    if (box.right > outer.right + SLACK || box.left < outer.left - SLACK || box.bottom > outer.bottom + SLACK) {
      tell("a bar is too small", `${called(kid)} (${round(box)}) does not fit into ${round(outer)}`);
    }
    for (const other of kids.slice(i + 1)) {
      const [x, y] = shared(box, other.getBoundingClientRect());
      if (x > SLACK && y > SLACK) tell("neighbours in a bar overlap", `${called(kid)} and ${called(other)}`);
    }
  }
  for (const one of inside) {
    const runsOver = style(one).overflowX === "visible" && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 2;
    if (runsOver) tell("words run over their neighbour", `${called(one)}: ${one.scrollWidth} > ${one.clientWidth}`);
  }
}

// Controls side by side: none lies over another.
const controls = all.filter((one) => one.matches("button, input, select, textarea, a[href]"));
const families = new Map();
for (const one of controls) {
  if (style(one).position !== "static" && style(one).position !== "relative") continue;
  const family = families.get(one.parentElement) ?? [];
  family.push(one);
  families.set(one.parentElement, family);
}
for (const family of families.values()) {
  for (const [i, one] of family.entries()) {
    for (const other of family.slice(i + 1, i + 40)) {
      const [x, y] = shared(one.getBoundingClientRect(), other.getBoundingClientRect());
      if (x > SLACK && y > SLACK) tell("controls overlap", `${called(one)} and ${called(other)}`);
    }
  }
}

for (const [kind, count] of found) if (count > MOST) faults.push(`${kind}: ${count - MOST} more`);
for (const text of window.heard?.splice(0) ?? []) faults.push(`the page said: ${text}`);
return faults;
