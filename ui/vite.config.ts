import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // Tauri serves the files from its own origin, so that every address is absolute there and relative ones work too.
  base: "./",
  clearScreen: false,
  // Texts, and the demo plant's own pictures for the played one.
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    fs: { allow: [".", "../assets/locales", "../assets/demo-plant/pictures"] },
  },
  build: {
    outDir: "dist",
    target: ["es2022", "safari16"],
    // The content policy bans data: addresses, so that nothing may be inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  // Components are mounted in tests: take the browser's Svelte, not the server's.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : {},
  test: { environment: "node", include: ["tests/**/*.test.ts"], testTimeout: 30_000 },
});
