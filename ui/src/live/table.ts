/** Newest sample of every signal, in plain arrays indexed by signal key: no object a sample. */
import { BAD } from "../lib/quality";
import { KIND_BOOL, KIND_F64, KIND_I64, KIND_NULL, type SampleSink } from "./frame";

/** A key beyond this is a broken message, not a plant. */
const KEYS_MAX = 1_000_000;
const NEVER_SEEN = 15;

export class SampleTable implements SampleSink {
  kind = new Uint8Array(0);
  status = new Uint8Array(0);
  reason = new Uint8Array(0);
  /** Source time, microseconds; 0 = never. */
  time = new Float64Array(0);
  /** When it was received, microseconds; 0 = never. */
  received = new Float64Array(0);
  value = new Float64Array(0);
  text: string[] = [];
  /** Keys put since the last `drain`, each once: a mark a key, and the first `#count` of the list. */
  #marked = new Uint8Array(0);
  #dirty = new Uint32Array(0);
  #count = 0;

  put(
    key: number,
    kind: number,
    status: number,
    reason: number,
    time: number,
    received: number,
    value: number,
    text: string,
  ): void {
    if (key >= this.kind.length) this.#grow(key);
    this.kind[key] = kind;
    this.status[key] = status;
    this.reason[key] = reason;
    this.time[key] = time;
    this.received[key] = received;
    this.value[key] = value;
    this.text[key] = text;
    if (this.#marked[key] === 1) return;
    this.#marked[key] = 1;
    this.#dirty[this.#count] = key;
    this.#count += 1;
  }

  /** The value as a number (bool gives 0 or 1), or NaN when it has none. */
  number(key: number): number {
    const kind = this.kind[key];
    return kind === KIND_F64 || kind === KIND_I64 || kind === KIND_BOOL
      ? (this.value[key] ?? Number.NaN)
      : Number.NaN;
  }

  /** Calls `visit` for every key put since the last call, and forgets them. */
  drain(visit: (key: number) => void): void {
    for (let i = 0; i < this.#count; i += 1) {
      const key = this.#dirty[i] ?? 0;
      this.#marked[key] = 0;
      visit(key);
    }
    this.#count = 0;
  }

  #grow(key: number): void {
    if (key >= KEYS_MAX) throw new Error(`Live frame names signal ${key}, which no plant has.`);
    const from = this.kind.length;
    const size = Math.max(key + 1, from * 2, 256);
    const wider = <T extends Uint8Array | Uint32Array | Float64Array>(old: T, next: T): T => {
      next.set(old);
      return next;
    };
    this.kind = wider(this.kind, new Uint8Array(size).fill(KIND_NULL));
    this.status = wider(this.status, new Uint8Array(size).fill(BAD));
    this.reason = wider(this.reason, new Uint8Array(size).fill(NEVER_SEEN));
    this.time = wider(this.time, new Float64Array(size));
    this.received = wider(this.received, new Float64Array(size));
    this.value = wider(this.value, new Float64Array(size));
    this.#marked = wider(this.#marked, new Uint8Array(size));
    this.#dirty = wider(this.#dirty, new Uint32Array(size));
    while (this.text.length < size) this.text.push("");
  }
}
