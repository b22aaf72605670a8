/** What the connection doctor found, in words. */
import type { ExpiryView } from "../ipc/bindings/ExpiryView";
import { plural } from "./format";

/** The end that comes first, as a sentence. */
export function expiryWords({ what, days }: ExpiryView): string {
  const left = days < 0 ? "over" : days === 0 ? "today" : `in ${plural(days, "day", "days")}`;
  return `First to end: ${what}, ${left}.`;
}
