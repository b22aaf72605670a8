/** How the played program does. */
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { HealthView } from "../bindings/HealthView";
import type { QueueView } from "../bindings/QueueView";
import type { World } from "./world";

const S = 1_000_000;

/** A flood fills its queue and takes a core and a half. */
export function fakeHealth(scene: string, world: World, rows: readonly ConnectionRow[]): HealthView {
  const flood = scene === "flood";
  const samples = world.plant.motions.reduce((sum, motion) => sum + motion.rate, 0);
  const wave = 1 + 0.06 * Math.sin(Date.now() / 2_300);
  const arrived = rows.map(({ form }): QueueView => {
    const full = flood && form.id === "station";
    return {
      what: "arrived",
      connection: form.id,
      waiting: full ? Math.round(61_000 * wave * 0.94) : 0,
      peak: full ? 65_536 : 48,
      room: 65_536,
    };
  });
  return {
    over_s: 60.4,
    started: world.start - 3 * 3_600 * S,
    spans: [
      {
        what: "twin",
        count: flood ? 163_000 : 4_380,
        p50_ms: flood ? 812 : 1.2,
        p99_ms: flood ? 2_620 : 3.9,
      },
      {
        what: "durable",
        count: flood ? 163_000 : 4_380,
        p50_ms: flood ? 871 : 28,
        p99_ms: flood ? 2_790 : 61,
      },
      { what: "commit", count: flood ? 1_180 : 812, p50_ms: flood ? 3.1 : 1.4, p99_ms: flood ? 22 : 8.9 },
    ],
    queues: [
      ...arrived,
      { what: "jobs", connection: "", waiting: flood ? 41 : 0, peak: flood ? 64 : 3, room: 64 },
      { what: "held", connection: "", waiting: 0, peak: null, room: null },
      { what: "ring", connection: "", waiting: 0, peak: null, room: 400_000 },
    ],
    messages_per_s: (flood ? 2_780 : 73) * wave,
    commits_per_s: flood ? 19.6 : 13.4,
    stored_per_s: samples * wave,
    history_bytes: 184_000_000,
    journal_samples: 12_400,
    disk_free: 41_200_000_000,
    disk_bytes: 118_000_000_000,
    processes: [
      { name: "", memory: 148_000_000, cpu_pct: (flood ? 71 : 4.2) * wave },
      { name: "WebKitWebProcess", memory: 231_000_000, cpu_pct: 9.6 * wave },
      { name: "WebKitNetworkPr", memory: 64_000_000, cpu_pct: 0.1 },
    ],
    cores: 4,
    scores_skipped: flood ? 214 : 0,
    notices_left_out: 0,
    names_left_out: 0,
    gone_dropped: 0,
    gone_rejected: 0,
  };
}
