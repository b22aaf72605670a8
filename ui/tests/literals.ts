/** Finds texts for people that are written into a source file instead of the catalogue. */
import { parse } from "svelte/compiler";

/** Attributes whose value a person reads or hears. */
const SPOKEN =
  /^(aria-label|aria-description|aria-roledescription|aria-valuetext|title|placeholder|alt|label)$/;
/** Attributes and calls whose strings are for the program. */
const UNSPOKEN_ATTRIBUTE =
  /^(class|id|type|role|name|value|href|data-|style|on|autocomplete|look|d$|viewBox)/;
const UNSPOKEN_CALL =
  /^(Error|RangeError|TypeError|querySelector|querySelectorAll|closest|matchMedia|keys|t|tokens)$/;
const KEYS =
  /^(Arrow\w+|Enter|Escape|Tab|Home|End|Page(Up|Down)|Delete|Backspace|Space|Shift|Control|Alt|Meta)$/;

const hasWord = (text: string) => /\p{L}{2}/u.test(text);
/** Two words, or one that begins like a sentence. */
const isProse = (text: string) =>
  /(^|[\s(„“"])\p{L}[\p{L}'’-]*[.,:;!?…)]*\s+\(?\p{L}/u.test(text) ||
  (/^\s*\p{Lu}\p{Ll}+[\s.,:;!?…]*$/u.test(text) && !KEYS.test(text.trim()));
/** A part of a text with values in it: " of ", "Page ", " more". */
const isPart = (text: string) =>
  isProse(text) || (/\s/.test(text) && /(^|\s)\p{L}{2,}(\s|[.,:;!?…]|$)/u.test(text));
/** Names that are the same in every language, paths, commands, and what a canvas takes for a font. */
const isName = (text: string) =>
  /^[\s·]*(Twinscope|English|Deutsch|CSV|Parquet|CoAP|MQTT [\d.]+|QoS|\w+\.example|cargo xtask demo|\/[\w./-]+|(?:\d+ )?\d+px .*)$/.test(
    text.trim(),
  );

interface Node {
  type: string;
  [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** The name of what is called, without what it is called on. */
function callee(node: Node): string {
  const called = node.callee as { name?: string; property?: { name?: string } } | undefined;
  return called?.property?.name ?? called?.name ?? "";
}

function skips(node: Node): boolean {
  if (
    /^(Import|Export(All|Named)D|TS|StyleSheet|StyleDirective|Comment|BinaryExpression|Element)/.test(
      node.type,
    )
  ) {
    // Only what is shown when a comparison holds can be a text.
    return (
      !node.type.startsWith("ExportNamed") && !isSum(node) && !/^TS(As|Satisfies|NonNull)/.test(node.type)
    );
  }
  if (node.type === "Attribute") return UNSPOKEN_ATTRIBUTE.test(String(node.name));
  return /^(Call|New)Expression$/.test(node.type) && UNSPOKEN_CALL.test(callee(node));
}

const isSum = (node: Node) => node.type === "BinaryExpression" && node.operator === "+";

function collect(node: Node, attribute: string, found: string[]): void {
  if (node.type === "Text") {
    const text = String(node.data);
    if (attribute === "" || SPOKEN.test(attribute) ? hasWord(text) : isProse(text)) found.push(text.trim());
    return;
  }
  if (node.type === "Literal" && typeof node.value === "string") {
    if (SPOKEN.test(attribute) ? hasWord(node.value) : isProse(node.value)) found.push(node.value);
    return;
  }
  if (node.type === "TemplateElement") {
    const { cooked } = node.value as { cooked: string };
    if (isPart(cooked)) found.push(cooked);
    return;
  }
  if (skips(node)) return;
  const within = node.type === "Attribute" ? String(node.name) : attribute;
  for (const [key, value] of Object.entries(node)) {
    // What is compared with and what a record is keyed by is no text; nor is the name of a case.
    if (
      key === "key" ||
      key === "metadata" ||
      key === "comments" ||
      (key === "test" && node.type === "SwitchCase")
    )
      continue;
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) collect(child, within, found);
  }
}

/** The texts of a component or a script that stand in it. */
export function literalsOf(name: string, source: string): string[] {
  const text = name.endsWith(".svelte") ? source : `<script lang="ts">\n${source}\n</script>`;
  const { fragment, instance, module } = parse(text, { modern: true });
  const found: string[] = [];
  for (const part of [fragment, instance?.content, module?.content]) {
    if (isNode(part)) collect(part, "", found);
  }
  return found.filter((text) => !isName(text));
}
