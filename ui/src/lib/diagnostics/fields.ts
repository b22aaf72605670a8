/** What the decoder made of a message, as lines of a tree. */
import type { FieldView } from "../../ipc/bindings/FieldView";

export interface FieldLine {
  id: string;
  depth: number;
  name: string;
  /** None for a branch. */
  field: FieldView | null;
}

interface Node {
  name: string;
  /** What stood before its name. */
  separator: string;
  fields: FieldView[];
  branches: Map<string, Node>;
}

function node(name: string, separator: string): Node {
  return { name, separator, fields: [], branches: new Map() };
}

/** Parts of a path with what stands before each. */
function partsOf(path: string): [separator: string, name: string][] {
  return [...path.matchAll(/([./]?)([^./]*)/g)]
    .filter(([whole]) => whole !== "")
    .map(([, separator = "", name = ""]) => [separator, name]);
}

/** Topic and path of an address. A topic holds no `#`. */
export function splitAddress(address: string): [topic: string, path: string] {
  const mark = address.indexOf("#");
  return mark < 0 ? ["", address] : [address.slice(0, mark), address.slice(mark + 1)];
}

/** Branches where paths share a beginning; the topics too, where there are several. Each keeps its place. */
export function fieldLines(fields: readonly FieldView[]): FieldLine[] {
  const topics = new Map<string, Node>();
  for (const field of fields) {
    const [topic, path] = splitAddress(field.address);
    let at = topics.get(topic) ?? node(topic, "");
    topics.set(topic, at);
    for (const [separator, name] of partsOf(path)) {
      const key = separator + name;
      const next: Node = at.branches.get(key) ?? node(name, separator);
      at.branches.set(key, next);
      at = next;
    }
    at.fields.push(field);
  }
  const lines: FieldLine[] = [];
  for (const [topic, root] of topics) {
    const several = topics.size > 1;
    if (several || root.fields.length > 0) put(lines, { ...root, branches: new Map() }, 0, topic);
    for (const branch of root.branches.values()) grow(lines, branch, several ? 1 : 0, topic);
  }
  return lines;
}

function grow(lines: FieldLine[], from: Node, depth: number, topic: string): void {
  let at = from;
  let name = at.name;
  while (at.fields.length === 0 && at.branches.size === 1) {
    const [only] = at.branches.values();
    if (!only) break;
    name += only.separator + only.name;
    at = only;
  }
  put(lines, { ...at, name }, depth, topic);
  for (const branch of at.branches.values()) grow(lines, branch, depth + 1, topic);
}

function put(lines: FieldLine[], { name, fields }: Node, depth: number, topic: string): void {
  const id = () => `${topic} ${lines.length}`;
  if (fields.length === 0) lines.push({ id: id(), depth, name, field: null });
  for (const field of fields) lines.push({ id: id(), depth, name, field });
}
