/** Places in words. */
import { formatNumber, formatWithUnit, NBSP } from "../format";
import { t } from "../text/text";
import type { Location } from "./earth";

/** "50.112° N" */
export function latitudeText(latitude: number, decimals: number): string {
  return t(latitude < 0 ? "map-south" : "map-north", { degrees: degrees(latitude, decimals) });
}

/** "8.68° E" */
export function longitudeText(longitude: number, decimals: number): string {
  return t(longitude < 0 ? "map-west" : "map-east", { degrees: degrees(longitude, decimals) });
}

export function locationText({ latitude, longitude }: Location): string {
  return `${latitudeText(latitude, 5)}, ${longitudeText(longitude, 5)}`;
}

function degrees(value: number, decimals: number): string {
  return `${formatNumber(Math.abs(value), decimals)}°${NBSP}`.trimEnd();
}

/** "500 m", "20 km". */
export function lengthText(metres: number): string {
  if (metres >= 1_000) return formatWithUnit(metres / 1_000, 0, "km");
  return formatWithUnit(metres, metres < 1 ? 2 : 0, "m");
}
