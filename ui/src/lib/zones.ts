/** Time zones by their IANA names. */

/** What this machine is set to; UTC where it does not say. */
export function machineZone(): string {
  return new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone || "UTC";
}

let known: readonly string[] | undefined;

/** Every zone that the browser knows, by name. */
export function zones(): readonly string[] {
  known ??= ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return known;
}

export interface ZoneGroup {
  /** "Europe"; empty for those without a region. */
  region: string;
  zones: { name: string; place: string }[];
}

/** Zones by region, each with the name of its place: "Buenos Aires, Argentina". */
export function zoneGroups(all: readonly string[] = zones()): ZoneGroup[] {
  const groups = new Map<string, ZoneGroup>();
  for (const name of all) {
    const [first = "", ...rest] = name.split("/");
    const region = rest.length > 0 ? first : "";
    const place = (rest.length > 0 ? rest.toReversed().join(", ") : first).replaceAll("_", " ");
    const group = groups.get(region) ?? { region, zones: [] };
    group.zones.push({ name, place });
    groups.set(region, group);
  }
  return [...groups.values()];
}
