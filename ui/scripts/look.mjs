// Pictures of every screen on the played backend, for a person to judge: `npm run look [-- folder [part of a name]]`.
// What the content policy blocks, and any script error, makes this fail.
// LOOK_LANGUAGE=de shows another language than the system's.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { SCENES } from "./scenes.mjs";
import { openScene, openStage } from "./stage.mjs";

const out = process.argv[2] ?? "shots";
const only = process.argv[3] ?? "";
mkdirSync(out, { recursive: true });

const stage = await openStage();
let faults = 0;
for (const scene of SCENES.filter(([name]) => name.includes(only))) {
  const page = await openScene(stage, scene, (fault) => {
    faults += 1;
    console.error(`${scene[0]}: ${fault}`);
  });
  await page.screenshot({ path: join(out, `${scene[0]}.png`) });
  await page.context().close();
}
await stage.close();
if (faults > 0) process.exit(1);
