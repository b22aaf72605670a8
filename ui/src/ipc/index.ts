import type { Backend } from "./backend";
import { tauriBackend } from "./tauri";

/**
 * The real backend inside the window. In a plain browser during development, a played one; a release build does not
 * contain it.
 */
export async function openBackend(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return tauriBackend();
  if (import.meta.env.DEV) {
    const { fakeBackend } = await import("./fake");
    return fakeBackend(new URLSearchParams(window.location.search).get("scene") ?? "fault");
  }
  throw new Error(
    "Twinscope's screens run inside its own window. Start the program instead of opening this page.",
  );
}
