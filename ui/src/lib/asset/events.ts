/** What happened to an asset, in words, and where it is looked at. */
import type { AlarmRow } from "../../ipc/bindings/AlarmRow";
import type { AssetEvent } from "../../ipc/bindings/AssetEvent";
import type { EventKind } from "../../ipc/bindings/EventKind";
import type { EventsPage } from "../../ipc/bindings/EventsPage";
import type { EventWhat } from "../../ipc/bindings/EventWhat";
import type { SignalView } from "../../ipc/bindings/SignalView";
import { alarmText } from "../alarmwords";
import { formatWithUnit } from "../format";
import { linkWords } from "../linkwords";
import { GOOD, qualityWords } from "../quality";
import { t } from "../text/text";

export const KINDS = [
  "alarm",
  "quality",
  "link",
  "birth",
  "unreadable",
  "audit",
] as const satisfies readonly EventKind[];

/** Behind every instant that there is: the newest page. */
export const NEWEST_EVENT = 9e15;

export interface EventWords {
  what: string;
  /** More about it; empty when there is no more. */
  more: string;
}

type Alarm = Extract<EventWhat, { kind: "alarm" }>;
type Audit = Extract<EventWhat, { kind: "audit" }>;

interface Names {
  signal(key: number): SignalView | undefined;
  connection(id: string): string;
}

export function eventWords({ what }: AssetEvent, names: Names): EventWords {
  switch (what.kind) {
    case "alarm":
      return alarmWords(what, names.signal(what.signal));
    case "quality": {
      const name = names.signal(what.signal)?.name ?? t("common-unknown-signal");
      const scope = what.signals === 1 ? name : t("common-signals", { count: what.signals });
      const words = what.status === GOOD ? t("events-quality-good") : qualityWords(what.status, what.reason);
      return { what: words, more: scope };
    }
    case "link":
      return { what: `${names.connection(what.connection)}: ${linkWords(what.state)}`, more: what.reason };
    case "birth":
      return { what: t("events-birth"), more: what.topic };
    case "unreadable":
      return {
        what: t("events-unreadable", { reason: what.reason }),
        more: `${what.topic} · ${what.detail}`,
      };
    case "audit":
      return { what: auditWords(what), more: auditMore(what) };
  }
}

function alarmWords(what: Alarm, signal: SignalView | undefined): EventWords {
  const subject = signal?.name ?? t("common-unknown-signal");
  switch (what.change) {
    case "raised":
      return { what: alarmText(rowOf(what), signal), more: "" };
    case "returned": {
      const value =
        what.value === null ? "" : formatWithUnit(what.value, signal?.decimals ?? 1, signal?.unit ?? "");
      return { what: t("events-alarm-returned", { subject }), more: value };
    }
    case "acknowledged":
      return { what: t("events-alarm-acknowledged", { subject, user: what.user }), more: what.comment };
    case "removed":
      return { what: t("events-alarm-removed", { subject }), more: "" };
  }
}

/** As much of an alarm as its sentence needs. */
function rowOf(what: Alarm): AlarmRow {
  return {
    id: what.occurrence,
    seq: 0,
    asset: "",
    signal: what.signal,
    kind: what.rule,
    priority: what.priority,
    limit: what.limit ?? Number.NaN,
    value: what.value ?? Number.NaN,
    state: "unack-active",
    raised_at: 0,
    returned_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    comment: null,
  };
}

const ACTIONS = [
  "accept-proposals",
  "change-documents",
  "model-import",
  "plant-file",
  "remove-connection",
  "request-rebirth",
  "restore-connection",
  "save-connection",
] as const;

/** What somebody did; the program's own short name where there are no words. */
export function auditWords(what: Audit): string {
  const known = ACTIONS.find((action) => action === what.action);
  return known ? t(`events-action-${known}`, { subject: what.subject }) : `${what.action} ${what.subject}`;
}

function auditMore(what: Audit): string {
  const user = what.user === "" ? t("events-nobody") : what.user;
  return what.detail === "" ? user : `${user} · ${what.detail}`;
}

/** The newest page put before the older ones that are known: what lies behind its last instant stays. */
export function withNewest(page: EventsPage, known: readonly AssetEvent[]): AssetEvent[] {
  const last = page.rows.at(-1);
  if (!last || !page.more) return page.rows;
  return [...page.rows, ...known.filter((event) => event.at < last.at)];
}
