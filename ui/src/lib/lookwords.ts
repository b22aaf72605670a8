/** Looks at the other side of a connection, in words. */
import type { FilterView } from "../ipc/bindings/FilterView";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import type { LookView } from "../ipc/bindings/LookView";
import type { OfferView } from "../ipc/bindings/OfferView";
import { formatBytes, formatNumber, NBSP } from "./format";
import { t } from "./text/text";

/** A rate with as many digits as it has meaning. */
function rate(perSecond: number): string {
  return formatNumber(perSecond, perSecond < 10 ? 1 : 0);
}

/** What goes on, and for how long. */
export function runningWords(request: LookRequest, { seconds, whole_s }: LookView): string {
  const passed = Math.floor(seconds);
  const whole = whole_s === null ? null : `${formatNumber(whole_s, 0)}${NBSP}s`;
  const said = {
    passed:
      formatNumber(whole_s === null ? passed : Math.min(passed, whole_s), 0) + (whole ? "" : `${NBSP}s`),
  };
  switch (request.kind) {
    case "test":
      return whole ? t("look-testing-of", { ...said, whole }) : t("look-testing", said);
    case "filter": {
      const { filter } = request;
      return whole
        ? t("look-listening-of", { ...said, filter, whole })
        : t("look-listening", { ...said, filter });
    }
    case "resources":
      return whole ? t("look-asking-of", { ...said, whole }) : t("look-asking", said);
  }
}

/** Which part of a look is done; null when nobody knows. */
export function doneOf({ seconds, whole_s }: LookView): number | null {
  return whole_s === null || whole_s <= 0 ? null : Math.min(1, seconds / whole_s);
}

/** What a filter brings, as a line. */
export function filterSentence(view: FilterView): string {
  return t(view.topics_capped ? "look-filter-capped" : "look-filter", {
    filter: view.filter,
    topics: view.topics,
    rate: rate(view.messages_per_s),
    size: formatBytes(view.bytes_per_s),
  });
}

/** What has to be known to judge it, a sentence each. */
export function filterNotes(view: FilterView): string[] {
  const notes: string[] = [];
  if (view.known_topics > 0) {
    notes.push(t("look-known", { topics: view.known_topics, rate: rate(view.known_messages_per_s) }));
  } else if (view.topics > 0) notes.push(t("look-known-none"));
  if (view.retained > 0) notes.push(t("look-retained", { count: view.retained }));
  const seconds = `${formatNumber(view.seconds, view.seconds < 10 ? 1 : 0)}${NBSP}s`;
  notes.push(view.capped ? t("look-capped", { seconds }) : t("look-listened", { seconds }));
  if (view.largest_payload > 0) notes.push(t("look-largest", { size: formatBytes(view.largest_payload) }));
  return notes;
}

/** What a device has, as a sentence. */
export function offerSentence({ resources, left_out }: OfferView): string {
  const has =
    resources.length === 0 ? t("look-offer-none") : t("look-offer-has", { count: resources.length });
  return left_out > 0 ? `${has} ${t("look-offer-left", { count: left_out })}` : has;
}
