/**
 * Imported before everything else: uPlot hands `navigator.language` to Intl while it loads, which would throw under
 * LANG=C and leave an empty window.
 */
import { locale } from "./locale";

if (typeof navigator !== "undefined" && locale(navigator.language) !== navigator.language) {
  const value = locale(navigator.language);
  Object.defineProperty(navigator, "language", { get: () => value, configurable: true });
}
