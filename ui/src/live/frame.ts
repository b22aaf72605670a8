/** Reads a live frame; `twin-app`'s `api::frame` is the layout's home. */
import type { FrameTail } from "../ipc/bindings/FrameTail";

const FRAME_MAGIC = 0x31465754; // "TWF1", little-endian
const HEADER_BYTES = 40;
const SAMPLE_BYTES = 32;

export const KIND_NULL = 0;
export const KIND_F64 = 1;
export const KIND_I64 = 2;
export const KIND_BOOL = 3;
export const KIND_TEXT = 4;

/** Where the samples of a frame go. */
export interface SampleSink {
  put(
    key: number,
    kind: number,
    status: number,
    reason: number,
    time: number,
    received: number,
    value: number,
    text: string,
  ): void;
}

export interface FrameHeader {
  /** Microseconds UTC at which it was made. */
  now: number;
  /** Grows by one; a jump means that frames were lost. */
  number: number;
  /** Sequence number of the newest alarm transition. */
  alarmSeq: number;
  /** Revision of the plant file. */
  revision: number;
  samples: number;
  tail: FrameTail;
}

/** Reads the header and the tail; `emitSamples` reads the rest. Throws when the bytes are no frame. */
export function decodeHeader(frame: ArrayBuffer): FrameHeader {
  if (frame.byteLength < HEADER_BYTES)
    throw new Error(`Live frame of ${frame.byteLength} bytes is too short.`);
  const view = new DataView(frame);
  if (view.getUint32(0, true) !== FRAME_MAGIC) throw new Error("Live frame does not begin with TWF1.");
  const samples = view.getUint32(4, true);
  const tailBytes = view.getUint32(32, true);
  const tailAt = HEADER_BYTES + samples * SAMPLE_BYTES;
  if (tailAt + tailBytes > frame.byteLength)
    throw new Error("Live frame ends before its samples and tail do.");
  const tail: FrameTail =
    tailBytes === 0
      ? { texts: [], alarms: [], assets: [] }
      : (JSON.parse(new TextDecoder().decode(new Uint8Array(frame, tailAt, tailBytes))) as FrameTail);
  return {
    now: view.getFloat64(8, true),
    number: view.getFloat64(16, true),
    alarmSeq: view.getFloat64(24, true),
    revision: view.getUint32(36, true),
    samples,
    tail,
  };
}

/** A number times `factor`, plus `add`. */
export interface Line {
  factor: number;
  add: number;
}

/** Writes other numbers into a frame: those of the keys that have a line. */
export function convertSamples(frame: ArrayBuffer, lineOf: (key: number) => Line | undefined): void {
  const view = new DataView(frame);
  // What is no frame is refused where it is decoded.
  const room = Math.floor((frame.byteLength - HEADER_BYTES) / SAMPLE_BYTES);
  const samples = room < 0 ? 0 : Math.min(room, view.getUint32(4, true));
  for (let i = 0; i < samples; i += 1) {
    const at = HEADER_BYTES + i * SAMPLE_BYTES;
    const kind = view.getUint8(at + 4);
    const line = kind === KIND_F64 || kind === KIND_I64 ? lineOf(view.getUint32(at, true)) : undefined;
    if (!line) continue;
    view.setFloat64(at + 24, view.getFloat64(at + 24, true) * line.factor + line.add, true);
    view.setUint8(at + 4, KIND_F64);
  }
}

/** Hands every sample of a frame to `sink`, without an object for each. */
export function emitSamples(frame: ArrayBuffer, header: FrameHeader, sink: SampleSink): void {
  const view = new DataView(frame);
  for (let i = 0; i < header.samples; i += 1) {
    const at = HEADER_BYTES + i * SAMPLE_BYTES;
    const kind = view.getUint8(at + 4);
    const value = view.getFloat64(at + 24, true);
    sink.put(
      view.getUint32(at, true),
      kind,
      view.getUint8(at + 5),
      view.getUint8(at + 6),
      view.getFloat64(at + 8, true),
      view.getFloat64(at + 16, true),
      value,
      kind === KIND_TEXT ? (header.tail.texts[value] ?? "") : "",
    );
  }
}
