/** The columns of a sheet: what a trend shows, in the units that are shown, and what it is compared with beside it. */
import type { SheetColumn } from "../ipc/bindings/SheetColumn";
import type { SignalView } from "../ipc/bindings/SignalView";
import type { Conversion } from "./units";

export interface Named {
  signal: SignalView;
  /** As it is called among the others. */
  name: string;
}

/** What lies behind signals: their keys with those of what is compared, and by how much later that is drawn, microseconds. */
export interface ComparedWith {
  pairs: readonly (readonly [of: number, key: number])[];
  shift: number;
  name: string;
}

export interface SheetKnows {
  signal: (key: number) => SignalView | undefined;
  conversion: (key: number) => Conversion | undefined;
}

export function sheetColumns(
  named: readonly Named[],
  behind: ComparedWith | undefined,
  knows: SheetKnows,
): SheetColumn[] {
  const column = (signal: SignalView, name: string, later: number): SheetColumn => {
    const { factor, add } = knows.conversion(signal.key) ?? { factor: 1, add: 0 };
    return { signal: signal.key, name, unit: signal.unit, factor, add, later };
  };
  return named.flatMap(({ signal, name }) => {
    const own = column(signal, name, 0);
    const pair = behind?.pairs.find(([of]) => of === signal.key);
    const other = pair && knows.signal(pair[1]);
    return behind && other ? [own, column(other, `${name} (${behind.name})`, behind.shift)] : [own];
  });
}
