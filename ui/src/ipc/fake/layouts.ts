/** Played layout files. */
import type { Backend } from "../backend";

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
        throw {
          message: `cannot read ${folder}/layouts/${named}.layout.json: No such file or directory. Check that the folder exists, is writable and has free space.`,
        };
      return text;
    },
    saveLayout: async (named, text) => {
      const name = named.trim();
      const path = `${folder}/layouts/${name}.layout.json`;
      if (files.has(name))
        throw { message: `there is already a file ${path}: choose another name, or remove it` };
      files.set(name, text);
      return path;
    },
  };
}
