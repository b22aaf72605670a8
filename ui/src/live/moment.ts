/** All that is known of the plant at one instant: of the present, which goes on, or of the past, which stands still. */
import type { AlarmRow } from "../ipc/bindings/AlarmRow";
import type { AssetState } from "../ipc/bindings/AssetState";
import type { LinkStateView } from "../ipc/bindings/LinkStateView";
import { Alarms } from "./alarms.svelte";
import { decodeHeader, emitSamples } from "./frame";
import { SampleTable } from "./table";

/** The link of a connection, as far as a status line needs it. */
export interface Link {
  id: string;
  state: LinkStateView;
}

export class Moment {
  readonly table = new SampleTable();
  readonly alarms = new Alarms();
  readonly assets = new Map<string, AssetState>();
  links: readonly Link[] = [];
}

/** The plant at an instant, from its frame, its alarms as `alarm` shows them. Throws when the bytes are no frame. */
export function momentOf(frame: ArrayBuffer, alarm: (row: AlarmRow) => AlarmRow): Moment {
  const moment = new Moment();
  const header = decodeHeader(frame);
  emitSamples(frame, header, moment.table);
  moment.alarms.begin({ seq: header.alarmSeq, rows: header.tail.alarms.map(alarm) });
  for (const state of header.tail.assets) moment.assets.set(state.id, state);
  moment.links = (header.tail.links ?? []).map(({ connection, state }) => ({ id: connection, state }));
  return moment;
}
