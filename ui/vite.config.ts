import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { collect } from "./scripts/licences.mjs";

/** What others made, as a module of its own that is collected when it is asked for. */
function licences(): Plugin {
  const [name, id] = ["virtual:licences", "\0virtual:licences"];
  return {
    name: "licences",
    resolveId: (asked) => (asked === name ? id : null),
    load: (asked) =>
      asked === id ? `export default JSON.parse(${JSON.stringify(JSON.stringify(collect()))});` : null,
  };
}

export default defineConfig({
  plugins: [svelte(), licences()],
  // Tauri serves the files from its own origin, so that every address is absolute there and relative ones work too.
  base: "./",
  clearScreen: false,
  // Texts, and the demo plant's own pictures and plans for the played one.
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    fs: { allow: [".", "../assets/locales", "../assets/demo-plant/pictures", "../assets/demo-plant/plans"] },
  },
  build: {
    outDir: "dist",
    target: ["es2022", "safari16"],
    // The content policy bans data: addresses, so that nothing may be inlined.
    assetsInlineLimit: 0,
    // Scripts come in parts; styles at once, so that a screen is never seen without its own.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
  },
  // Components are mounted in tests: take the browser's Svelte, not the server's.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  test: {
    environment: "node",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/parts.ts"],
    testTimeout: 30_000,
  },
});
