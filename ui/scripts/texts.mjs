// Writes the ids and values of all texts as types, so that an unknown id or a missing value does not compile.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readCatalogue } from "./catalogue.mjs";

const FOLDER = new URL("../src/lib/text/gen/", import.meta.url);
const TARGET = fileURLToPath(new URL("texts.ts", FOLDER));
const { languages, faults } = readCatalogue();
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
const lines = [...languages.en].map(([id, { variables }]) => {
  const names = [...variables].sort().map((name) => `"${name}"`);
  return `  "${id}": ${names.join(" | ") || "never"};`;
});
const text = `// Made by \`npm run texts\` of assets/locales: not kept, not edited.\nexport interface Texts {\n${lines.join("\n")}\n}\n`;
mkdirSync(FOLDER, { recursive: true });
// An unchanged file keeps its time, so that the front end is not built again for it.
if (!existsSync(TARGET) || readFileSync(TARGET, "utf8") !== text) writeFileSync(TARGET, text);
