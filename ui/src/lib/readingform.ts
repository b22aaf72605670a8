/** How a connection's payloads are read: what is filled in, what is wrong with it, and what is sent. */
import type { LayoutFieldForm } from "../ipc/bindings/LayoutFieldForm";
import type { PayloadRuleForm } from "../ipc/bindings/PayloadRuleForm";
import type { ReadingForm } from "../ipc/bindings/ReadingForm";
import { filterProblem, numberProblem } from "./formproblems";
import { t } from "./text/text";

const DAY_S = 86_400;
/** What the kinds of numbers are called in a layout: sign or form, bits, order of bytes. */
const TYPE = /^(bool|[ui]8|bcd8|([ui]|bcd)(16|24|32|48|64)(be|le)|f(32|64)(be|le))$/;
/** The largest offset of a layout. */
const OFFSET_MAX = 65_535;

/** A field of a layout while it is filled in. */
export interface FieldDraft {
  name: string;
  at: string;
  form: string;
  scale: string;
  add: string;
  unit: string;
  /** First bit and number of bits, with a comma between; empty takes all. */
  bits: string;
}

/** A payload rule while it is filled in. */
export interface RuleDraft {
  filter: string;
  as: string;
  zone: string;
  path: string;
  encoding: string;
  minLength: string;
  layout: FieldDraft[];
  columns: string;
  separator: string;
  decimal: string;
}

/** The whole while it is filled in. */
export interface ReadingDraft {
  shadows: string;
  primaryHost: string;
  reorder: string;
  rules: RuleDraft[];
}

export interface FieldProblems {
  name: string;
  at: string;
  form: string;
  scale: string;
  add: string;
  bits: string;
}

export interface RuleProblems {
  filter: string;
  /** That it says nothing, or what its kind needs. */
  as: string;
  encoding: string;
  minLength: string;
  columns: string;
  separator: string;
  fields: FieldProblems[];
}

export interface ReadingProblems {
  shadows: string;
  primaryHost: string;
  reorder: string;
  rules: RuleProblems[];
}

export function newReading(): ReadingForm {
  return { shadows: [], primary_host: "", reorder_timeout_s: null, rules: [] };
}

export function newField(): FieldDraft {
  return { name: "", at: "", form: "", scale: "", add: "", unit: "", bits: "" };
}

export function newRule(): RuleDraft {
  return {
    filter: "",
    as: "",
    zone: "",
    path: "",
    encoding: "binary",
    minLength: "",
    layout: [],
    columns: "",
    separator: "",
    decimal: "",
  };
}

/** Whether something is said of reading at all. */
export function isReading({ shadows, primary_host, reorder_timeout_s, rules }: ReadingForm): boolean {
  return shadows.length > 0 || primary_host !== "" || reorder_timeout_s !== null || rules.length > 0;
}

/** A layout and columns may stand in the file without saying what they are. */
function kindOf({ read_as, layout, columns, separator, decimal }: PayloadRuleForm): string {
  if (read_as !== "") return read_as;
  if (layout.length > 0) return "layout";
  return columns.length > 0 || separator !== "" || decimal !== "" ? "csv" : "";
}

function fieldDraft({ name, at, form, scale, add, unit, bits }: LayoutFieldForm): FieldDraft {
  const factor = scale === 1 ? "" : String(scale);
  const offset = add === 0 ? "" : String(add);
  return { name, at: String(at), form, scale: factor, add: offset, unit, bits: bits?.join(", ") ?? "" };
}

export function readingDraft({ shadows, primary_host, reorder_timeout_s, rules }: ReadingForm): ReadingDraft {
  return {
    shadows: shadows.join(", "),
    primaryHost: primary_host,
    reorder: reorder_timeout_s === null ? "" : String(reorder_timeout_s),
    rules: rules.map((rule) => ({
      filter: rule.filter,
      as: kindOf(rule),
      zone: rule.zone,
      path: rule.path,
      encoding: rule.encoding,
      minLength: rule.min_length === null ? "" : String(rule.min_length),
      layout: rule.layout.map(fieldDraft),
      columns: rule.columns.join(", "),
      separator: rule.separator,
      decimal: rule.decimal,
    })),
  };
}

/** What stands between commas, without the spaces around. */
function listed(text: string): string[] {
  if (text.trim() === "") return [];
  return text.split(",").map((part) => part.trim());
}

const numberOr = (text: string, otherwise: number) => (text.trim() === "" ? otherwise : Number(text));

function bitsOf(text: string): [number, number] | null {
  const [first, count, ...rest] = listed(text).map(Number);
  return first === undefined || count === undefined || rest.length > 0 ? null : [first, count];
}

function fieldOf({ name, at, form, scale, add, unit, bits }: FieldDraft): LayoutFieldForm {
  return {
    name: name.trim(),
    at: Number(at),
    form: form.trim(),
    scale: numberOr(scale, 1),
    add: numberOr(add, 0),
    unit: unit.trim(),
    bits: bitsOf(bits),
  };
}

function ruleOf(rule: RuleDraft): PayloadRuleForm {
  const isLayout = rule.as === "layout";
  const isCsv = rule.as === "csv";
  return {
    filter: rule.filter.trim(),
    read_as: rule.as,
    zone: rule.zone,
    path: isLayout ? rule.path.trim() : "",
    encoding: isLayout ? rule.encoding : "binary",
    min_length: isLayout && rule.minLength.trim() !== "" ? Number(rule.minLength) : null,
    layout: isLayout ? rule.layout.map(fieldOf) : [],
    columns: isCsv ? listed(rule.columns) : [],
    separator: isCsv ? rule.separator : "",
    decimal: isCsv ? rule.decimal : "",
  };
}

/** What is sent: nothing is left of what the choices make meaningless. */
export function readingOf({ shadows, primaryHost, reorder, rules }: ReadingDraft): ReadingForm {
  return {
    shadows: listed(shadows).filter((shadow) => shadow !== ""),
    primary_host: primaryHost.trim(),
    reorder_timeout_s: reorder.trim() === "" ? null : Number(reorder),
    rules: rules.map(ruleOf),
  };
}

function shadowsProblem(shadows: string): string {
  const names = listed(shadows).filter((shadow) => shadow !== "");
  // What AWS IoT allows in names of things and of shadows.
  const wrong = names.find((name) => !/^[\w:-]{1,128}(\/[\w:$-]{1,64})?$/.test(name));
  if (wrong !== undefined) return t("reading-shadow-form", { shadow: wrong });
  const twice = names.find((name, place) => names.indexOf(name) < place);
  return twice === undefined ? "" : t("reading-twice", { name: twice });
}

function bitsProblem({ bits, form }: FieldDraft): string {
  if (bits.trim() === "") return "";
  const taken = bitsOf(bits);
  if (taken === null || !taken.every(Number.isInteger)) return t("reading-bits-form");
  if (/^(f|bcd)/.test(form.trim())) return t("reading-bits-whole");
  const size = form.trim() === "bool" ? 8 : Number(/\d+/.exec(form)?.[0] ?? 64);
  const [first, count] = taken;
  return first >= 0 && count >= 1 && first + count <= size ? "" : t("reading-bits-within", { bits: size });
}

function fieldProblems(field: FieldDraft, place: number, all: FieldDraft[]): FieldProblems {
  const name = field.name.trim();
  const isTwice = all.findIndex((other) => other.name.trim() === name) < place;
  const number = (text: string) => (Number.isFinite(Number(text)) ? "" : t("reading-number"));
  const scale = number(field.scale);
  const isZero = field.scale.trim() !== "" && Number(field.scale) === 0;
  return {
    name: name === "" ? t("reading-need-name") : isTwice ? t("reading-twice", { name }) : "",
    at: field.at.trim() === "" ? t("reading-need-offset") : numberProblem(field.at, 0, OFFSET_MAX, true),
    form: TYPE.test(field.form.trim()) ? "" : t("reading-type-form"),
    scale: isZero ? t("reading-scale-zero") : scale,
    add: number(field.add),
    bits: bitsProblem(field),
  };
}

function kindProblem({ as, zone, layout }: RuleDraft): string {
  if (as === "" && zone === "") return t("reading-need-rule");
  return as === "layout" && layout.length === 0 ? t("reading-need-fields") : "";
}

function columnsProblem(columns: string): string {
  const names = listed(columns);
  if (names.includes("")) return t("reading-column-empty");
  const twice = names.find((name, place) => name !== "-" && names.indexOf(name) < place);
  return twice === undefined ? "" : t("reading-twice", { name: twice });
}

function ruleProblems(rule: RuleDraft, place: number, all: RuleDraft[]): RuleProblems {
  const filter = rule.filter.trim();
  const isTwice = filter !== "" && all.findIndex((other) => other.filter.trim() === filter) < place;
  const isLayout = rule.as === "layout";
  const isCsv = rule.as === "csv";
  const needsText = isLayout && rule.path.trim() !== "" && rule.encoding === "binary";
  const isOneSign = isCsv && rule.separator !== "" && rule.separator === rule.decimal;
  return {
    filter: isTwice ? t("reading-twice", { name: filter }) : filterProblem(filter),
    as: kindProblem(rule),
    encoding: needsText ? t("reading-need-encoding") : "",
    minLength: isLayout ? numberProblem(rule.minLength, 0, OFFSET_MAX, true) : "",
    columns: isCsv ? columnsProblem(rule.columns) : "",
    separator: isOneSign ? t("reading-signs-differ") : "",
    fields: isLayout ? rule.layout.map(fieldProblems) : [],
  };
}

/** What is wrong with it; CoAP has the rules only. */
export function readingProblems(draft: ReadingDraft, isCoap: boolean): ReadingProblems {
  return {
    shadows: isCoap ? "" : shadowsProblem(draft.shadows),
    primaryHost: !isCoap && /[/+#]/.test(draft.primaryHost) ? t("reading-host-level") : "",
    reorder: isCoap ? "" : numberProblem(draft.reorder, 0, DAY_S, false),
    rules: draft.rules.map(ruleProblems),
  };
}

export function hasReadingProblems({ shadows, primaryHost, reorder, rules }: ReadingProblems): boolean {
  const ofRules = rules.flatMap(({ fields, ...rule }) => [
    ...Object.values(rule),
    ...fields.flatMap((field) => Object.values(field)),
  ]);
  return [shadows, primaryHost, reorder, ...ofRules].some((problem) => problem !== "");
}
