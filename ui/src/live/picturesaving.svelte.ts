/**
 * A picture of a trend on its way into a file: packed by the window, then written by the program. It goes on when a person
 * leaves the screen; what takes longer than a moment is told, and can be cancelled.
 */
import type { Backend } from "../ipc/backend";
import { errorMessage } from "../ipc/backend";
import { t } from "../lib/text/text";
import { notices } from "./notices.svelte";

/** Work that takes longer is told. */
const SLOW_MS = 1_000;

/** In the order in which they come. */
export const STEPS = ["packing", "writing"] as const;
type Step = (typeof STEPS)[number];
type Writer = Pick<Backend, "saveTrendPicture" | "cancelTrendPicture">;

class PictureSaving {
  /** What is done now; null: nothing. */
  step: Step | null = $state(null);
  /** It takes longer than a moment. */
  slow = $state(false);
  /** Grows with each picture and each end: what comes of an older one changes no state. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writer: Writer | null = null;

  get busy(): boolean {
    return this.step !== null;
  }

  /** Tells where the file is, or why there is none. One at a time: another one is not begun. */
  async save(picture: HTMLCanvasElement, writer: Writer): Promise<void> {
    if (this.busy) return;
    this.#turn += 1;
    const turn = this.#turn;
    const wanted = () => turn === this.#turn;
    this.step = "packing";
    this.#writer = writer;
    this.#timer = setTimeout(() => {
      this.slow = true;
    }, SLOW_MS);
    let told: string;
    let failed = false;
    try {
      const packed = await packedAsPng(picture);
      if (!wanted()) return notices.tell(t("trend-picture-cancelled"));
      this.step = "writing";
      told = t("trend-picture-saved", { path: await writer.saveTrendPicture(packed) });
    } catch (error) {
      failed = wanted();
      told = failed ? errorMessage(error) : t("trend-picture-cancelled");
    }
    if (wanted()) this.#end();
    // A file that was there before the word came is told of, too.
    notices.tell(told, failed);
  }

  /** The person waits for nothing: what became of it is told when it is known. */
  cancel(): void {
    if (!this.busy) return;
    const { step } = this;
    this.#end();
    if (step === "writing") this.#writer?.cancelTrendPicture().catch(() => {});
  }

  #end(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.step = null;
    this.slow = false;
  }
}

async function packedAsPng(picture: HTMLCanvasElement): Promise<Uint8Array> {
  const packed = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, "image/png"));
  if (!packed) throw new Error(t("trend-picture-failed"));
  return new Uint8Array(await packed.arrayBuffer());
}

export const pictureSaving = new PictureSaving();
