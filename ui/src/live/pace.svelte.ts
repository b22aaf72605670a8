/** How often the window really paints. Measured while a person looks, because measuring itself asks for pictures. */
import type { Live } from "./live.svelte";

const SECONDS = 10;

export class Pace {
  readonly #live: Live;
  /** Pictures a second that the window could paint; null before the first second is over. */
  pictures: number | null = $state(null);
  /** Batches of samples that were painted, a second. */
  batches = $state(0);
  /** The longest that a picture had to wait, over the last ten seconds, ms. */
  longest = $state(0);
  /** Frames that came and were lost since the window was loaded. */
  frames = $state(0);
  lost = $state(0);

  constructor(live: Live) {
    this.#live = live;
  }

  /** Measures until the function that is given back is called. */
  measure(): () => void {
    const live = this.#live;
    let second = { from: performance.now(), pictures: 0, flushes: live.flushes, longest: 0 };
    let before = second.from;
    const longest: number[] = [];
    let handle = requestAnimationFrame(function next(this: void) {
      tick();
      handle = requestAnimationFrame(next);
    });
    const tick = () => {
      const now = performance.now();
      second.pictures += 1;
      second.longest = Math.max(second.longest, now - before);
      before = now;
      if (now - second.from < 1_000) return;
      const seconds = (now - second.from) / 1_000;
      longest.push(second.longest);
      if (longest.length > SECONDS) longest.shift();
      this.pictures = second.pictures / seconds;
      this.batches = (live.flushes - second.flushes) / seconds;
      this.longest = Math.max(...longest);
      [this.frames, this.lost] = [live.frames, live.framesLost];
      second = { from: now, pictures: 0, flushes: live.flushes, longest: 0 };
    };
    return () => cancelAnimationFrame(handle);
  }
}
