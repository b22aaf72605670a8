/** Instants as a person types them, in the plant's zone: "2026-11-23 14:05", "23.11.2026 14:05:30,5", "14:05". */
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_MS, MICROS_PER_S } from "./format";
import type { Clock } from "./time";

const DATE = String.raw`(?:(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})|(?<dd>\d{1,2})\.(?<mm>\d{1,2})\.(?<yy>\d{4}))`;
const TIME = String.raw`(?<h>\d{1,2}):(?<min>\d{2})(?::(?<s>\d{2})(?:[.,](?<part>\d{1,6}))?)?`;
const FORM = new RegExp(
  String.raw`^\s*(?:${DATE}(?:(?:\s*,\s*|\s+|T)${TIME})?|${TIME.replaceAll("?<", "?<t")})\s*$`,
);

/** Microseconds of the zone's own calendar, as if it were UTC. */
function civil(y: number, m: number, d: number): number | null {
  const ms = Date.UTC(y, m - 1, d);
  const date = new Date(ms);
  const real = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
  return real ? ms * MICROS_PER_MS : null;
}

/**
 * The instant at which the zone's clocks show `local` (microseconds of its calendar). Where they show it twice, the
 * earlier; where they never show it, because they are put forward, the instant at which that happens or just behind.
 */
export function fromLocal(local: number, clock: Clock): number {
  // Zones are never further than 14 hours from UTC: their offset a day before and after surrounds a change.
  const before = clock.offset(local - MICROS_PER_DAY);
  const after = clock.offset(local + MICROS_PER_DAY);
  const earlier = local - before;
  if (earlier + clock.offset(earlier) === local) return earlier;
  return local - after + (clock.offset(local - after) === after ? 0 : after - before);
}

/** Null when the text is no instant. A time alone is that of the day of `now`. */
export function parseInstant(text: string, clock: Clock, now: number): number | null {
  const found = FORM.exec(text)?.groups;
  if (!found) return null;
  const number = (name: string) => Number(found[name] ?? found[`t${name}`] ?? 0);
  const dated = found.y !== undefined || found.yy !== undefined;
  const today = now + clock.offset(now);
  const day = dated
    ? civil(Number(found.y ?? found.yy), Number(found.m ?? found.mm), Number(found.d ?? found.dd))
    : Math.floor(today / MICROS_PER_DAY) * MICROS_PER_DAY;
  const [h, min, s] = [number("h"), number("min"), number("s")];
  if (day === null || h > 23 || min > 59 || s > 59) return null;
  const part = Number(`0.${found.part ?? found.tpart ?? "0"}`);
  const time =
    h * MICROS_PER_HOUR + min * MICROS_PER_MINUTE + s * MICROS_PER_S + Math.round(part * MICROS_PER_S);
  return fromLocal(day + time, clock);
}

/** "2026-11-23 14:05:30" in the zone, with parts of a second where there are some; `parseInstant` reads it again. */
export function writeInstant(micros: number, clock: Clock): string {
  const local = new Date(Math.floor((micros + clock.offset(micros)) / MICROS_PER_MS));
  const text = local.toISOString().slice(0, 23).replace("T", " ");
  return text.endsWith(".000") ? text.slice(0, 19) : text;
}
