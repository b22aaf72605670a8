/**
 * What the window keeps of one plant: screen, trend, choices on the overview, folds, picture. Every plant has its own; the
 * store of the browser is one for all plants that this installation opens.
 */
import { store, stored } from "./stored";

const ROUTE = "twinscope.route";
const FOLDER = "twinscope.folder";
const PUT_AWAY = "twinscope.plants";
const OF_A_PLANT = [
  ROUTE,
  "twinscope.overview",
  "twinscope.overview.folded",
  "twinscope.trend",
  "twinscope.assettrends",
  "twinscope.picture",
  "twinscope.past",
] as const;
/** Plants whose state is kept while another is open. */
const PLANTS_MAX = 20;

type State = Record<string, string>;

function putAway(): Map<string, State> {
  try {
    const known: unknown = JSON.parse(stored(PUT_AWAY) ?? "[]");
    return new Map(Array.isArray(known) ? (known as [string, State][]) : []);
  } catch {
    return new Map();
  }
}

/**
 * Says which plant is open. True when it is another than the last time: then its own state is in place, and who has read
 * that of before must read again.
 */
export function openedPlant(folder: string): boolean {
  const before = stored(FOLDER);
  store(FOLDER, folder);
  // What was kept before plants were told apart is this one's.
  if (before === folder || before === null) return false;
  const all = putAway();
  const old: State = {};
  for (const key of OF_A_PLANT) {
    const text = stored(key);
    if (text !== null) old[key] = text;
  }
  all.delete(before);
  all.set(before, old);
  const own = all.get(folder) ?? {};
  for (const key of OF_A_PLANT) store(key, typeof own[key] === "string" ? own[key] : null);
  store(PUT_AWAY, JSON.stringify([...all].slice(-PLANTS_MAX)));
  return true;
}

/** Goes where a person was when the window was closed, unless the address says where; and remembers from then on. */
export function resumeRoute(): void {
  const route = stored(ROUTE);
  if (window.location.hash === "" && route?.startsWith("#/"))
    window.history.replaceState(window.history.state, "", route);
  window.addEventListener("hashchange", () => store(ROUTE, window.location.hash));
}
