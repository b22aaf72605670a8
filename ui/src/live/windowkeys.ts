/** What the keys of the window do: each part of it says what its own key does, for as long as it is there. */
import { act, actOf, isLoose, type KeyAct, type KeyActs } from "./keys";

type WindowAct = KeyAct<"window">;
type Doer = (key: string) => void;

class WindowKeys {
  readonly #doers = new Map<WindowAct, Doer>();

  /** Gives a function that takes it back. */
  on(name: WindowAct, doer: Doer): () => void {
    this.#doers.set(name, doer);
    return () => {
      if (this.#doers.get(name) === doer) this.#doers.delete(name);
    };
  }

  /** Whether a part of the window has said what this does. */
  has(name: WindowAct): boolean {
    return this.#doers.has(name);
  }

  /** What its key would do. */
  do(name: WindowAct): void {
    this.#doers.get(name)?.("");
  }

  press(event: KeyboardEvent): void {
    if (!isLoose(event)) return;
    const name = actOf(event, "window");
    const doer = name === null ? undefined : this.#doers.get(name);
    if (name === null || !doer) return;
    const acts: Partial<KeyActs<"window">> = { [name]: doer };
    act(event, "window", acts as KeyActs<"window">);
  }
}

export const windowKeys = new WindowKeys();
