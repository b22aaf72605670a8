import { describe, expect, it } from "vitest";
import { encodeFrame, type FakeSample } from "../src/ipc/fake/encode";
import { decodeHeader, emitSamples } from "../src/live/frame";
import { SampleTable } from "../src/live/table";

const SAMPLES: FakeSample[] = [
  {
    key: 0,
    kind: 1,
    status: 0,
    reason: 0,
    time: 1_792_000_000_123_456,
    received: 1_792_000_000_200_000,
    value: 7.25,
  },
  { key: 300, kind: 4, status: 1, reason: 8, time: 1, received: 2, value: 1 },
  { key: 2, kind: 3, status: 2, reason: 5, time: 3, received: 4, value: 1 },
  { key: 3, kind: 0, status: 2, reason: 15, time: 0, received: 0, value: 0 },
];

const frame = () =>
  encodeFrame({
    now: 1_792_000_000_500_000,
    number: 42,
    alarmSeq: 7,
    revision: 3,
    samples: SAMPLES,
    tail: { texts: ["Off", "Überwachung"], alarms: [], assets: [] },
  });

describe("live frame", () => {
  it("gives back header, tail and samples", () => {
    const bytes = frame();
    expect(bytes.byteLength).toBeGreaterThanOrEqual(1024);
    const header = decodeHeader(bytes);
    expect(header).toMatchObject({
      now: 1_792_000_000_500_000,
      number: 42,
      alarmSeq: 7,
      revision: 3,
      samples: 4,
    });
    expect(header.tail.texts).toEqual(["Off", "Überwachung"]);

    const table = new SampleTable();
    emitSamples(bytes, header, table);
    expect(table.number(0)).toBe(7.25);
    expect(table.time[0]).toBe(1_792_000_000_123_456);
    expect(table.received[0]).toBe(1_792_000_000_200_000);
    expect(table.text[300]).toBe("Überwachung");
    expect(table.number(300)).toBeNaN();
    expect([table.status[300], table.reason[300]]).toEqual([1, 8]);
    expect(table.number(2)).toBe(1);
    expect(table.number(3)).toBeNaN();
  });

  it("keeps what was there when a later frame names other signals, and what grew stays never seen", () => {
    const table = new SampleTable();
    const bytes = frame();
    emitSamples(bytes, decodeHeader(bytes), table);
    table.put(5_000, 1, 0, 0, 9, 9, 1.5, "");
    expect(table.number(0)).toBe(7.25);
    expect(table.number(5_000)).toBe(1.5);
    expect([table.status[4_999], table.reason[4_999]]).toEqual([2, 15]);
  });

  it("tells once of every key that was put", () => {
    const table = new SampleTable();
    table.put(1, 1, 0, 0, 1, 1, 1, "");
    table.put(1, 1, 0, 0, 2, 2, 2, "");
    table.put(4, 1, 0, 0, 1, 1, 1, "");
    const seen: number[] = [];
    table.drain((key) => seen.push(key));
    expect(seen).toEqual([1, 4]);
    table.drain((key) => seen.push(key));
    expect(seen).toEqual([1, 4]);
  });

  it("refuses what is no frame, is cut short, or names an impossible key", () => {
    expect(() => decodeHeader(new ArrayBuffer(12))).toThrow(/too short/);
    expect(() => decodeHeader(new ArrayBuffer(1024))).toThrow(/TWF1/);
    const cut = frame().slice(0, 120);
    expect(() => decodeHeader(cut)).toThrow(/ends before/);
    expect(() => new SampleTable().put(4_000_000_000, 1, 0, 0, 0, 0, 0, "")).toThrow(/no plant has/);
  });
});
