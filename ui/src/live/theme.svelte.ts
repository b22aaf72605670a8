/** Dark or light: as the system says until a person chooses. */
import { type Palette, readPalette } from "../lib/palette";

export type ThemeName = "dark" | "light";
const STORE = "twinscope.theme";

class Theme {
  name: ThemeName = $state("dark");
  palette: Palette = $state.raw({} as Palette);

  start(): void {
    const light = window.matchMedia("(prefers-color-scheme: light)");
    const stored = read();
    this.#apply(stored ?? (light.matches ? "light" : "dark"));
    light.addEventListener("change", () => {
      if (read() === null) this.#apply(light.matches ? "light" : "dark");
    });
  }

  toggle(): void {
    this.#apply(this.name === "dark" ? "light" : "dark");
    try {
      localStorage.setItem(STORE, this.name);
    } catch {
      // Without storage the choice lasts as long as the window.
    }
  }

  #apply(name: ThemeName): void {
    this.name = name;
    document.documentElement.dataset.theme = name;
    this.palette = readPalette();
  }
}

function read(): ThemeName | null {
  try {
    const stored = localStorage.getItem(STORE);
    return stored === "dark" || stored === "light" ? stored : null;
  } catch {
    return null;
  }
}

export const theme = new Theme();
