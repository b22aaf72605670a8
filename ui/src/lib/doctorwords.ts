/** What the connection doctor found, in words. */
import type { ExpiryView } from "../ipc/bindings/ExpiryView";
import type { TestReportView } from "../ipc/bindings/TestReportView";
import { plural } from "./format";

/** How the test went, as a sentence. */
export function outcomeWords({ steps }: TestReportView): string {
  if (steps.some(({ ok }) => !ok)) return "It does not work yet. The step with the cross says why.";
  const noticed = steps.some(({ step, notices }) => step !== "Security" && notices.length > 0);
  return noticed ? "It works, and something is worth a look." : "It works.";
}

/** The end that comes first, as a sentence. */
export function expiryWords({ what, days }: ExpiryView): string {
  const left = days < 0 ? "over" : days === 0 ? "today" : `in ${plural(days, "day", "days")}`;
  return `First to end: ${what}, ${left}.`;
}
