/** Dark or light: as the system says until a person chooses. */
import { type Palette, readPalette } from "../lib/palette";

export type ThemeName = "dark" | "light";
export type ThemeChoice = ThemeName | "system";
const STORE = "twinscope.theme";

class Theme {
  name: ThemeName = $state("dark");
  /** What a person chose. */
  choice: ThemeChoice = $state("system");
  palette: Palette = $state.raw({} as Palette);

  start(): void {
    this.choice = read();
    this.#apply(this.#wanted());
    systemLight().addEventListener("change", () => this.#apply(this.#wanted()));
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    this.#apply(this.#wanted());
    try {
      if (choice === "system") localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, choice);
    } catch {
      // Without storage the choice lasts as long as the window.
    }
  }

  toggle(): void {
    this.choose(this.name === "dark" ? "light" : "dark");
  }

  /** The colours of the style sheet are others now. */
  refresh(): void {
    this.#readPalette();
  }

  #wanted(): ThemeName {
    if (this.choice !== "system") return this.choice;
    return systemLight().matches ? "light" : "dark";
  }

  #apply(name: ThemeName): void {
    this.name = name;
    document.documentElement.dataset.theme = name;
    this.#readPalette();
  }

  /** The style sheet may come after the script: then every colour is empty, and a canvas would be black for good. */
  #readPalette(): void {
    this.palette = readPalette();
    if (this.palette.bg === "" && document.readyState !== "complete") {
      window.addEventListener("load", () => this.#readPalette(), { once: true });
    }
  }
}

function systemLight(): MediaQueryList {
  return window.matchMedia("(prefers-color-scheme: light)");
}

function read(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORE);
    return stored === "dark" || stored === "light" ? stored : "system";
  } catch {
    return "system";
  }
}

export const theme = new Theme();
