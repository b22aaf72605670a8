/** With LANG=C, WebKitGTK reports the language "C", and every Intl call that is given it throws. */
const FALLBACK = "en-GB";

/** The language of the window if Intl knows it, else British English. */
export function locale(reported: string | undefined = globalThis.navigator?.language): string {
  if (!reported) return FALLBACK;
  try {
    return Intl.NumberFormat.supportedLocalesOf([reported])[0] ?? FALLBACK;
  } catch {
    return FALLBACK;
  }
}
