// @vitest-environment happy-dom
/** How a connection's payloads are read: filled in, checked, sent, and found again. */
import { readFileSync } from "node:fs";
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { ConnectionForm } from "../src/ipc/bindings/ConnectionForm";
import type { PayloadRuleForm } from "../src/ipc/bindings/PayloadRuleForm";
import type { ReadingForm } from "../src/ipc/bindings/ReadingForm";
import type { SavedView } from "../src/ipc/bindings/SavedView";
import { fakeBackend } from "../src/ipc/fake";
import { draftOf, filledIn, formProblems, hasProblems, newConnection } from "../src/lib/connectionform";
import { CONVENTIONS } from "../src/lib/conventions";
import { changesBetween } from "../src/lib/formchanges";
import {
  hasReadingProblems,
  newField,
  newReading,
  newRule,
  type RuleDraft,
  readingDraft,
  readingOf,
  readingProblems,
} from "../src/lib/readingform";
import { Live } from "../src/live/live.svelte";

const layout: PayloadRuleForm = {
  filter: "raw/+",
  read_as: "layout",
  zone: "Europe/Berlin",
  path: "data",
  encoding: "base64",
  min_length: 4,
  layout: [
    { name: "t", at: 0, form: "i16be", scale: 0.1, add: -40, unit: "°C", bits: [0, 12] },
    { name: "on", at: 3, form: "bool", scale: 1, add: 0, unit: "", bits: null },
  ],
  columns: [],
  separator: "",
  decimal: "",
};
const columns: PayloadRuleForm = {
  ...layout,
  filter: "csv/#",
  read_as: "csv",
  path: "",
  encoding: "binary",
  min_length: null,
  layout: [],
  columns: ["time", "flow", "-"],
  separator: "\t",
  decimal: ",",
};
const whole: ReadingForm = {
  shadows: ["pump-1", "pump-2/config"],
  primary_host: "desk",
  reorder_timeout_s: 2.5,
  rules: [layout, columns],
};

describe("conventions", () => {
  it("are those that a plant file can name", () => {
    const source = readFileSync("../src-tauri/crates/twin-model/src/payload.rs", "utf8");
    const list = /CONVENTIONS: \[&str; \d+\] = \[([^\]]+)\]/.exec(source)?.[1] ?? "";
    const named = [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect([...CONVENTIONS].toSorted()).toEqual(named.toSorted());
  });
});

describe("the reading of a connection", () => {
  it("is the same after it was opened and sent", () => {
    expect(readingOf(readingDraft(whole))).toEqual(whole);
    expect(readingOf(readingDraft(newReading()))).toEqual(newReading());
    expect(hasReadingProblems(readingProblems(readingDraft(whole), false))).toBe(false);
  });

  it("shows a layout and columns that the file does not call so", () => {
    const rules = [layout, columns].map((rule) => ({ ...rule, read_as: "" }));
    const draft = readingDraft({ ...whole, rules });
    expect(draft.rules.map(({ as }) => as)).toEqual(["layout", "csv"]);
  });

  it("sends nothing of what another choice made meaningless", () => {
    const draft = readingDraft(whole);
    const sent = readingOf({ ...draft, rules: draft.rules.map((rule) => ({ ...rule, as: "json" })) });
    const plain = { encoding: "binary", layout: [], columns: [], path: "", min_length: null };
    expect(sent.rules[0]).toMatchObject({ ...plain, read_as: "json", zone: "Europe/Berlin" });
    expect(sent.rules[1]).toMatchObject({ ...plain, separator: "", decimal: "" });
  });

  it("is of CoAP only as far as its rules go", () => {
    const form: ConnectionForm = { ...newConnection(), kind: "coap", reading: whole };
    const sent = filledIn(form, draftOf(form), "");
    expect(sent.reading).toEqual({ ...newReading(), rules: whole.rules });
  });
});

describe("what is wrong with it", () => {
  const of = (rule: Partial<RuleDraft>) => {
    const draft = { ...readingDraft(newReading()), rules: [{ ...newRule(), filter: "a", ...rule }] };
    const problems = readingProblems(draft, false).rules[0];
    if (!problems) throw new Error("no rule");
    return problems;
  };
  const field = { ...newField(), name: "t", at: "0", form: "i16be" };

  it("is told of a rule", () => {
    expect(of({}).as).toBe("Choose what to read it as, or a zone.");
    expect(of({ zone: "UTC" }).as).toBe("");
    expect(of({ as: "json", filter: "a/#/b" }).filter).not.toBe("");
    expect(of({ as: "layout" }).as).toBe("Name at least one field.");
    expect(of({ as: "layout", path: "data", layout: [field] }).encoding).not.toBe("");
    expect(of({ as: "layout", path: "data", encoding: "hex", layout: [field] }).encoding).toBe("");
    expect(of({ as: "csv", columns: "a, a" }).columns).toBe("a stands twice: remove one.");
    expect(of({ as: "csv", columns: "-, -, b" }).columns).toBe("");
    expect(of({ as: "csv", columns: "a,,b" }).columns).toBe("Name each column.");
    expect(of({ as: "csv", separator: ",", decimal: "," }).separator).not.toBe("");
  });

  it.each([
    [{ name: "" }, "name"],
    [{ at: "" }, "at"],
    [{ at: "65536" }, "at"],
    [{ at: "1.5" }, "at"],
    [{ form: "i16" }, "form"],
    [{ form: "u12be" }, "form"],
    [{ scale: "0" }, "scale"],
    [{ scale: "x" }, "scale"],
    [{ add: "x" }, "add"],
    [{ bits: "3" }, "bits"],
    [{ bits: "4, 13" }, "bits"],
    [{ bits: "0, 0" }, "bits"],
    [{ form: "f32le", bits: "0, 4" }, "bits"],
  ] as const)("is told of a field: %o", (change, key) => {
    expect(Object.values(of({ as: "layout", layout: [field] }).fields[0] ?? {}).join("")).toBe("");
    const problems = of({ as: "layout", layout: [{ ...field, ...change }] }).fields[0];
    expect(problems?.[key]).not.toBe("");
  });

  it("is told of fields of one name", () => {
    const [first, second] = of({ as: "layout", layout: [field, { ...field, at: "2" }] }).fields;
    expect([first?.name, second?.name]).toEqual(["", "t stands twice: remove one."]);
  });

  it("is told of shadows, host and time, which CoAP has not", () => {
    const draft = { ...readingDraft(newReading()), shadows: "a b", primaryHost: "a/b", reorder: "-1" };
    const problems = readingProblems(draft, false);
    expect([problems.shadows, problems.primaryHost, problems.reorder]).not.toContain("");
    expect(hasReadingProblems(readingProblems(draft, true))).toBe(false);
    const form: ConnectionForm = { ...newConnection(), name: "n", host: "h" };
    expect(hasProblems(formProblems(form, { ...draftOf(form), reading: draft }))).toBe(true);
    const twice = { ...draft, shadows: "pump, pump" };
    expect(readingProblems(twice, false).shadows).toBe("pump stands twice: remove one.");
  });

  it("is a change in words, whatever of a rule is another", () => {
    const form: ConnectionForm = { ...newConnection(), id: "c", name: "C", host: "h", reading: whole };
    for (const key of Object.keys(layout) as (keyof PayloadRuleForm)[]) {
      const rule = key === "columns" || key === "separator" || key === "decimal" ? 1 : 0;
      const other = { ...layout, filter: "o", read_as: "json", zone: "UTC", path: "o", encoding: "hex" };
      const changes = { ...other, min_length: 9, layout: [], columns: ["o"], separator: ";", decimal: "." };
      const rules = whole.rules.map((old, i) => (i === rule ? { ...old, [key]: changes[key] } : old));
      const changed = changesBetween(form, { ...form, reading: { ...whole, rules } });
      expect(changed, key).toHaveLength(1);
    }
  });
});

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

async function set(id: string, value: string): Promise<void> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull());
  const input = byId(id) as HTMLInputElement | HTMLSelectElement;
  input.value = value;
  input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  await tick();
}

async function click(id: string): Promise<void> {
  byId(id)?.click();
  await tick();
}

describe("the form", () => {
  it("takes a layout of a person, tells what is missing, and saves it", async () => {
    const saved: ConnectionForm[] = [];
    const saveConnection = async (form: ConnectionForm): Promise<SavedView> => {
      saved.push(structuredClone(form));
      return { kind: "saved", form };
    };
    const live = new Live({ ...fakeBackend("normal"), saveConnection });
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    window.location.hash = "#/connections";
    await vi.waitFor(() => expect(byId("connection-station")).not.toBeNull());
    byId("connection-station")?.querySelector("button")?.click();
    await vi.waitFor(() => expect(byId("form-reading")).not.toBeNull());
    expect((byId("form-reading") as HTMLDetailsElement).open).toBe(false);

    await set("form-shadows", "pump-1, pump-2/config");
    await click("rule-add");
    await set("rule-filter-1", "raw/+");
    await set("rule-as-1", "layout");
    await click("form-save");
    expect(saved).toEqual([]);
    expect((byId("form-reading") as HTMLDetailsElement).open).toBe(true);
    expect(byId("rule-1")?.textContent).toContain("Name at least one field.");

    await click("field-add");
    await set("field-name-1", "level");
    await set("field-at-1", "2");
    await set("field-type-1", "u16be");
    await click("form-save");
    await vi.waitFor(() => expect(saved).toHaveLength(1));
    expect(saved[0]?.reading.shadows).toEqual(["pump-1", "pump-2/config"]);
    expect(saved[0]?.reading.rules).toMatchObject([
      { filter: "raw/+", read_as: "layout", layout: [{ name: "level", at: 2, form: "u16be", scale: 1 }] },
    ]);
  });
});
