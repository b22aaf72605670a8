import { describe, expect, it } from "vitest";
import type { AlarmRow } from "../src/ipc/bindings/AlarmRow";
import type { AssetState } from "../src/ipc/bindings/AssetState";
import type { SignalView } from "../src/ipc/bindings/SignalView";
import { said } from "../src/ipc/fake/said";
import { alarmText, limitMark, ruleParts } from "../src/lib/alarmwords";
import {
  asksForEverything,
  awsIot,
  draftOf,
  filledIn,
  formProblems,
  hasAdvancedProblems,
  hasProblems,
  isAdvanced,
  newConnection,
  newResource,
  newSubscription,
  portAfter,
  reachProblems,
} from "../src/lib/connectionform";
import { expiryWords, outcomeWords } from "../src/lib/doctorwords";
import { anomalySentence, falseAlarmSentence, staleSentence } from "../src/lib/evidence";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatWithUnit,
  NBSP,
  plural,
} from "../src/lib/format";
import { filterProblem } from "../src/lib/formproblems";
import { rateWords } from "../src/lib/linkwords";
import { knownTag } from "../src/lib/locale";
import { qualityWords } from "../src/lib/quality";
import { Clock, tickLabel, timeTicks } from "../src/lib/time";

const S = 1_000_000;
const plain = (text: string) => text.replaceAll(NBSP, " ");

const signal = (name: string, unit: string, decimals: number): SignalView => ({
  short_name: "",
  key: 1,
  id: `pump-2/${name}`,
  name,
  unit,
  range: null,
  normal: null,
  decimals,
  key_value: false,
  role: "measurement",
  step: false,
  limits: [],
  stale_after_ms: 10_000,
  source: "",
});

const alarm = (kind: string, value: number, limit: number): AlarmRow => ({
  id: "a",
  seq: 1,
  asset: "pump-2",
  signal: 1,
  kind,
  priority: 1,
  limit,
  value,
  state: "unack-active",
  raised_at: 0,
  returned_at: null,
  acknowledged_at: null,
  acknowledged_by: null,
  comment: null,
});

describe("alarm sentence", () => {
  it.each([
    ["high-high", 7.9, 7.1, "Drive-end vibration 7.9 mm/s above high-high 7.1"],
    ["high", 4.61, 4.5, "Drive-end vibration 4.6 mm/s above high 4.5"],
    ["low", 0.2, 0.5, "Drive-end vibration 0.2 mm/s below low 0.5"],
    ["low-low", 0.1, 0.2, "Drive-end vibration 0.1 mm/s below low-low 0.2"],
  ])("%s", (kind, value, limit, words) => {
    expect(plain(alarmText(alarm(kind, value, limit), signal("Drive-end vibration", "mm/s", 1)))).toBe(words);
  });

  it("shows more digits when value and limit would look equal", () => {
    expect(plain(alarmText(alarm("high", 7.12, 7.1), signal("Level", "m", 1)))).toBe(
      "Level 7.12 m above high 7.10",
    );
  });

  it("names an anomaly without a unit, and a signal that is not in the plant", () => {
    expect(plain(alarmText(alarm("anomaly", 0.62, 0.5), signal("Anomaly score", "", 2)))).toBe(
      "Anomaly score 0.62 above 0.50",
    );
    expect(plain(alarmText(alarm("high", 2, 1), undefined))).toBe("Unknown signal 2.0 above high 1.0");
  });

  it("marks limits as instruments do", () => {
    expect(["high-high", "high", "low", "low-low", "anomaly"].map(limitMark)).toEqual([
      "HH",
      "H",
      "L",
      "LL",
      "",
    ]);
  });
});

describe("the rule of an alarm", () => {
  it("breaks before its limit and nowhere else", () => {
    expect(ruleParts(`above high-high${NBSP}7.1`)).toEqual(["above", `high-high${NBSP}7.1`]);
    expect(ruleParts(`above${NBSP}0.50`)).toEqual(["", `above${NBSP}0.50`]);
  });
});

describe("how often a model is wrong", () => {
  const model = (per_day: number, upper: number, holdout_days: number) =>
    plain(
      falseAlarmSentence({
        false_alarms_per_day: per_day,
        false_alarms_per_day_upper: upper,
        holdout_days,
      }),
    );

  it("is counted, with the days it was counted on and a bound that is never rounded down", () => {
    expect(model(0, 0.3256, 9.2)).toBe("0 false alarms in 9.2 days held out (below 0.33 a day, 95 %)");
    expect(model(0.1087, 0.52, 9.2)).toBe("1 false alarm in 9.2 days held out (below 0.52 a day, 95 %)");
    expect(model(0, 6, 0.5)).toBe("0 false alarms in 12.0 hours held out (below 6.00 a day, 95 %)");
  });

  it("is not claimed without data held out", () => {
    expect(model(0, 0, 0)).toMatch(/not known/);
    expect(model(0, Number.NaN, Number.NaN)).toMatch(/not known/);
  });
});

describe("evidence on a tile", () => {
  const clock = new Clock("Europe/Berlin");
  const state: AssetState = {
    id: "pump-2",
    state: "live",
    since: Date.UTC(2026, 2, 3, 13, 28, 55) * 1000,
    reason: "",
    score: 0.97,
    anomaly_since: Date.UTC(2026, 2, 3, 13, 18) * 1000,
    anomaly_shares: [
      [1, 0.712],
      [2, 0.22],
      [3, 0.05],
    ],
  };
  const names = new Map([
    [1, "Drive-end vibration"],
    [2, "Bearing temperature"],
  ]);

  it("says score, since when, and whose part it is", () => {
    expect(plain(anomalySentence(state, clock, (key) => names.get(key)))).toBe(
      "Anomaly 0.97 since 14:18 · Drive-end vibration 71 %, Bearing temperature 22 %",
    );
    expect(anomalySentence({ ...state, anomaly_since: null }, clock, () => "")).toBe("");
  });

  it("says how long nothing came, why, and since when", () => {
    const stale: AssetState = { ...state, state: "stale", reason: "NDEATH" };
    expect(plain(staleSentence(stale, state.since + 192 * S, clock))).toBe(
      "No data for 3 min 12 s · NDEATH 14:28:55",
    );
    expect(staleSentence({ ...state, state: "waiting" }, 0, clock)).toBe("Nothing received since the start");
  });
});

describe("numbers", () => {
  it("keep their digits, their separators and no empty sign", () => {
    expect(formatNumber(7.06, 1)).toBe("7.1");
    expect(formatNumber(-0.04, 1)).toBe("0.0");
    expect(formatNumber(Number.NaN, 1)).toBe("–");
    expect(formatCount(6_412_880)).toBe("6,412,880");
    expect(plain(formatWithUnit(398.4, 0, "m³/h"))).toBe("398 m³/h");
    expect(formatWithUnit(0.5, 2, "")).toBe("0.50");
    expect(plural(1, "broker", "brokers")).toBe("1 broker");
    expect(plural(1000, "asset", "assets")).toBe("1,000 assets");
  });

  it.each([
    [0.31, "0.3 s"],
    [9.96, "10 s"],
    [59.6, "1 min"],
    [192, "3 min 12 s"],
    [7_500, "2 h 5 min"],
    [41 * 86_400, "41 d"],
    [-3, "0.0 s"],
  ])("say %d s as %s", (seconds, words) => {
    expect(plain(formatDuration(seconds * S))).toBe(words);
  });

  it("say sizes", () => {
    expect([999, 1500, 184_000_000].map((bytes) => plain(formatBytes(bytes)))).toEqual([
      "999 B",
      "1.5 kB",
      "184 MB",
    ]);
  });
});

describe("times", () => {
  const winter = Date.UTC(2026, 0, 15, 13, 8, 31, 250) * 1000;
  const summer = Date.UTC(2026, 6, 15, 12, 8, 31) * 1000;

  it("are the plant's, whatever the computer's zone is", () => {
    const berlin = new Clock("Europe/Berlin");
    expect(berlin.time(winter)).toBe("14:08:31");
    expect(berlin.time(summer)).toBe("14:08:31");
    expect(berlin.millisecond(winter)).toBe("14:08:31.250");
    expect(berlin.zoneName(winter)).toBe("CET");
    expect(berlin.zoneName(summer)).toBe("CEST");
    expect(new Clock("America/New_York").zoneName(winter)).toBe("EST");
    expect(new Clock("Asia/Kolkata").zoneName(winter)).toBe("GMT+5:30");
    expect(berlin.offset(winter)).toBe(3600 * S);
    expect(berlin.offset(summer)).toBe(7200 * S);
    expect(new Clock("Asia/Kolkata").time(winter)).toBe("18:38:31");
    expect(new Clock("No/Such").zone).toBe("UTC");
  });

  it("carry the day unless it is today", () => {
    const berlin = new Clock("Europe/Berlin");
    expect(berlin.relative(winter, winter + S)).toBe("14:08:31");
    expect(berlin.relative(winter, summer)).toBe("15 Jan 14:08:31");
  });

  it("are marked at round instants of the plant's clock", () => {
    const kolkata = new Clock("Asia/Kolkata");
    const { step, ticks } = timeTicks(kolkata, winter, winter + 3600 * S, 6);
    expect(step).toBe(600 * S);
    expect(ticks.map((t) => tickLabel(kolkata, t, step))).toEqual([
      "18:40",
      "18:50",
      "19:00",
      "19:10",
      "19:20",
      "19:30",
    ]);
  });
});

describe("locale", () => {
  it("is never one that Intl would throw at", () => {
    for (const reported of ["C", "POSIX", "", undefined, "en_US.UTF-8", "not a tag"]) {
      const tag = knownTag(reported);
      expect(() => new Intl.NumberFormat(tag).format(1)).not.toThrow();
    }
    expect(knownTag("C")).toBe("en-GB");
    expect(knownTag("de-DE")).toBe("de-DE");
  });
});

describe("quality", () => {
  it("is said in the program's own words", () => {
    expect(qualityWords(0, 0)).toBe("GOOD");
    expect(qualityWords(2, 5)).toBe("BAD · frozen");
    expect(qualityWords(1, 8)).toBe("UNCERTAIN · waiting for birth");
    expect(qualityWords(9, 250)).toBe("BAD");
  });
});

describe("connection form", () => {
  it("begins with TLS, and follows its switch with the usual port only", () => {
    expect(newConnection()).toMatchObject({ tls: true, port: 8883, allow_rebirth: false });
    expect(portAfter(8883, false, false)).toBe(1883);
    expect(portAfter(1883, true, false)).toBe(8883);
    expect(portAfter(8883, true, true)).toBe(443);
    expect(portAfter(9000, false, true)).toBe(9000);
  });

  it("says what is wrong", () => {
    const form = { ...newConnection(), name: "x", host: "mqtts://broker", certificate_file: "a.pem" };
    const problems = formProblems(form, { ...draftOf(form), port: "70000" });
    expect(problems).toMatchObject({
      name: "",
      host: "Only the host: no scheme, no path.",
      port: "1 to 65535.",
    });
    expect(problems.certificate).toMatch(/needs its key/);
    expect(hasProblems(problems)).toBe(true);
    const good = { ...newConnection(), name: "x", host: "broker" };
    expect(hasProblems(formProblems(good, draftOf(good)))).toBe(false);
  });

  it("asks for consent to everything", () => {
    const wide = { ...newConnection(), name: "x", host: "broker", subscriptions: [newSubscription("#")] };
    expect(formProblems(wide, draftOf(wide)).filters[0]).toMatch(/tick that you want everything/);
    const agreed = { ...wide, subscriptions: [{ ...newSubscription("#"), everything: true }] };
    expect(hasProblems(formProblems(agreed, draftOf(agreed)))).toBe(false);
    // Consent ends with the filter that it was given for.
    const narrowed = { ...wide, subscriptions: [{ ...newSubscription("a/#"), everything: true }] };
    expect(filledIn(narrowed, draftOf(narrowed), "").subscriptions[0]?.everything).toBe(false);
    for (const filter of ["#", "+/#", "$share/g/#"]) expect(asksForEverything(filter)).toBe(true);
    for (const filter of ["a/#", "/#", "+", "$share/g/a/#"]) expect(asksForEverything(filter)).toBe(false);
  });

  it("keeps every advanced field, and limits in bytes", () => {
    const form = {
      ...newConnection(),
      name: "x",
      host: "broker",
      client_id: "pump-desk",
      keep_alive_s: 17,
      session_expiry_s: 28_800,
      transport: { websocket: true, path: "/ws", alpn: ["a", "b"], crl_file: "c.pem", server_name: "s" },
      limits: { packet: 1_048_576, topics: 5, addresses: 5, rate: 7, rate_bytes: 20_000_000 },
    };
    expect(filledIn(form, draftOf(form), "")).toEqual(form);
    expect(isAdvanced(form)).toBe(true);
    expect(isAdvanced(newConnection())).toBe(false);
    const plain = filledIn({ ...form, tls: false }, draftOf(form), "").transport;
    expect(plain).toEqual({ websocket: true, path: "/ws", alpn: [], crl_file: "", server_name: "" });
  });

  it("says what is wrong under Advanced", () => {
    const form = { ...newConnection(), name: "x", host: "broker" };
    const transport = { ...form.transport, websocket: true, path: "ws", server_name: "tls://x" };
    const odd = {
      ...form,
      transport,
      client_id: "é".repeat(65),
      subscriptions: [{ ...newSubscription("a"), share: "a/b" }],
    };
    const problems = formProblems(odd, {
      ...draftOf(odd),
      packet: "many",
      addresses: "0",
      rate: "1.5",
      keepAlive: "0",
    });
    expect(problems.path).toMatch(/begins with/);
    expect(problems.serverName).toMatch(/host name/);
    expect(problems.shares[0]).toMatch(/group's name/);
    expect(problems.clientId).toMatch(/128 bytes/);
    expect(problems.keepAlive).not.toBe("");
    expect(problems.packet).not.toBe("");
    expect(problems.addresses).not.toBe("");
    expect(problems.rate).not.toBe("");
    expect(hasAdvancedProblems(problems)).toBe(true);
    expect(hasAdvancedProblems(formProblems(form, draftOf(form)))).toBe(false);
  });

  it("fills in AWS IoT Core on port 443", () => {
    const filled = awsIot({ ...newConnection(), tls: false, port: 1883 });
    expect(filled).toMatchObject({
      tls: true,
      port: 443,
      transport: { websocket: false, alpn: ["x-amzn-mqtt-ca"] },
    });
  });

  it("keeps every field of CoAP, and nothing of MQTT", () => {
    const form = {
      ...newConnection(),
      kind: "coap" as const,
      name: "Well",
      host: "well",
      port: 5684,
      username: "desk",
      subscriptions: [],
      resources: [{ path: "/level", observe: true, every_s: 2.5 }],
      limits: { packet: 64_000, topics: 5, addresses: 5, rate: 7, rate_bytes: null },
    };
    expect(filledIn(form, draftOf(form), "")).toEqual(form);
    expect(hasProblems(formProblems(form, draftOf(form), "sesame"))).toBe(false);
    const turned = { ...newConnection(), kind: "coap" as const, host: " well " };
    const draft = { ...draftOf(turned), resources: [newResource(" /level ")] };
    expect(filledIn(turned, draft, "")).toMatchObject({
      host: "well",
      subscriptions: [],
      resources: [{ path: "/level", observe: true, every_s: 60 }],
    });
    expect(filledIn(newConnection(), draft, "").resources).toEqual([]);
    expect(portAfter(8883, true, false, "coap")).toBe(5684);
    expect(portAfter(5684, false, false, "coap")).toBe(5683);
    expect(portAfter(5683, true, false)).toBe(8883);
  });

  it("says what is wrong with CoAP", () => {
    const form = { ...newConnection(), kind: "coap" as const, name: "x", host: "h" };
    const none = formProblems(form, draftOf(form));
    expect(none).toMatchObject({
      key: "Give the key.",
      nothing: expect.stringMatching(/at least one resource/),
    });
    expect(none.identity).not.toBe("");
    expect(none.filters).toEqual([]);
    const resources = [
      newResource("/a"),
      newResource("b"),
      newResource("/a"),
      { ...newResource("/c"), every: "" },
    ];
    const wrong = formProblems(form, { ...draftOf(form), resources }, "hex:0f0");
    expect(wrong.resources).toEqual([
      "",
      "It begins with / and has no spaces.",
      "It stands twice: remove one.",
      "",
    ]);
    expect(wrong.intervals).toEqual(["", "", "", "1 to 86400."]);
    expect(wrong.key).toMatch(/pairs of digits/);
    expect(formProblems(form, draftOf(form), "x".repeat(65)).key).toMatch(/64 bytes/);
    // A key that is stored stays.
    const stored = { ...form, id: "w", username: "desk" };
    expect(formProblems(stored, { ...draftOf(stored), resources: [newResource("/a")] })).toEqual(
      formProblems({ ...stored, tls: false }, { ...draftOf(stored), resources: [newResource("/a")] }),
    );
    // To ask a device what it has, nothing needs to be known of that.
    const reached = { ...form, name: "", username: "desk" };
    expect(hasProblems(reachProblems(reached, draftOf(reached), "sesame"))).toBe(false);
    expect(hasProblems(reachProblems({ ...reached, host: "" }, draftOf(reached), "sesame"))).toBe(true);
  });

  it("says how the test went", () => {
    const step = { step: "TLS", ok: true, message: said(""), advice: said(""), facts: [], notices: [] };
    const report = { steps: [step], grade: { letter: "A", words: "" }, risks: [], expiries: [] };
    const notices = [{ message: said("m"), advice: said("a") }];
    expect(outcomeWords(report)).toBe("It works.");
    // Risks of the grade stand for themselves.
    expect(outcomeWords({ ...report, steps: [{ ...step, step: "Security", notices }] })).toBe("It works.");
    expect(outcomeWords({ ...report, steps: [{ ...step, notices }] })).toMatch(/worth a look/);
    expect(outcomeWords({ ...report, steps: [step, { ...step, ok: false }] })).toMatch(/does not work/);
  });

  it("says which certificate ends first", () => {
    const end = { what: said("the broker's certificate (CN=b)"), at: 0, days: 19, near: true };
    expect(expiryWords(end)).toBe("First to end: the broker's certificate (CN=b), in 19 days.");
    expect(expiryWords({ ...end, days: 0 })).toMatch(/, today\.$/);
    expect(expiryWords({ ...end, days: -1 })).toMatch(/, over\.$/);
  });

  it.each([
    ["spBv1.0/#", ""],
    ["a/+/b", ""],
    ["a/#/b", "# stands alone, as the last level."],
    ["a#", "# stands alone, as the last level."],
    ["a/b+", "+ stands alone in its level."],
  ])("checks the filter %s", (filter, problem) => {
    expect(filterProblem(filter)).toBe(problem);
  });

  it("says the rate limit of a connection", () => {
    const none = { packet: null, topics: null, addresses: null, rate: null, rate_bytes: null };
    expect(rateWords(none)).toBe("");
    expect(rateWords({ ...none, rate: 50_000 })).toBe("50,000 messages/s");
    expect(rateWords({ ...none, rate: 50, rate_bytes: 20_000_000 })).toBe("50 messages/s, 20.0\u00a0MB/s");
  });
});
