/**
 * Units that a person may want to see in place of those that a plant sends. Values are stored, compared and sent on as they
 * came: only what is shown is converted. Factors: NIST SP 811 (2008), Appendix B.8; the US gallon is 3.785411784 L.
 */
import type { SignalView } from "../ipc/bindings/SignalView";

/** A unit: its value times `factor` plus `add` is the value in the quantity's first unit. */
interface Unit {
  name: string;
  factor: number;
  add: number;
  /** Other ways to write it. */
  also: readonly string[];
}

const unit = (name: string, factor: number, add = 0, also: readonly string[] = []): Unit => ({
  name,
  factor,
  add,
  also,
});

export const QUANTITIES = {
  // A temperature in K may be a difference: it is shown as it came, and others are shown in K.
  temperature: [unit("°C", 1), unit("°F", 5 / 9, -160 / 9), unit("K", 1, -273.15)],
  pressure: [
    unit("bar", 1),
    unit("mbar", 0.001, 0, ["hPa"]),
    unit("kPa", 0.01),
    unit("MPa", 10),
    unit("psi", 0.0689475729),
  ],
  flow: [
    unit("m³/h", 1, 0, ["m3/h"]),
    unit("L/s", 3.6, 0, ["l/s"]),
    unit("L/min", 0.06, 0, ["l/min"]),
    unit("gal/min", 0.22712470704),
  ],
  volume: [unit("m³", 1, 0, ["m3"]), unit("L", 0.001, 0, ["l"]), unit("gal", 0.003785411784)],
  length: [unit("m", 1), unit("ft", 0.3048)],
  speed: [unit("m/s", 1), unit("km/h", 1 / 3.6), unit("ft/s", 0.3048)],
  vibration: [unit("mm/s", 1), unit("in/s", 25.4)],
  power: [unit("kW", 1), unit("hp", 0.745699872)],
} as const satisfies Record<string, readonly Unit[]>;

export type Quantity = keyof typeof QUANTITIES;
export const QUANTITY_NAMES = Object.keys(QUANTITIES) as readonly Quantity[];
/** What a person chose; a quantity without a choice is shown as it came. */
export type UnitChoice = Partial<Record<Quantity, string>>;

/** From a stored value to a shown one: times `factor`, plus `add`. */
export interface Conversion {
  from: string;
  to: string;
  factor: number;
  add: number;
}

function find(quantity: Quantity, name: string): Unit | undefined {
  const units: readonly Unit[] = QUANTITIES[quantity];
  return units.find((one) => one.name === name || one.also.includes(name));
}

export function unitNames(quantity: Quantity): string[] {
  return QUANTITIES[quantity].map(({ name }) => name);
}

/** How a value in a unit is shown by these choices; null when as it came. */
export function conversionOf(name: string, choice: UnitChoice): Conversion | null {
  if (name === "K") return null;
  for (const quantity of QUANTITY_NAMES) {
    const chosen = choice[quantity];
    const from = find(quantity, name);
    if (!from) continue;
    const to = chosen === undefined ? undefined : find(quantity, chosen);
    if (!to || to.name === from.name) return null;
    return { from: name, to: to.name, factor: from.factor / to.factor, add: (from.add - to.add) / to.factor };
  }
  return null;
}

export function shown(value: number, { factor, add }: Conversion): number {
  return value * factor + add;
}

export function stored(value: number, { factor, add }: Conversion): number {
  return (value - add) / factor;
}

/** Digits after the point that say as much of the shown value as `decimals` do of the stored one. */
export function shownDecimals(decimals: number, { factor }: Conversion): number {
  return Math.min(9, Math.max(0, decimals - Math.floor(Math.log10(factor) + 1e-9)));
}

/** The signal as it is shown. */
export function shownSignal(signal: SignalView, by: Conversion): SignalView {
  const pair = (range: [number, number] | null): [number, number] | null =>
    range && [shown(range[0], by), shown(range[1], by)];
  return {
    ...signal,
    unit: by.to,
    range: pair(signal.range),
    normal: pair(signal.normal),
    decimals: shownDecimals(signal.decimals, by),
    limits: signal.limits.map((limit) =>
      limit.kind === "anomaly" ? limit : { ...limit, value: shown(limit.value, by) },
    ),
  };
}
