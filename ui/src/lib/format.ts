/** Numbers, ages and sizes as a person reads them. Times of day are in `time.ts`. */
import { locale } from "./locale";

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_S = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_S;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

/** Between a number and its unit, and inside "3 min 12 s": never broken across lines. */
export const NBSP = "\u00a0";

let numberFormats = new Map<number, Intl.NumberFormat>();
let numberLocale = "";

/** A number with exactly `decimals` digits after the point. */
export function formatNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.min(Math.max(Math.trunc(decimals), 0), 12);
  const rules = locale();
  if (rules !== numberLocale) {
    numberFormats = new Map();
    numberLocale = rules;
  }
  let format = numberFormats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat(rules, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    numberFormats.set(digits, format);
  }
  // -0 rounds to "-0": a sign without a meaning.
  const rounded = Number(value.toFixed(digits));
  return format.format(rounded === 0 ? 0 : rounded);
}

/** A whole number with thousands separators. */
export function formatCount(value: number): string {
  return formatNumber(value, 0);
}

/** A number with its unit. */
export function formatWithUnit(value: number, decimals: number, unit: string): string {
  const digits = formatNumber(value, decimals);
  return unit === "" ? digits : `${digits}${NBSP}${unit}`;
}

/** A change with its direction; what rounds to nothing has none. */
export function formatDifference(change: number, decimals: number, unit: string): string {
  const text = formatWithUnit(Math.abs(change), decimals, unit);
  if (!(Number(Math.abs(change).toFixed(Math.min(Math.max(decimals, 0), 12))) > 0)) return text;
  return change > 0 ? `+${text}` : `−${text}`;
}

/** A part of one as a percentage. */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100, 0)}${NBSP}%`;
}

/** How long: "0.3 s", "25 s", "3 min 12 s", "2 h 5 min", "4 d 3 h". */
export function formatDuration(micros: number): string {
  const seconds = Math.max(0, micros) / MICROS_PER_S;
  if (seconds < 9.95) return `${formatNumber(seconds, 1)}${NBSP}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NBSP}s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.floor(whole / 60);
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  const head = `${formatCount(big)}${NBSP}${bigUnit}`;
  return small === 0 ? head : `${head}${NBSP}${small}${NBSP}${smallUnit}`;
}

/** Bytes in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatNumber(value, unit === 0 || value >= 100 ? 0 : 1)}${NBSP}${units[unit] ?? "B"}`;
}

/** "1 asset", "3 assets". */
export function plural(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
