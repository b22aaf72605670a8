/** What discovery found, as a tree: connections, their conventions, assets. */
import type { ProposalRow } from "../ipc/bindings/ProposalRow";
import { conventionWord } from "./discoverywords";

export type Ticked = "all" | "some" | "none";

interface RowBase {
  /** Unique in the tree; of an asset, the id of its proposal. */
  key: string;
  level: 1 | 2 | 3;
}

export interface ParentRow extends RowBase {
  kind: "connection" | "convention";
  name: string;
  open: boolean;
  /** Proposals below it, shown or not. */
  below: readonly ProposalRow[];
  signals: number;
}

export interface AssetRow extends RowBase {
  kind: "asset";
  level: 3;
  proposal: ProposalRow;
}

export type TreeRow = ParentRow | AssetRow;

/** Lists by key, in the order in which each key came first. */
function by<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const lists = new Map<string, T[]>();
  for (const item of items) {
    const list = lists.get(key(item));
    if (list) list.push(item);
    else lists.set(key(item), [item]);
  }
  return lists;
}

/** The rows of the tree from top to bottom; what stands under a folded row is left out. */
export function treeRows(proposals: readonly ProposalRow[], folded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  for (const [connection, ofConnection] of by(proposals, (proposal) => proposal.connection)) {
    const key = `connection:${connection}`;
    rows.push(
      parent("connection", 1, key, ofConnection[0]?.connection_name || connection, ofConnection, folded),
    );
    if (folded.has(key)) continue;
    for (const [convention, below] of by(ofConnection, (proposal) => proposal.convention)) {
      const group = `${key} ${convention}`;
      rows.push(
        parent("convention", 2, group, conventionWord(below[0]?.convention_name ?? ""), below, folded),
      );
      if (folded.has(group)) continue;
      for (const proposal of below) rows.push({ kind: "asset", level: 3, key: proposal.id, proposal });
    }
  }
  return rows;
}

function parent(
  kind: ParentRow["kind"],
  level: 1 | 2,
  key: string,
  name: string,
  below: readonly ProposalRow[],
  folded: ReadonlySet<string>,
): ParentRow {
  return {
    kind,
    level,
    key,
    name,
    below,
    open: !folded.has(key),
    signals: below.reduce((sum, { signals }) => sum + signals, 0),
  };
}

export function tickedOf(below: readonly ProposalRow[], ticked: { has(id: string): boolean }): Ticked {
  const count = below.filter(({ id }) => ticked.has(id)).length;
  return count === 0 ? "none" : count === below.length ? "all" : "some";
}

export type TreeKey = "ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight" | "Home" | "End";

export type TreeMove = { go: string } | { fold: string } | { unfold: string } | null;

/** What a key does in a tree whose row `at` has the focus. */
export function treeMove(rows: readonly TreeRow[], at: string, key: TreeKey): TreeMove {
  const index = Math.max(
    0,
    rows.findIndex((row) => row.key === at),
  );
  const row = rows[index];
  if (!row) return null;
  const to = (target: TreeRow | undefined): TreeMove => (target ? { go: target.key } : null);
  switch (key) {
    case "ArrowDown":
      return to(rows[index + 1]);
    case "ArrowUp":
      return to(rows[index - 1]);
    case "Home":
      return to(rows[0]);
    case "End":
      return to(rows[rows.length - 1]);
    case "ArrowRight":
      if (row.kind === "asset") return null;
      return row.open ? to(rows[index + 1]) : { unfold: row.key };
    case "ArrowLeft":
      if (row.kind !== "asset" && row.open) return { fold: row.key };
      return to(rows.slice(0, index).findLast((other) => other.level < row.level));
  }
}
