/**
 * Imported before everything else: uPlot hands `navigator.language` to Intl while it loads, which would throw under
 * LANG=C and leave an empty window.
 */
import { knownTag } from "./locale";

if (typeof navigator !== "undefined" && knownTag(navigator.language) !== navigator.language) {
  const value = knownTag(navigator.language);
  Object.defineProperty(navigator, "language", { get: () => value, configurable: true });
}
