/** Rows of the list beside a ground: assets under the headings of their groups. */
import type { Group } from "../overview/arrange";
import type { AssetFacts } from "../overview/facts";

export type ListRow =
  | { kind: "heading"; key: string; name: string; count: number }
  /** `at`: place among the assets, from 1; `group`: name of its group. */
  | { kind: "asset"; key: string; facts: AssetFacts; at: number; group: string };

export function listRows(
  groups: readonly Group[],
  nameOf: (group: Group) => string,
  isShown: (asset: string) => boolean,
): ListRow[] {
  const rows: ListRow[] = [];
  let at = 0;
  for (const group of groups) {
    const members = group.members.filter(({ asset }) => isShown(asset.id));
    if (members.length === 0) continue;
    const name = nameOf(group);
    rows.push({ kind: "heading", key: `group:${group.id}`, name, count: members.length });
    for (const facts of members) {
      at += 1;
      rows.push({ kind: "asset", key: facts.asset.id, facts, at, group: name });
    }
  }
  return rows;
}
