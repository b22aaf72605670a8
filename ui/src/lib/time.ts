/** Times of day in the plant's zone, with the zone visible. All instants are microseconds UTC. */
import { MICROS_PER_DAY, MICROS_PER_MS } from "./format";
import { locale } from "./locale";

/** Shows instants in one zone. */
export class Clock {
  readonly zone: string;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(zone: string) {
    this.zone = validZone(zone);
  }

  /** "14:32:07" */
  time(micros: number): string {
    return this.#format("time", { hour: "2-digit", minute: "2-digit", second: "2-digit" }, micros);
  }

  /** "14:32" */
  minute(micros: number): string {
    return this.#format("minute", { hour: "2-digit", minute: "2-digit" }, micros);
  }

  /** "14:32:07.250" */
  millisecond(micros: number): string {
    const options: Intl.DateTimeFormatOptions = {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    };
    return this.#format("millisecond", options, micros);
  }

  /** "3 Mar" */
  day(micros: number): string {
    return this.#format("day", { day: "numeric", month: "short" }, micros);
  }

  /** "3 Mar 2026" */
  date(micros: number): string {
    return this.#format("date", { day: "numeric", month: "short", year: "numeric" }, micros);
  }

  /**
   * Name of the zone at that instant, such as "CET" or "EST". Intl knows a zone's short name only in the languages of
   * its countries, and says "GMT+1" in others: ask British and American English too before taking that.
   */
  zoneName(micros: number): string {
    let offset = "";
    for (const tag of [locale(), "en-GB", "en-US"]) {
      let format = this.#formats.get(`zone:${tag}`);
      if (!format) {
        format = new Intl.DateTimeFormat(tag, {
          timeZone: this.zone,
          timeZoneName: "short",
          hour: "2-digit",
        });
        this.#formats.set(`zone:${tag}`, format);
      }
      const parts = format.formatToParts(micros / MICROS_PER_MS);
      const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
      if (name !== "" && !/\d/.test(name)) return name;
      offset ||= name;
    }
    return offset || this.zone;
  }

  /** The time of day, with the day before it unless it is the day of `now`. */
  relative(micros: number, now: number): string {
    const day = this.date(micros);
    return day === this.date(now) ? this.time(micros) : `${this.day(micros)} ${this.time(micros)}`;
  }

  /** How far the zone is ahead of UTC at that instant, microseconds. */
  offset(micros: number): number {
    let format = this.#formats.get("offset");
    if (!format) {
      format = new Intl.DateTimeFormat("en-GB", {
        timeZone: this.zone,
        year: "numeric",
        month: "2-digit",
        day: "2-digit",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        hourCycle: "h23",
      });
      this.#formats.set("offset", format);
    }
    const ms = Math.floor(micros / MICROS_PER_MS / 1000) * 1000;
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
    const local = Date.UTC(
      part.year ?? 1970,
      (part.month ?? 1) - 1,
      part.day ?? 1,
      part.hour ?? 0,
      part.minute ?? 0,
      part.second ?? 0,
    );
    return (local - ms) * MICROS_PER_MS;
  }

  #format(key: string, options: Intl.DateTimeFormatOptions, micros: number): string {
    const rules = locale();
    const known = `${rules} ${key}`;
    let format = this.#formats.get(known);
    if (!format) {
      format = new Intl.DateTimeFormat(rules, { timeZone: this.zone, hourCycle: "h23", ...options });
      this.#formats.set(known, format);
    }
    return Number.isFinite(micros) ? format.format(micros / MICROS_PER_MS) : "–";
  }
}

function validZone(zone: string): string {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

const S = 1_000_000;
const STEPS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
].map((s) => s * S);

/** Round instants of the plant's clock in a range, at most `count` of them, and the step between them. */
export function timeTicks(
  clock: Clock,
  t0: number,
  t1: number,
  count: number,
): { step: number; ticks: number[] } {
  const wanted = (t1 - t0) / Math.max(1, count);
  const step =
    STEPS.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / MICROS_PER_DAY) * MICROS_PER_DAY;
  const offset = clock.offset(t0);
  const ticks: number[] = [];
  for (let t = Math.ceil((t0 + offset) / step) * step - offset; t <= t1; t += step) ticks.push(t);
  return { step, ticks };
}

/** The label of a tick: as fine as its step needs. */
export function tickLabel(clock: Clock, micros: number, step: number): string {
  if (step >= MICROS_PER_DAY) return clock.day(micros);
  if (step < S) return clock.millisecond(micros);
  if (step < 60 * S) return clock.time(micros);
  const label = clock.minute(micros);
  return label === "00:00" ? clock.day(micros) : label;
}
