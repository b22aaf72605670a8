import { getContext, setContext } from "svelte";
import type { Live } from "./live.svelte";

const KEY = Symbol("live");

export function provideLive(live: Live): void {
  setContext(KEY, live);
}

export function useLive(): Live {
  return getContext<Live>(KEY);
}
