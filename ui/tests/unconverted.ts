/** Files of `src` whose texts are still to be moved to the catalogue. The list may only become shorter. */
export const UNCONVERTED: readonly string[] = [];
