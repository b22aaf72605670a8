/** What diagnostics makes of payloads, of decoded values and of counts. */
import { describe, expect, it } from "vitest";
import type { FieldView } from "../src/ipc/bindings/FieldView";
import { fakeBackend } from "../src/ipc/fake";
import { bytesOf, hexDump, textOf } from "../src/lib/diagnostics/bytes";
import { droppedAdvice, droppedLines, droppedWords, rejectWords } from "../src/lib/diagnostics/dropped";
import { fieldLines } from "../src/lib/diagnostics/fields";
import { jsonTree, unfolded } from "../src/lib/diagnostics/json";
import { isOneTopic } from "../src/lib/diagnostics/message";
import { Rates } from "../src/live/rates.svelte";
import { parseRoute, routeHash } from "../src/live/router.svelte";
import { Tap } from "../src/live/tap.svelte";
import { random } from "./random";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("bytes", () => {
  it("come out of digits and are shown with offset and letters", () => {
    expect(bytesOf("00ff7b")).toEqual(Uint8Array.of(0, 255, 123));
    const dump = hexDump(bytes("{temperature: 21.5}"), 4_096).split("\n");
    expect(dump[0]).toBe("000000  7b 74 65 6d 70 65 72 61  74 75 72 65 3a 20 32 31  {temperature: 21");
    expect(dump[1]).toBe("000010  2e 35 7d                                          .5}");
    expect(hexDump(Uint8Array.of(7, 200), 1)).toMatch(/^000000 {2}07 .* ·$/);
  });

  it("are text only when all of them are", () => {
    expect(textOf(bytes("größer\n"), false)).toBe("größer\n");
    expect(textOf(Uint8Array.of(0x61, 0xff), false)).toBeNull();
    expect(textOf(bytes("a\u0000b"), false)).toBeNull();
    expect(textOf(bytes("a\u001b[31m"), false)).toBeNull();
    const half = bytes("ä").subarray(0, 1);
    expect(textOf(half, false)).toBeNull();
    expect(textOf(half, true), "a letter that was cut off").toBe("");
  });
});

describe("json", () => {
  const words = (text: string) =>
    jsonTree(text)?.lines.map(({ depth, key, text }) => `${depth}${key}${text}`);

  it("keeps numbers and texts as they were written", () => {
    const text = '{"big": 12345678901234567890, "x": [1.50, -2e3], "t": "a\\u0000<b>", "n": null, "e": {}}';
    expect(words(text)).toEqual([
      "0{",
      '1"big"12345678901234567890',
      '1"x"[',
      "21.50",
      "2-2e3",
      "1]",
      '1"t""a\\u0000<b>"',
      '1"n"null',
      '1"e"{',
      "1}",
      "0}",
    ]);
    expect(jsonTree(text)?.lines[2]).toMatchObject({ members: 2, end: 5 });
  });

  it("says what is no JSON as the browser does", () => {
    const next = random(7);
    const parts = [
      '{"a":1}',
      "[1,2]",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "1",
      "-",
      "01",
      "1.",
      "true",
      "nul",
      " ",
      "\\",
    ];
    for (let n = 0; n < 5_000; n += 1) {
      const text = Array.from(
        { length: 1 + Math.floor(next() * 6) },
        () => parts[Math.floor(next() * parts.length)],
      ).join("");
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect([text, jsonTree(text) !== null]).toEqual([text, valid]);
    }
  });

  it("is bounded, and folds", () => {
    const deep = jsonTree(`${"[".repeat(200)}${"]".repeat(200)}`);
    expect(deep?.cut).toBe(true);
    const long = jsonTree(`[${"1,".repeat(9_000)}1]`);
    expect([long?.cut, long?.lines.length]).toEqual([true, 5_000]);
    const tree = jsonTree('{"a":{"b":1,"c":2},"d":3}');
    expect(unfolded(tree?.lines ?? [], new Set([1]))).toEqual([0, 1, 5, 6]);
  });
});

describe("fields", () => {
  const field = (address: string): FieldView => ({
    address,
    value: "1",
    kind: "number",
    quality: [0, 0],
    time: 0,
    sourced: true,
    historical: false,
    transient: false,
    unit: "",
    signal: null,
    ignored: false,
  });
  const lines = (...addresses: string[]) =>
    fieldLines(addresses.map(field)).map(({ depth, name, field }) => `${depth} ${name}${field ? "" : " …"}`);

  it("branch where their paths do", () => {
    expect(lines("t#a.b.0", "t#a.b.1", "t#c.d", "t#e")).toEqual(["0 a.b …", "1 0", "1 1", "0 c.d", "0 e"]);
    expect(lines("t#Motor/Speed", "t#Motor", "t#Motor/Current")).toEqual(["0 Motor", "1 Speed", "1 Current"]);
    expect(lines("t#value")).toEqual(["0 value"]);
    expect(lines("t#a", "u#a"), "of several topics").toEqual(["0 t …", "1 a", "0 u …", "1 a"]);
    expect(lines("t#a", "t#a"), "the same twice").toEqual(["0 a", "0 a"]);
  });
});

describe("what was dropped", () => {
  it("is listed with reason, place and what to do, the gravest first, and nothing else", async () => {
    const backend = fakeBackend("flood");
    const [rows, totals, program] = await Promise.all([
      backend.connections(),
      backend.evidenceTotals(),
      backend.health(),
    ]);
    const gone = { connection: "sold", reason: "utf8", total: 9, kept: 9 };
    const lines = droppedLines(rows, [...totals, gone], program, 2);
    expect(lines.map(({ what, count }) => [what, count])).toEqual([
      ["queue", 18_420],
      ["reject", 3],
      ["scores", 214],
      ["frames", 2],
      ["skipped", 310],
      ["reject", 0],
    ]);
    expect(lines[1]).toMatchObject({ ever: 15, name: "Station broker", reason: "json-too-deep" });
    expect(lines.at(-1)).toMatchObject({ ever: 9, name: null, connection: "sold" });
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    for (const line of lines)
      expect([droppedWords(line), droppedAdvice(line)].join()).not.toMatch(/diagnostics-/);
    expect(rejectWords("brand-new")).toBe("brand-new");
  });

  it("is nothing when all is well", async () => {
    const backend = fakeBackend("normal");
    expect(droppedLines(await backend.connections(), [], await backend.health(), 0)).toEqual([]);
  });

  it("does not count what is above the rate limit twice", async () => {
    const [row] = await fakeBackend("normal").connections();
    if (!row) throw new Error("none");
    const lines = droppedLines([{ ...row, dropped: 10, throttled: 4 }], [], null, 0);
    expect(lines.map(({ what, count }) => [what, count])).toEqual([
      ["queue", 6],
      ["rate", 4],
    ]);
  });
});

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("rates", () => {
  it("hold their order while somebody points at them, and take a new question at once", async () => {
    const backend = fakeBackend("flood");
    const rates = new Rates(backend);
    const end = rates.watch();
    await later(0);
    expect(rates.list.rows[0]?.topic).toBe("lab/analyser/raw");
    const before = rates.list.rows.map(({ topic }) => topic);
    rates.point(true);
    await later(1_100);
    expect(rates.list.rows.map(({ topic }) => topic)).toEqual(before);
    rates.text = "LAB/";
    rates.narrow();
    await later(0);
    expect(rates.list.rows.map(({ topic }) => topic)).toEqual([
      "lab/analyser/raw",
      "lab/analyser/debug/trace",
    ]);
    end();
  });
});

describe("a tap", () => {
  it("follows the newest, keeps what was listed when it is paused, and ends with the screen", async () => {
    const backend = fakeBackend("flood");
    const tap = new Tap(backend);
    const end = tap.watch("station", "lab/analyser/raw");
    await later(1_100);
    expect(tap.view?.messages.length).toBeGreaterThan(1);
    expect(tap.message?.row.number).toBe(tap.view?.messages[0]?.number);
    expect(tap.view?.passed).toBeGreaterThan(0);
    await tap.pause(true);
    const listed = tap.view?.messages.map(({ number }) => number) ?? [];
    backend.tapped = async () => null;
    await later(1_100);
    expect(tap.view?.messages.map(({ number }) => number)).toEqual(listed);
    tap.choose(listed.at(-1) ?? 0);
    await later(0);
    expect(tap.message?.row.number).toBe(listed.at(-1));
    end();
    await later(0);
    expect(await backend.tap()).toBeNull();
  });

  it("is of one topic", () => {
    expect(["a/b", "$SYS/x", "", "a/+", "#"].map(isOneTopic)).toEqual([true, true, false, false, false]);
  });
});

describe("the address", () => {
  it("leads back to section and topic, whatever the topic holds", () => {
    const route = {
      screen: "diagnostics",
      section: "messages",
      connection: "a b",
      topic: "x/ä?&#y/z",
    } as const;
    expect(parseRoute(routeHash(route))).toEqual(route);
    expect(routeHash({ screen: "diagnostics" })).toBe("#/diagnostics/rates");
    expect(parseRoute("#/diagnostics/nothing")).toMatchObject({ section: "rates", topic: "" });
  });
});
