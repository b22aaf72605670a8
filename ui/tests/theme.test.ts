// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from "vitest";
import { theme } from "../src/live/theme.svelte";

afterEach(() => {
  vi.restoreAllMocks();
  document.documentElement.removeAttribute("style");
});

it("reads its colours again when the style sheet comes after the script", () => {
  vi.spyOn(document, "readyState", "get").mockReturnValue("interactive");
  theme.choose("dark");
  expect(theme.palette.bg).toBe("");
  document.documentElement.style.setProperty("--bg", "#1b1d20");
  window.dispatchEvent(new Event("load"));
  expect(theme.palette.bg).toBe("#1b1d20");
});
