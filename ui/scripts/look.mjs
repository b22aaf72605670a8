// Pictures of every screen on the played backend, for a person to judge: `npm run look [-- folder [part of a name]]`.
// The files are built as for the window, with the played backend inside, and served under a content policy as strict as
// the window's: what the policy blocks, and any script error, makes this fail.
// LOOK_LANGUAGE=de shows another language than the system's.
// Needs a Chromium on this machine; CHROMIUM names another path than Debian's.
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import {
  doctor as diagnosticsDoctor,
  evidence,
  measured,
  ratesFilter,
  ratesNothing,
  ratesSilence,
  tapped,
  tappedBytes,
} from "./steps/diagnostics.mjs";
import { overviewChoice, overviewFold, overviewScroll, overviewText, wallHold } from "./steps/overview.mjs";
import {
  pictureBound,
  pictureEdit,
  pictureForeign,
  pictureHover,
  pictureImport,
  pictureKeys,
  pictureStale,
  pictureZoom,
} from "./steps/process.mjs";
import {
  trendCompare,
  trendEight,
  trendFind,
  trendMarks,
  trendRange,
  trendSister,
  trendSixteen,
} from "./steps/trend.mjs";

process.env.NODE_ENV = "development";
const { build } = await import("vite");
const { chromium } = await import("playwright-core");

const out = process.argv[2] ?? "shots";
const only = process.argv[3];
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

mkdirSync(out, { recursive: true });
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
const { port } = server.address();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});

/** name, scene, hash, colour scheme, width, height, what to do before the picture */
const SHOTS = [
  ["overview-dark", "fault", "", "dark", 1440, 900],
  ["overview-light", "fault", "", "light", 1440, 900],
  ["asset-dark", "fault", "#/asset/pump-2", "dark", 1440, 900, hover],
  ["asset-light", "fault", "#/asset/pump-2", "light", 1440, 900, hour],
  ["asset-paused", "fault", "#/asset/pump-2", "dark", 1440, 900, drag],
  ["asset-quiet", "normal", "#/asset/pump-1", "light", 1440, 900],
  ["asset-abstains", "fault", "#/asset/pump-3", "dark", 1440, 900],
  ["asset-stale", "fault", "#/asset/edge-2", "dark", 1440, 900],
  ["asset-how", "fault", "#/asset/pump-2", "light", 1440, 900, how],
  ["small-asset-how", "fault", "#/asset/pump-2", "dark", 1024, 700, how],
  ["settings", "fault", "", "dark", 1440, 900, settings],
  ["export", "fault", "#/asset/pump-2", "dark", 1440, 900, exportForm],
  ["export-running", "fault", "#/asset/pump-2", "light", 1024, 700, exportRunning],
  ["import", "fault", "", "dark", 1440, 900, importForm],
  ["import-report", "fault", "", "light", 1440, 900, importReport],
  ["settings-keeping", "fault", "", "dark", 1440, 900, keeping],
  ["backup", "fault", "", "light", 1440, 900, backup],
  ["check-report", "fault", "", "dark", 1024, 700, check],
  ["settings-light", "fault", "#/alarms", "light", 1024, 700, settings],
  ["alarms-dark", "fault", "#/alarms", "dark", 1440, 900],
  [
    "alarms-history",
    "fault",
    "#/alarms",
    "light",
    1440,
    900,
    (page) => page.click("[data-testid=alarms-history]"),
  ],
  ["connections", "fault", "#/connections", "dark", 1440, 900],
  ["connection-session", "fault", "#/connections", "dark", 1440, 900, session],
  ["connection-session-light", "fault", "#/connections", "light", 1024, 700, session],
  ["connection-form", "fault", "#/connections", "light", 1440, 900, form],
  ["connection-doctor", "fault", "#/connections", "dark", 1440, 1100, doctor],
  ["connection-outdated", "fault", "#/connections", "light", 1440, 1100, outdated],
  ["connection-meanwhile", "meanwhile", "#/connections", "dark", 1440, 1000, meanwhile],
  ["connection-meanwhile-light", "meanwhile", "#/connections", "light", 1024, 700, meanwhile],
  ["connection-doctor-light", "fault", "#/connections", "light", 1024, 700, doctorRisk],
  ["connection-advanced", "fault", "#/connections", "dark", 1440, 1100, advanced],
  ["connection-advisor", "fault", "#/connections", "dark", 1440, 1000, advisor],
  ["connection-listening", "fault", "#/connections", "light", 1024, 700, listening],
  ["connection-coap", "fault", "#/connections", "light", 1440, 900, coap],
  ["connection-coap-plain", "fault", "#/connections", "dark", 1024, 700, coapPlain],
  ["connection-coap-doctor", "fault", "#/connections", "dark", 1440, 1000, coapDoctor],
  ["connection-cards", "fault", "#/connections", "dark", 1440, 1000, cards],
  ["connection-plain", "fault", "#/connections", "dark", 1024, 700, plain],
  ["discovery", "fault", "#/discovery", "dark", 1280, 800],
  ["discovery-light", "fault", "#/discovery", "light", 1024, 700, foundTick],
  ["discovery-why", "fault", "#/discovery", "dark", 1024, 700, foundWhy],
  ["discovery-accept", "fault", "#/discovery", "light", 1280, 800, foundAccept],
  ["discovery-faults", "fault", "#/discovery", "dark", 1280, 800, foundFaults],
  ["discovery-told", "fault", "#/discovery", "dark", 1280, 800, foundWritten],
  ["discovery-many", "thousand", "#/discovery", "light", 1440, 900, foundFilter],
  ["discovery-narrow", "fault", "#/discovery", "light", 760, 900],
  ["overview-fresh", "fresh", "", "light", 1024, 700],
  ["discovery-nothing", "empty", "#/discovery", "dark", 1280, 800],
  ["process", "fault", "#/process", "dark", 1440, 900],
  ["process-light", "fault", "#/process", "light", 1440, 900, pictureHover],
  ["process-normal", "normal", "#/process", "light", 1024, 700],
  ["process-small", "fault", "#/process", "dark", 1024, 700, pictureKeys],
  ["process-large", "fault", "#/process", "dark", 2560, 1440],
  ["process-foreign", "fault", "#/process", "dark", 1280, 800, pictureForeign],
  ["process-zoomed", "fault", "#/process", "light", 1280, 800, pictureZoom],
  ["process-edit", "fault", "#/process", "dark", 1440, 900, pictureEdit],
  ["process-edit-small", "fault", "#/process", "light", 1024, 700, pictureBound],
  ["process-stale", "fault", "#/process", "light", 1280, 800, pictureStale],
  ["process-none", "empty", "#/process", "light", 1024, 700],
  ["process-import", "fresh", "#/process", "dark", 1280, 800, pictureImport],
  ["types", "fault", "#/types", "dark", 1280, 800],
  ["types-faults", "edited", "#/types", "light", 1024, 700],
  ["types-import", "fault", "#/types", "light", 1280, 800, modelFaults],
  ["types-choose", "fault", "#/types", "dark", 1024, 700, modelChoose],
  ["diagnostics-rates", "flood", "#/diagnostics", "dark", 1440, 900],
  ["diagnostics-rates-light", "fault", "#/diagnostics", "light", 1280, 800],
  ["diagnostics-rates-small", "flood", "#/diagnostics", "light", 1024, 700],
  ["diagnostics-rates-large", "thousand", "#/diagnostics", "dark", 2560, 1440],
  ["diagnostics-rates-filter", "thousand", "#/diagnostics", "light", 1280, 800, ratesFilter],
  ["diagnostics-rates-silent", "fault", "#/diagnostics", "dark", 1024, 700, ratesSilence],
  ["diagnostics-rates-nothing", "fault", "#/diagnostics", "light", 1024, 700, ratesNothing],
  ["diagnostics-empty", "empty", "#/diagnostics", "dark", 1024, 700],
  [
    "diagnostics-messages",
    "flood",
    "#/diagnostics/messages/station/lab%2Fanalyser%2Fraw",
    "dark",
    1440,
    900,
    tapped,
  ],
  [
    "diagnostics-messages-sparkplug",
    "fault",
    "#/diagnostics/messages/station/spBv1.0%2FRiverside%2FDDATA%2Fedge-1%2Fpump-2",
    "light",
    1280,
    800,
    tappedBytes,
  ],
  [
    "diagnostics-messages-small",
    "fault",
    "#/diagnostics/messages/station/spBv1.0%2FRiverside%2FDDATA%2Fedge-1%2Fpump-1",
    "dark",
    1024,
    700,
    tapped,
  ],
  ["diagnostics-messages-none", "fault", "#/diagnostics/messages", "light", 1024, 700],
  ["diagnostics-messages-silent", "fault", "#/diagnostics/messages/station/never%2Fheard", "dark", 1024, 700],
  ["diagnostics-sessions", "fault", "#/diagnostics/sessions", "dark", 1280, 800],
  ["diagnostics-doctor", "fault", "#/diagnostics/sessions", "light", 1280, 800, diagnosticsDoctor],
  ["diagnostics-dropped", "flood", "#/diagnostics/dropped", "light", 1280, 800, evidence],
  ["diagnostics-dropped-small", "flood", "#/diagnostics/dropped", "dark", 1024, 700],
  ["diagnostics-dropped-none", "normal", "#/diagnostics/dropped", "dark", 1024, 700],
  ["diagnostics-program", "flood", "#/diagnostics/program", "dark", 1440, 900, measured],
  ["diagnostics-program-light", "fault", "#/diagnostics/program", "light", 1280, 800, measured],
  ["diagnostics-program-small", "fault", "#/diagnostics/program", "light", 1024, 700, measured],
  ["search", "fault", "", "dark", 1440, 900, search],
  ["trend-empty", "fault", "#/trend", "light", 1280, 800],
  ["trend-find", "fault", "#/trend", "dark", 1280, 800, trendFind],
  ["trend-eight", "fault", "#/trend", "dark", 1440, 900, trendEight],
  ["trend-marks", "fault", "#/trend", "light", 1440, 900, trendMarks],
  ["trend-compare", "fault", "#/trend", "dark", 1440, 900, trendCompare],
  ["trend-sister", "fault", "#/trend", "light", 1280, 800, trendSister],
  ["trend-range", "fault", "#/trend", "dark", 1280, 800, trendRange],
  ["trend-sixteen", "thousand", "#/trend", "light", 1440, 900, trendSixteen],
  ["small-trend", "fault", "#/trend", "light", 1024, 700, trendMarks],
  ["large-trend", "fault", "#/trend", "dark", 2560, 1440, trendEight],
  ["small-overview", "fault", "", "dark", 1024, 700],
  ["small-asset", "fault", "#/asset/pump-2", "light", 1024, 700],
  ["small-overview-light", "fault", "", "light", 1024, 700],
  ["small-asset-dark", "fault", "#/asset/pump-2", "dark", 1024, 700, low],
  ["small-alarms", "fault", "#/alarms", "dark", 1024, 700],
  ["thousand", "thousand", "", "dark", 1440, 900],
  ["large", "fault", "", "dark", 2560, 1440],
  ["overview-small", "fault", "", "light", 1280, 800, overviewChoice],
  ["overview-filtered", "fault", "#/overview?states=alarm&text=pump", "dark", 1024, 700],
  ["overview-nothing", "fault", "#/overview?states=standby&states=anomaly&types=Screen", "light", 1024, 700],
  ["overview-types", "fault", "#/overview?group=type&sort=name", "light", 1280, 800],
  ["overview-text", "thousand", "", "dark", 1280, 800, overviewText],
  ["overview-tree", "fault", "#/overview?view=tree", "dark", 1280, 800],
  ["overview-tree-small", "fault", "#/overview?view=tree", "light", 1024, 700],
  ["overview-tree-thousand", "thousand", "#/overview?view=tree", "light", 1440, 900, overviewFold],
  ["overview-thousand", "thousand", "#/overview?group=alarm", "light", 1280, 800, overviewScroll],
  ["overview-large", "thousand", "", "light", 2560, 1440],
  ["wall-fault", "fault", "#/overview?wall=on", "dark", 1280, 800],
  ["wall-thousand", "thousand", "#/overview?wall=on&seconds=30", "dark", 2560, 1440, wallHold],
  ["wall-small", "fault", "#/overview?wall=on", "light", 1024, 700],
  ["first-run", "empty", "", "dark", 1440, 900],
  ["error", "error", "", "light", 1440, 900],
  ["ask-close", "ask", "", "dark", 1440, 900, (page) => page.waitForSelector("dialog")],
];

async function hover(page) {
  await hour(page);
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5);
}

async function hour(page) {
  await page.click("[data-testid=trend] button:has-text('1 h')");
}

async function drag(page) {
  await hour(page);
  await page.waitForTimeout(500);
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 6 });
  await page.mouse.up();
}

/** The cards under the trend. */
async function low(page) {
  await page.locator("[data-testid=why]").scrollIntoViewIfNeeded();
}

async function how(page) {
  await page.click("[data-testid=why-how]");
}

async function settings(page) {
  await page.click("[data-testid=nav-settings]");
  await page.waitForSelector("[data-testid=settings-close-ask]:checked");
}

async function exportForm(page) {
  await page.click("[data-testid=trend-export]");
  await page.waitForSelector("[data-testid=export-form]");
}

async function exportRunning(page) {
  await exportForm(page);
  await page.click("[data-testid=export-start]");
  await page.waitForSelector("[data-testid=file-job]");
  await page.waitForTimeout(700);
}

async function keeping(page) {
  await settings(page);
  await page.click("[data-testid=settings-history] summary");
}

async function backup(page) {
  await settings(page);
  await page.click("[data-testid=settings-backup]");
  await page.waitForSelector("[data-testid=backup-form]");
}

async function check(page) {
  await settings(page);
  await page.click("[data-testid=settings-check]");
  await page.click("[data-testid=check-start]");
  await page.waitForSelector("[data-testid=check-lines]");
}

async function importForm(page) {
  await settings(page);
  await page.click("[data-testid=settings-import]");
  await page.fill("[data-testid=import-path]", "/home/operator/history.csv");
}

async function importReport(page) {
  await importForm(page);
  await page.click("[data-testid=import-start]");
  await page.waitForSelector("[data-testid=import-bad]");
}

async function session(page) {
  await page.click("[data-testid='session-row-Riverside/edge-2'] button");
}

async function form(page) {
  await page.click("[data-testid=connection-new]");
  await page.fill("[data-testid=form-name]", "Laboratory");
  await page.fill("[data-testid=form-host]", "lab.example");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=test-steps]");
}

async function doctor(page) {
  await page.click("[data-testid=connection-station] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor]");
  await page.click("[data-step=TLS] summary");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

async function outdated(page) {
  await doctor(page);
  await page.fill("[data-testid=form-host]", "other.example");
  await page.locator("[data-testid=test-outcome]").scrollIntoViewIfNeeded();
}

async function meanwhile(page) {
  await page.click("[data-testid=connection-station] [data-testid=connection-edit]");
  await page.fill("[data-testid=form-name]", "Riverside");
  await page.click("[data-testid=form-save]");
  await page.waitForSelector("[data-testid=form-changed]");
}

async function doctorRisk(page) {
  await page.click("[data-testid=connection-lorawan] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor-risks]");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

async function advanced(page) {
  await page.click("[data-testid=connection-new]");
  await page.click("[data-testid=form-advanced] summary");
  await page.click("[data-testid=form-aws]");
  await page.fill("[data-testid=form-server-name]", "other.example");
  await page.fill("[data-testid=form-filter-1]", "#");
  await page.click("[data-testid=form-save]");
}

async function listening(page) {
  await page.click("[data-testid=connection-new]");
  await page.fill("[data-testid=form-host]", "lab.example");
  await page.locator("[data-testid=form-advise-1]").scrollIntoViewIfNeeded();
  await page.click("[data-testid=form-advise-1]");
}

async function advisor(page) {
  await listening(page);
  await page.waitForSelector("[data-testid=filter-sample]");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

async function coap(page) {
  await page.click("[data-testid=connection-new]");
  await page.selectOption("[data-testid=form-protocol]", "coap");
  await page.fill("[data-testid=form-host]", "well.example");
  await page.fill("[data-testid=form-identity]", "twinscope");
  await page.fill("[data-testid=form-key]", "sesame");
  await page.click("[data-testid=form-discover]");
  await page.waitForSelector("[data-testid=form-offer]");
  await page.click("[data-testid=form-offer] input >> nth=0");
  await page.click("[data-testid=form-offer] input >> nth=1");
}

async function coapPlain(page) {
  await page.click("[data-testid=connection-new]");
  await page.selectOption("[data-testid=form-protocol]", "coap");
  await page.click("[data-testid=form-tls]");
  await page.click("[data-testid=form-save]");
}

async function coapDoctor(page) {
  await page.click("[data-testid=connection-well] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor]");
}

async function cards(page) {
  await page.locator("[data-testid=connection-well]").scrollIntoViewIfNeeded();
}

async function plain(page) {
  await page.click("[data-testid=connection-new]");
  await page.click("[data-testid=form-tls]");
  await page.click("[data-testid=form-save]");
}

async function foundTick(page) {
  for (const row of (await page.locator("[role=treeitem][aria-level='3'] .tick").all()).slice(0, 3))
    await row.click();
}

async function foundWhy(page) {
  await page.click("[data-testid=found-dosing-pump-2]");
  await page.click("[data-testid=why-pressure]");
}

async function foundAccept(page) {
  await page.click("[data-testid=found-dosing-pump-2]");
  await page.click("[data-testid=found-accept]");
  await page.waitForSelector("[data-testid=accept-lines]");
}

async function foundFaults(page) {
  await page.click("[data-testid=found-drop-table-signal]");
  await page.fill("[data-testid=found-asset-id]", "Not an id");
  await page.click("[data-testid=found-accept]");
  await page.waitForSelector("[data-testid=accept-faults]");
}

async function foundWritten(page) {
  await foundAccept(page);
  await page.click("[data-testid=accept-write]");
  await page.waitForSelector("[data-testid=discovery-told] .told");
}

async function foundFilter(page) {
  await page.fill("[data-testid=found-filter]", "r");
  await page.waitForTimeout(600);
  await page.click("[data-testid=found-compressor-station-north]");
}

async function modelFaults(page) {
  await page.click("[data-testid=model-import]");
  await page.fill("[data-testid=model-path]", "/home/operator/broken.json");
  await page.click("[data-testid=model-start]");
  await page.waitForSelector("[data-testid=model-faults]");
}

async function modelChoose(page) {
  await page.click("[data-testid=model-import]");
  await page.fill("[data-testid=model-path]", "/home/operator/several.json");
  await page.click("[data-testid=model-start]");
  await page.waitForSelector("[data-testid=model-choices]");
}

async function search(page) {
  await page.keyboard.press("/");
  await page.keyboard.type("vibration");
}

let failures = 0;
for (const [name, scene, hash, scheme, width, height, act] of SHOTS) {
  if (only && !name.includes(only)) continue;
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
  page.on("pageerror", (error) => {
    failures += 1;
    console.error(`${name}: ${error.stack}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      console.error(`${name}: ${message.text()}`);
  });
  await page.goto(`http://127.0.0.1:${port}/?scene=${scene}${hash}`);
  await page.waitForTimeout(1600);
  await act?.(page);
  await page.waitForTimeout(900);
  await page.screenshot({ path: join(out, `${name}.png`) });
  await context.close();
}
await browser.close();
server.close();
if (failures > 0) process.exit(1);
