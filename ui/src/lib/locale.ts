/** Which language the window speaks, and by which rules it writes numbers and times. */

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words: a person finds theirs whatever the window speaks. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

/** With LANG=C, WebKitGTK reports the language "C", and every Intl call that is given it throws. */
const FALLBACK: Record<Language, string> = { en: "en-GB", de: "de-DE" };

/** What the system asks for, the most wanted first. */
function reportedTags(): readonly string[] {
  const { navigator } = globalThis;
  return navigator ? [navigator.language, ...(navigator.languages ?? [])] : [];
}

/** The tag if Intl knows it, else British English. */
export function knownTag(reported: string | undefined): string {
  if (!reported) return FALLBACK.en;
  try {
    return Intl.NumberFormat.supportedLocalesOf([reported])[0] ?? FALLBACK.en;
  } catch {
    return FALLBACK.en;
  }
}

/** The first language that the system asks for and the window speaks, else English. */
export function systemLanguage(reported: readonly string[] = reportedTags()): Language {
  for (const tag of reported) {
    const found = LANGUAGES.find((language) => isOf(language, tag));
    if (found) return found;
  }
  return "en";
}

/** The rules for numbers and times of a language: those of the person's country where the system names it. */
export function localeOf(language: Language, reported: readonly string[] = reportedTags()): string {
  const own = reported.find((tag) => isOf(language, tag) && isOf(language, knownTag(tag)));
  return own === undefined ? FALLBACK[language] : knownTag(own);
}

function isOf(language: Language, tag: string): boolean {
  return tag.toLowerCase().split(/[-_.@]/)[0] === language;
}

let chosen: () => Language = systemLanguage;
const locales = new Map<Language, string>();

/** Says where the language is read. Where that is state of a screen, whatever shows a text follows it. */
export function readLanguageFrom(source: () => Language): void {
  chosen = source;
}

/** The language of the window. */
export function language(): Language {
  return chosen();
}

/** The rules for numbers and times of the window's language, as Intl takes them. */
export function locale(): string {
  const now = chosen();
  let known = locales.get(now);
  if (known === undefined) {
    known = localeOf(now);
    locales.set(now, known);
  }
  return known;
}
