import type { KeyType } from './keys.ts';

/** A contact on record at a vendor, as identity sees it. */
export interface IdentityNode {
  connectionId: string;
  externalId: string;
  /** Order of first landing; the oldest record gives the customer its id. */
  landedSeq: bigint;
}

/** A record holding a key. */
export interface KeyHolding {
  hash: string;
  keyType: KeyType;
  connectionId: string;
  externalId: string;
  /** True when a person undid a join by this key for this record. */
  disabled: boolean;
}

/** Why a record was joined to another. */
export interface Join {
  record: IdentityNode;
  joinedTo: IdentityNode;
  keyType: KeyType;
  keyHash: string;
}

/** Records that are one customer, oldest first, with a reason for each but the first. */
export interface Component {
  records: readonly IdentityNode[];
  joins: readonly Join[];
}

/** A key on more records than this joins none of them: it is a shared mailbox or a test value. */
export const MOST_RECORDS_A_KEY_JOINS = 10;

const nodeId = (node: { connectionId: string; externalId: string }) => `${node.connectionId}\0${node.externalId}`;

/**
 * Groups records that share a key into customers (connected components by union-find). The result depends only on the set of
 * records and keys, not on their order, so that live and batch agree and an undo can be derived again from what is on record.
 */
export function components(nodes: readonly IdentityNode[], holdings: readonly KeyHolding[]): readonly Component[] {
  const sorted = [...nodes].sort(byAge);
  const byId = new Map(sorted.map((node) => [nodeId(node), node]));
  const parent = new Map(sorted.map((node) => [nodeId(node), nodeId(node)]));
  const rank = new Map(sorted.map((node, index) => [nodeId(node), index]));
  const find = (id: string): string => {
    let root = id;
    while (parent.get(root) !== root) root = parent.get(root) ?? root;
    for (let at = id; at !== root; ) {
      const next = parent.get(at) ?? root;
      parent.set(at, root);
      at = next;
    }
    return root;
  };

  const byKey = Map.groupBy(
    holdings.filter((holding) => !holding.disabled && byId.has(nodeId(holding))),
    (holding) => holding.hash,
  );
  const joins: Join[] = [];
  for (const hash of [...byKey.keys()].sort()) {
    const holders = (byKey.get(hash) ?? []).sort((a, b) => (rank.get(nodeId(a)) ?? 0) - (rank.get(nodeId(b)) ?? 0));
    if (holders.length > MOST_RECORDS_A_KEY_JOINS) continue;
    const [first, ...others] = holders;
    const oldest = first && byId.get(nodeId(first));
    if (!oldest) continue;
    for (const holder of others) {
      const record = byId.get(nodeId(holder));
      const a = find(nodeId(oldest));
      const b = find(nodeId(holder));
      if (!record || a === b) continue;
      // The older root stays, so that a component is always named after its oldest record.
      if ((rank.get(a) ?? 0) < (rank.get(b) ?? 0)) parent.set(b, a);
      else parent.set(a, b);
      joins.push({ record, joinedTo: oldest, keyType: holder.keyType, keyHash: hash });
    }
  }

  const groups = Map.groupBy(sorted, (node) => find(nodeId(node)));
  const joinsByRoot = Map.groupBy(joins, (join) => find(nodeId(join.record)));
  return [...groups.entries()].map(([root, records]) => ({ records, joins: joinsByRoot.get(root) ?? [] }));
}

function byAge(a: IdentityNode, b: IdentityNode): number {
  if (a.landedSeq !== b.landedSeq) return a.landedSeq < b.landedSeq ? -1 : 1;
  return nodeId(a) < nodeId(b) ? -1 : 1;
}
