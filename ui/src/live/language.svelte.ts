/** The language of the window: the system's until a person chooses. */
import { sayErrorsBy } from "../ipc/backend";
import { LANGUAGES, type Language, readLanguageFrom, systemLanguage } from "../lib/locale";
import { told } from "../lib/text/text";

export type LanguageChoice = Language | "system";
const STORE = "twinscope.language";

class WindowLanguage {
  /** What a person chose. */
  choice: LanguageChoice = $state("system");
  /** What is spoken. */
  readonly name: Language = $derived(this.choice === "system" ? systemLanguage() : this.choice);

  start(): void {
    this.choice = read();
    readLanguageFrom(() => this.name);
    sayErrorsBy(told);
    this.#apply();
  }

  choose(choice: LanguageChoice): void {
    this.choice = choice;
    this.#apply();
    try {
      if (choice === "system") localStorage.removeItem(STORE);
      else localStorage.setItem(STORE, choice);
    } catch {
      // Without storage the choice lasts as long as the window.
    }
  }

  /** Screen readers choose their voice by it, and the browser where words are broken. */
  #apply(): void {
    document.documentElement.lang = this.name;
  }
}

function read(): LanguageChoice {
  try {
    const stored = localStorage.getItem(STORE);
    return LANGUAGES.find((language) => language === stored) ?? "system";
  } catch {
    return "system";
  }
}

export const windowLanguage = new WindowLanguage();
