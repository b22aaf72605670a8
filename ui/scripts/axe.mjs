// Accessibility of every screen on the played backend, by axe in Chromium: `npm run axe [-- part of a name]`.
// Each scene is looked at in both colour schemes by the rules of WCAG 2.2, levels A and AA. Any violation fails, and is
// told with its rule, its element and what is wrong with it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { SCENES } from "./scenes.mjs";
import { openScene, openStage } from "./stage.mjs";

const only = process.argv[2] ?? "";
/** Experimental, and it takes all that an element shows for its label: units, counts and values that change meanwhile. */
const RULES = { "label-content-name-mismatch": { enabled: false } };
const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** Scenes open at once; two, because a page keeps about one core busy. */
const AT_ONCE = 2;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** One of each: sizes and colour schemes of the same scene show the same elements. */
function different(scenes) {
  const seen = new Map();
  for (const scene of scenes) {
    const [, played, hash, , , , act] = scene;
    const key = `${played} ${hash} ${act}`;
    if (!seen.has(key)) seen.set(key, scene);
  }
  return [...seen.values()];
}

/** What is wrong on the page now, a line each. */
async function violations(page, scheme) {
  await page.emulateMedia({ colorScheme: scheme });
  // Colours pass over in less; axe would otherwise read one on its way.
  await page.waitForTimeout(400);
  const options = { runOnly: { type: "tag", values: LEVELS }, rules: RULES, resultTypes: ["violations"] };
  // At once with its program: a page that was loaded anew meanwhile has lost it.
  const found = await page.evaluate(`${axe}; axe.run(document, ${JSON.stringify(options)})`);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${scheme} ${id} at ${target.join(" ")}: ${failureSummary.split("\n").slice(1).join(" ").trim()}`,
    ),
  );
}

const stage = await openStage();
const waiting = different(SCENES.filter(([name]) => name.includes(only)));
const counts = { passed: 0, failed: 0 };

async function look(scene) {
  const faults = [];
  let page = null;
  try {
    page = await openScene(stage, scene, (fault) => faults.push(fault));
    for (const scheme of ["light", "dark"]) faults.push(...(await violations(page, scheme)));
  } catch (error) {
    faults.push(String(error));
  }
  await page?.context().close();
  counts[faults.length === 0 ? "passed" : "failed"] += 1;
  for (const fault of faults) console.error(`${scene[0]}: ${fault}`);
}

async function work() {
  for (let scene = waiting.shift(); scene; scene = waiting.shift()) await look(scene);
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
await stage.close();
const { passed, failed } = counts;
console.log(`      Tests  ${failed > 0 ? `${failed} failed | ` : ""}${passed} passed (${passed + failed})`);
if (failed > 0 || passed === 0) process.exit(1);
