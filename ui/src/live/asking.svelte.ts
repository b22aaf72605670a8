/** A question that is asked again and again while a part of a screen is there. To be called while the part is made. */
import { errorMessage } from "../ipc/backend";

export interface Asked<T> {
  /** The newest answer; null before the first. */
  readonly answer: T | null;
  /** Why nothing newer is known, in words; empty when all is well. */
  readonly failure: string;
}

/** The next question waits for the last answer, and then for `pause` ms. */
export function asking<T>(question: () => Promise<T>, pause: number): Asked<T> {
  let answer: T | null = $state.raw(null);
  let failure = $state("");
  $effect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const newest = await question();
        if (!ended) [answer, failure] = [newest, ""];
      } catch (error) {
        if (!ended) failure = errorMessage(error);
      }
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
