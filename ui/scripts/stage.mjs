// The front end on the played backend, in Chromium: built as for the window and served under a content policy as strict
// as the window's.
// Needs a Chromium on this machine; CHROMIUM names another path than Debian's.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

process.env.NODE_ENV = "development";
const { build } = await import("vite");
const { chromium } = await import("playwright-core");

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

/** Builds and serves the front end and starts the browser: gives both, and what ends them. */
export async function openStage() {
  const dist = mkdtempSync(join(tmpdir(), "twinscope-look-"));
  await build({ mode: "development", logLevel: "error", build: { outDir: dist } });
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const name = path === "/" ? "index.html" : path.slice(1);
    response.writeHead(200, {
      "content-type": TYPES[extname(name)] ?? "text/plain",
      "content-security-policy": POLICY,
    });
    response.end(readFileSync(join(dist, name)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const close = async () => {
    await browser.close();
    server.close();
    rmSync(dist, { recursive: true });
  };
  return { browser, address: `http://127.0.0.1:${server.address().port}/`, close };
}

/**
 * Opens a scene and takes its steps; `tell` hears of each fault of the page: script errors, what the content policy
 * blocks, warnings of the console. The page is ready for a look; close its context afterwards.
 */
export async function openScene({ browser, address }, scene, tell) {
  const [, played, hash, scheme, width, height, act] = scene;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: "en-GB",
  });
  // What WebKitGTK says under LANG=C.
  await context.addInitScript(() =>
    Object.defineProperty(navigator, "language", { get: () => "C", configurable: true }),
  );
  const { LOOK_LANGUAGE } = process.env;
  if (LOOK_LANGUAGE)
    await context.addInitScript((name) => localStorage.setItem("twinscope.language", name), LOOK_LANGUAGE);
  const page = await context.newPage();
  page.on("pageerror", (error) => tell(error.stack));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") tell(message.text());
  });
  await page.goto(`${address}?scene=${played}${hash}`);
  await page.waitForTimeout(1600);
  await act?.(page);
  await page.waitForTimeout(900);
  return page;
}
