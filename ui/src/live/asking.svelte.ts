/** A question that is asked again and again while a part of a screen is there. To be called while the part is made. */
import { errorMessage } from "../ipc/backend";

export interface Asked<T> {
  /** The newest answer; null before the first. */
  readonly answer: T | null;
  /** Why nothing newer is known, in words; empty when all is well. */
  readonly failure: string;
}

/**
 * The next question waits for the last answer, and then for `pause` ms; in a window that is not seen it waits on. What the
 * question reads before it first waits is followed: when that changes, it is asked anew at once. While `wanted` says no,
 * nothing is asked.
 */
export function asking<T>(
  question: () => Promise<T>,
  pause: number,
  wanted: () => boolean = () => true,
): Asked<T> {
  let answer: T | null = $state.raw(null);
  let failure = $state("");
  $effect(() => {
    if (!wanted()) return;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      try {
        const newest = await question();
        if (!ended) [answer, failure] = [newest, ""];
      } catch (error) {
        if (!ended) failure = errorMessage(error);
      }
    };
    const ask = async () => {
      if (!document.hidden) await once();
      if (!ended) timer = setTimeout(() => void ask(), pause);
    };
    void ask();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  });
  return {
    get answer() {
      return answer;
    },
    get failure() {
      return failure;
    },
  };
}
