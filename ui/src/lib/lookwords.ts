/** Looks at the other side of a connection, in words. */
import type { FilterView } from "../ipc/bindings/FilterView";
import type { LookRequest } from "../ipc/bindings/LookRequest";
import type { LookView } from "../ipc/bindings/LookView";
import type { OfferView } from "../ipc/bindings/OfferView";
import { formatBytes, formatCount, formatNumber, NBSP, plural } from "./format";

/** A rate with as many digits as it has meaning. */
function rate(perSecond: number): string {
  return formatNumber(perSecond, perSecond < 10 ? 1 : 0);
}

/** What goes on, and for how long. */
export function runningWords(request: LookRequest, { seconds, whole_s }: LookView): string {
  const what =
    request.kind === "test"
      ? "Testing"
      : request.kind === "filter"
        ? `Listening to ${request.filter}`
        : "Asking the device what it has";
  const passed = formatNumber(Math.floor(seconds), 0);
  return whole_s === null
    ? `${what}, ${passed}${NBSP}s`
    : `${what}, ${formatNumber(Math.min(Math.floor(seconds), whole_s), 0)} of ${formatNumber(whole_s, 0)}${NBSP}s`;
}

/** Which part of a look is done; null when nobody knows. */
export function doneOf({ seconds, whole_s }: LookView): number | null {
  return whole_s === null || whole_s <= 0 ? null : Math.min(1, seconds / whole_s);
}

/** What a filter brings, as a line. */
export function filterSentence(view: FilterView): string {
  const topics = view.topics_capped
    ? `more than ${plural(view.topics, "topic", "topics")}`
    : plural(view.topics, "topic", "topics");
  return `${view.filter}: ${topics}, ${rate(view.messages_per_s)} messages/s, ${formatBytes(view.bytes_per_s)}/s.`;
}

/** What has to be known to judge it, a sentence each. */
export function filterNotes(view: FilterView): string[] {
  const notes: string[] = [];
  if (view.known_topics > 0) {
    notes.push(
      `Of them ${plural(view.known_topics, "topic", "topics")} and ${rate(view.known_messages_per_s)} messages/s come already.`,
    );
  } else if (view.topics > 0) notes.push("None of it comes already.");
  if (view.retained > 0) {
    notes.push(`${plural(view.retained, "message was", "messages were")} kept by the broker from before.`);
  }
  const seconds = `${formatNumber(view.seconds, view.seconds < 10 ? 1 : 0)}${NBSP}s`;
  notes.push(
    view.capped
      ? `So much came that listening ended after ${seconds}.`
      : `Listened to for ${seconds}: what speaks less often is not in it.`,
  );
  if (view.largest_payload > 0) notes.push(`The largest message has ${formatBytes(view.largest_payload)}.`);
  return notes;
}

/** What a device has, as a sentence. */
export function offerSentence({ resources, left_out }: OfferView): string {
  const has =
    resources.length === 0
      ? "The device names no resource that can be read here."
      : `The device has ${plural(resources.length, "resource", "resources")}. Tick what is to be read.`;
  return left_out > 0
    ? `${has} ${formatCount(left_out)} more ${left_out === 1 ? "link is" : "links are"} not shown: to another device, twice, broken or too many.`
    : has;
}
