/** Documents of an asset: where they may lie. */

/**
 * The path of a file from the folder of the plant, with `/` between the names: of one that is told from there already, or as a
 * whole path. Null when it lies elsewhere.
 */
export function belowFolder(path: string, folder: string): string | null {
  const [whole, home] = [path, folder].map((one) => one.replaceAll("\\", "/").replace(/\/+$/, "")) as [
    string,
    string,
  ];
  if (whole === "" || whole.split("/").includes("..")) return null;
  const isWhole = whole.startsWith("/") || /^[A-Za-z]:/.test(whole);
  if (!isWhole) return whole;
  return home !== "" && whole.startsWith(`${home}/`) ? whole.slice(home.length + 1) : null;
}
