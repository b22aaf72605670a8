/**
 * Before each file of tests that has a window: every screen and dialog is there, as in a window that was open for a moment.
 * How they come one by one is a test of its own (`loading.test.ts`).
 */
if (typeof document !== "undefined") {
  const { parts } = await import("../src/views/parts.svelte");
  await parts.loadRest(async () => {});
}

export {};
