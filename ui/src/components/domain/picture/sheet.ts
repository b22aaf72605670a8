/**
 * Styles of what the program itself draws into a picture. The picture lives in a shadow root: its styles reach nothing
 * else, and the window's styles do not reach it.
 */
import text from "./picture.css?raw";

let sheet: CSSStyleSheet | null = null;

/** One for all pictures. */
export function ownSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
  }
  return sheet;
}
