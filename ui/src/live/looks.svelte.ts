/** How much the window shows on a screen, and how strongly: density, contrast, motion. Colours by day and night are `theme`'s. */
import { store, storedWord } from "./stored";
import { theme } from "./theme.svelte";

export const DENSITIES = ["comfortable", "compact"] as const;
export const CONTRASTS = ["system", "high", "normal"] as const;
export const MOTIONS = ["system", "reduced"] as const;
export type Density = (typeof DENSITIES)[number];
export type ContrastChoice = (typeof CONTRASTS)[number];
export type MotionChoice = (typeof MOTIONS)[number];

const DENSITY = "twinscope.density";
const CONTRAST = "twinscope.contrast";
const MOTION = "twinscope.motion";

const moreContrast = () => window.matchMedia("(prefers-contrast: more)");
const lessMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)");

class Looks {
  density: Density = $state("comfortable");
  contrast: ContrastChoice = $state("system");
  motion: MotionChoice = $state("system");
  /** Whether nothing is to move but what data move. */
  still = $state(false);

  start(): void {
    this.density = storedWord(DENSITY, DENSITIES);
    this.contrast = storedWord(CONTRAST, CONTRASTS);
    this.motion = storedWord(MOTION, MOTIONS);
    for (const query of [moreContrast(), lessMotion()]) query.addEventListener("change", () => this.#apply());
    this.#apply();
  }

  chooseDensity(density: Density): void {
    this.density = density;
    store(DENSITY, density === "comfortable" ? null : density);
    this.#apply();
  }

  chooseContrast(contrast: ContrastChoice): void {
    this.contrast = contrast;
    store(CONTRAST, contrast === "system" ? null : contrast);
    this.#apply();
  }

  chooseMotion(motion: MotionChoice): void {
    this.motion = motion;
    store(MOTION, motion === "system" ? null : motion);
    this.#apply();
  }

  #apply(): void {
    const high = this.contrast === "high" || (this.contrast === "system" && moreContrast().matches);
    this.still = this.motion === "reduced" || lessMotion().matches;
    const { dataset } = document.documentElement;
    dataset.contrast = high ? "high" : "normal";
    dataset.density = this.density;
    dataset.motion = this.still ? "reduced" : "full";
    theme.refresh();
  }
}

export const looks = new Looks();
