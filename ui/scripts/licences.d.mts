import type { Licences } from "../src/lib/about/licences";

type Found = Omit<Licences["packages"][number], "texts"> & { texts: string[] };
export function crates(): Found[];
export function modules(): Found[];
export function collect(): Licences;
