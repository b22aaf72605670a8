/** How a person likes the overview; kept between starts. */
const STORE = "twinscope.overview";

class OverviewOptions {
  group: "area" | "none" = $state("area");
  sort: "worst" | "plant" = $state("worst");

  constructor() {
    try {
      const [group, sort] = (localStorage.getItem(STORE) ?? "").split(",");
      if (group === "none") this.group = "none";
      if (sort === "plant") this.sort = "plant";
    } catch {
      // Without storage the defaults hold.
    }
  }

  toggleGroup(): void {
    this.group = this.group === "area" ? "none" : "area";
    this.#keep();
  }

  toggleSort(): void {
    this.sort = this.sort === "worst" ? "plant" : "worst";
    this.#keep();
  }

  #keep(): void {
    try {
      localStorage.setItem(STORE, `${this.group},${this.sort}`);
    } catch {
      // Lasts as long as the window.
    }
  }
}

export const overviewOptions = new OverviewOptions();
