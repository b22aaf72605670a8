/** In which zone times are shown: the plant's, until a person chooses this machine's or another. */
import { machineZone, zones } from "../lib/zones";
import { store, stored } from "./stored";

const STORE = "twinscope.zone";

/** `plant`, `machine`, or the IANA name of a zone. */
export type ZoneName = string;

class ZoneChoice {
  choice: ZoneName = $state(read());

  nameFor(plant: string): string {
    if (this.choice === "plant") return plant;
    return this.choice === "machine" ? machineZone() : this.choice;
  }

  choose(choice: ZoneName): void {
    this.choice = choice;
    store(STORE, choice === "plant" ? null : choice);
  }
}

function read(): ZoneName {
  const choice = stored(STORE);
  return choice === "machine" || (choice !== null && zones().includes(choice)) ? choice : "plant";
}

export const zoneChoice = new ZoneChoice();
