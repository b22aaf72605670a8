/** What others made and this program ships. The list is collected when the window is built (`scripts/licences.mjs`). */

export interface Package {
  name: string;
  version: string;
  kind: "crate" | "npm";
  /** An SPDX expression. */
  licence: string;
  url: string;
  /** Places in the list of texts; none where its author ships no text of their own. */
  texts: number[];
}

export interface Licences {
  packages: Package[];
  texts: string[];
}

/** More than a megabyte: only who asks for it loads it. */
export async function loadLicences(): Promise<Licences> {
  return (await import("virtual:licences")).default;
}

/** Packages whose name or licence has every word. */
export function findPackages(packages: readonly Package[], query: string): readonly Package[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0
    ? packages
    : packages.filter(({ name, licence }) =>
        words.every((word) => `${name} ${licence}`.toLowerCase().includes(word)),
      );
}
