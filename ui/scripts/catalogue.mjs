// Reads the catalogue of texts and finds what is wrong with it.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FluentParser, Visitor } from "@fluent/syntax";

export const FOLDER = fileURLToPath(new URL("../../assets/locales", import.meta.url));

/** What a pattern refers to. */
class References extends Visitor {
  variables = new Set();
  terms = new Set();
  messages = new Set();

  visitVariableReference(node) {
    this.variables.add(node.id.name);
  }

  visitTermReference(node) {
    this.terms.add(node.id.name);
    this.genericVisit(node);
  }

  visitMessageReference(node) {
    this.messages.add(node.id.name);
  }
}

/** The text as written: "one | many" where it depends on a count alone, empty where it depends on a value otherwise. */
function plainText(pattern) {
  if (!pattern) return "";
  const [{ expression }] = pattern.elements;
  if (pattern.elements.length === 1 && expression?.type === "SelectExpression") {
    const names = expression.variants.map(({ key }) => key.name).join();
    return names === "one,other" ? expression.variants.map(({ value }) => plainText(value)).join(" | ") : "";
  }
  const parts = pattern.elements.map((element) => {
    if (element.type === "TextElement") return element.value;
    return element.expression.type === "VariableReference" ? `{ $${element.expression.id.name} }` : null;
  });
  return parts.includes(null) ? "" : parts.join("");
}

/** The messages of one file; `terms` collects those it defines, `faults` what is wrong. */
function readFile(path, language, into, faults) {
  const topic = basename(path, ".ftl");
  const where = (id) => `${language}/${topic}.ftl: ${id}`;
  for (const entry of new FluentParser({ withSpans: false }).parse(readFileSync(path, "utf8")).body) {
    if (entry.type === "Junk") {
      const said = entry.annotations.map(({ message }) => message).join("; ");
      faults.push(`${where(entry.content.split("\n")[0])}: ${said}`);
    }
    if (entry.type === "Term") {
      if (into.terms.has(entry.id.name)) faults.push(`${where(`-${entry.id.name}`)}: is there twice`);
      into.terms.add(entry.id.name);
    }
    if (entry.type !== "Message") continue;
    const id = entry.id.name;
    if (into.messages.has(id)) faults.push(`${where(id)}: is there twice`);
    if (!id.startsWith(`${topic}-`))
      faults.push(`${where(id)}: begins with the name of its file, "${topic}-"`);
    if (!entry.value || entry.attributes.length > 0)
      faults.push(`${where(id)}: is a value and has no attributes`);
    const references = new References();
    references.visit(entry);
    if (references.messages.size > 0) faults.push(`${where(id)}: refers to another message, use a term`);
    into.messages.set(id, { file: topic, text: plainText(entry.value), ...references });
  }
}

/** Every message of a language by id, with the variables it needs, and what is wrong with the catalogue. */
export function readCatalogue(folder = FOLDER) {
  const faults = [];
  const languages = {};
  for (const language of readdirSync(folder).sort()) {
    const into = { messages: new Map(), terms: new Set() };
    const names = readdirSync(join(folder, language)).filter((name) => name.endsWith(".ftl"));
    for (const name of names.sort()) readFile(join(folder, language, name), language, into, faults);
    for (const [id, { terms }] of into.messages) {
      for (const term of terms) {
        if (!into.terms.has(term)) faults.push(`${language}: ${id}: there is no term -${term}`);
      }
    }
    languages[language] = into.messages;
  }
  faults.push(...differences(languages));
  return { languages, faults };
}

/** What one language has and another lacks. */
function differences(languages) {
  const faults = [];
  for (const [one, messages] of Object.entries(languages)) {
    for (const [other, others] of Object.entries(languages)) {
      if (one === other) continue;
      for (const [id, { variables, file }] of messages) {
        const same = others.get(id);
        if (!same) {
          faults.push(`${other}: ${id} is missing, it is in ${one}/${file}.ftl`);
          continue;
        }
        if (same.file !== file) faults.push(`${id} lies in ${one}/${file}.ftl and ${other}/${same.file}.ftl`);
        const [wanted, there] = [variables, same.variables].map((names) => [...names].sort().join(", "));
        if (wanted !== there && one < other)
          faults.push(`${id}: ${one} uses (${wanted}), ${other} (${there})`);
      }
    }
  }
  return faults;
}
