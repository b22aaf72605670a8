/** What the connection doctor found, in words. */
import type { ExpiryView } from "../ipc/bindings/ExpiryView";
import { plural } from "./format";

/** The end that comes first, as a sentence. */
export function expiryWords({ what, days, near }: ExpiryView): string {
  const begin = what.charAt(0).toUpperCase() + what.slice(1);
  if (days < 0) return `${begin} has ended. Renew it.`;
  const left = days === 0 ? "today" : `in ${plural(days, "day", "days")}`;
  return near
    ? `${begin} ends ${left}. Renew it before.`
    : `The first certificate or list to end: ${what}, ${left}.`;
}
