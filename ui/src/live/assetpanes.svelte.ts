/** Which of its cards an asset's page shows: the same for every asset, so that one thing can be compared over many. */
import { store, stored } from "./stored";

const STORE = "twinscope.asset";
const SIDES = ["signals", "device", "documents"] as const;
const LISTS = ["alarms", "events"] as const;
export type Side = (typeof SIDES)[number];
export type List = (typeof LISTS)[number];

class AssetPanes {
  side: Side = $state("signals");
  list: List = $state("alarms");

  constructor() {
    const [side, list] = (stored(STORE) ?? "").split(" ");
    this.side = SIDES.find((one) => one === side) ?? "signals";
    this.list = LISTS.find((one) => one === list) ?? "alarms";
  }

  chooseSide(side: Side): void {
    this.side = side;
    this.#keep();
  }

  chooseList(list: List): void {
    this.list = list;
    this.#keep();
  }

  #keep(): void {
    store(STORE, `${this.side} ${this.list}`);
  }
}

let panes: AssetPanes | undefined;

export function assetPanes(): AssetPanes {
  panes ??= new AssetPanes();
  return panes;
}
