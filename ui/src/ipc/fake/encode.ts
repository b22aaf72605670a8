/** Writes the two binary messages as the real backend does. */
import type { FrameTail } from "../bindings/FrameTail";

export interface FakeSample {
  key: number;
  kind: number;
  status: number;
  reason: number;
  time: number;
  received: number;
  value: number;
}

export interface FakeFrame {
  now: number;
  number: number;
  alarmSeq: number;
  revision: number;
  samples: readonly FakeSample[];
  tail: FrameTail;
}

export function encodeFrame(frame: FakeFrame): ArrayBuffer {
  const tail = new TextEncoder().encode(JSON.stringify(frame.tail));
  const tailAt = 40 + frame.samples.length * 32;
  const bytes = new ArrayBuffer(Math.max(1024, tailAt + tail.length));
  const view = new DataView(bytes);
  view.setUint32(0, 0x31465754, true);
  view.setUint32(4, frame.samples.length, true);
  view.setFloat64(8, frame.now, true);
  view.setFloat64(16, frame.number, true);
  view.setFloat64(24, frame.alarmSeq, true);
  view.setUint32(32, tail.length, true);
  view.setUint32(36, frame.revision, true);
  frame.samples.forEach((sample, i) => {
    const at = 40 + i * 32;
    view.setUint32(at, sample.key, true);
    view.setUint8(at + 4, sample.kind);
    view.setUint8(at + 5, sample.status);
    view.setUint8(at + 6, sample.reason);
    view.setFloat64(at + 8, sample.time, true);
    view.setFloat64(at + 16, sample.received, true);
    view.setFloat64(at + 24, sample.value, true);
  });
  new Uint8Array(bytes).set(tail, tailAt);
  return bytes;
}

/** Seven arrays a signal, in the order of the layout. */
export type FakeColumns = [number[], number[], number[], number[], number[], number[], number[]];

export function encodeTrend(signals: readonly [key: number, columns: FakeColumns][]): ArrayBuffer {
  let size = 8;
  for (const [, columns] of signals) size += 8 + 7 * 8 * columns[0].length;
  const bytes = new ArrayBuffer(size);
  const view = new DataView(bytes);
  view.setUint32(0, 0x31545754, true);
  view.setUint32(4, signals.length, true);
  let at = 8;
  for (const [key, columns] of signals) {
    view.setUint32(at, key, true);
    view.setUint32(at + 4, columns[0].length, true);
    at += 8;
    for (const column of columns) {
      for (const value of column) {
        view.setFloat64(at, value, true);
        at += 8;
      }
    }
  }
  return bytes;
}
