/** The catalogue's files as they were when the window was built: nothing is loaded at run time. */
import type { Language } from "../locale";

const files = import.meta.glob<string>("../../../../assets/locales/*/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The texts of the files of one language. */
export function filesOf(language: Language): string[] {
  return Object.entries(files)
    .filter(([path]) => path.split("/").at(-2) === language)
    .map(([, text]) => text);
}
