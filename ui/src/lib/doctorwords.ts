/** What the connection doctor found, in words. */
import type { ExpiryView } from "../ipc/bindings/ExpiryView";
import type { TestReportView } from "../ipc/bindings/TestReportView";
import { t, told } from "./text/text";

/** How the test went, as a sentence. */
export function outcomeWords({ steps }: TestReportView): string {
  if (steps.some(({ ok }) => !ok)) return t("doctor-fails");
  const noticed = steps.some(({ step, notices }) => step !== "Security" && notices.length > 0);
  return noticed ? t("doctor-works-noticed") : t("doctor-works");
}

/** The end that comes first, as a sentence. */
export function expiryWords({ what: ending, days }: ExpiryView): string {
  const what = told(ending);
  if (days < 0) return t("doctor-expiry-over", { what });
  return days === 0 ? t("doctor-expiry-today", { what }) : t("doctor-expiry-days", { what, days });
}
