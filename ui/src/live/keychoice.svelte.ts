/** Whether keys of one character act anywhere in the window: speech input and slips of the hand may press them (WCAG 2.1.4). */
import { store, stored } from "./stored";

const STORE = "twinscope.keys";

class KeyChoice {
  single: boolean = $state(stored(STORE) !== "off");

  choose(single: boolean): void {
    this.single = single;
    store(STORE, single ? null : "off");
  }
}

export const keyChoice = new KeyChoice();
