/** Played layout files. */
import type { Backend } from "../backend";
import { refused, sentence } from "./said";

/** One that was made for a plant with more assets than this. */
const SHARED = {
  twinscope_layout: 1,
  plant: "Hillside Pumping Station",
  screen: "#/alarms",
  overview: "sort=name&page=worst&page=place%3Aannex&page=ground%3Aplan%3Ahill&page=alarms",
  folded: ["annex"],
  trend: { signals: ["pump-2/flow", "pump-9/flow", "pump-9/speed"], span: 3_600_000_000 },
  picture: "",
};

export function fakeLayouts(folder: string): Pick<Backend, "layouts" | "layout" | "saveLayout"> {
  const files = new Map<string, string>([["Hillside", JSON.stringify(SHARED)]]);
  return {
    layouts: async () => [...files.keys()].sort(),
    layout: async (named) => {
      const text = files.get(named.trim());
      if (text === undefined)
        throw refused("error-file", {
          action: sentence("error-doing-read"),
          path: `${folder}/layouts/${named}.layout.json`,
          source: "No such file or directory (os error 2)",
        });
      return text;
    },
    saveLayout: async (named, text) => {
      const name = named.trim();
      const path = `${folder}/layouts/${name}.layout.json`;
      if (files.has(name)) throw refused("refused-layout-exists", { path });
      files.set(name, text);
      return path;
    },
  };
}
