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

/** Records kept apart because they are too many to be one person, oldest first. */
export interface Crowd {
  records: readonly IdentityNode[];
  /** The key that all of them hold; null when it takes several keys to link them. */
  keyType: KeyType | null;
}

/** A group above this is a shared mailbox or a test value, not a person. What a vendor merged counts as one. */
export const MOST_RECORDS_OF_A_CUSTOMER = 10;

type Keys = ReadonlyMap<string, readonly KeyHolding[]>;

const nodeId = (node: { connectionId: string; externalId: string }) => `${node.connectionId}\0${node.externalId}`;

/**
 * Groups records that share a key into customers (connected components). The result depends only on the set of records and keys, not
 * on their order, so that live and batch agree and an undo can be derived again from what is on record. Crowds are kept apart, but
 * for what a vendor merged.
 */
export function components(
  nodes: readonly IdentityNode[],
  holdings: readonly KeyHolding[],
): { components: readonly Component[]; crowds: readonly Crowd[] } {
  const sorted = [...nodes].sort(byAge);
  const rank = new Map(sorted.map((node, index) => [nodeId(node), index]));
  const rankOf = (node: { connectionId: string; externalId: string }) => rank.get(nodeId(node)) ?? 0;
  const keys: Keys = Map.groupBy(
    holdings
      .filter((holding) => !holding.disabled && rank.has(nodeId(holding)))
      .sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : rankOf(a) - rankOf(b))),
    (holding) => holding.hash,
  );
  const merges: Keys = new Map([...keys].filter(([, holders]) => holders[0]?.keyType === 'vendor-merge'));
  const unitOf = new Map<string, number>();
  for (const [unit, { records }] of connected(sorted, merges).entries())
    for (const record of records) unitOf.set(nodeId(record), unit);
  const isCrowd = (records: readonly { connectionId: string; externalId: string }[]) =>
    records.length > MOST_RECORDS_OF_A_CUSTOMER &&
    new Set(records.map((record) => unitOf.get(nodeId(record)))).size > MOST_RECORDS_OF_A_CUSTOMER;

  const crowds: Crowd[] = [];
  const usable: Keys = new Map(
    [...keys].filter(([hash, holders]) => {
      if (merges.has(hash) || !isCrowd(holders)) return true;
      crowds.push({
        records: holders.flatMap((holder) => sorted[rankOf(holder)] ?? []),
        keyType: holders[0]?.keyType ?? null,
      });
      return false;
    }),
  );
  const found = connected(sorted, usable).flatMap((component) => {
    if (!isCrowd(component.records)) return [component];
    crowds.push({ records: component.records, keyType: null });
    return connected(component.records, merges);
  });
  return { components: found, crowds };
}

/** Walks from each record, the oldest first, to all that it is linked with: each is reached once, which gives its one reason. */
function connected(sorted: readonly IdentityNode[], keys: Keys): readonly Component[] {
  const byId = new Map(sorted.map((node) => [nodeId(node), node]));
  const held = new Map<string, string[]>();
  for (const [hash, holders] of keys) {
    for (const holder of holders) {
      const id = nodeId(holder);
      const own = held.get(id);
      if (own) own.push(hash);
      else held.set(id, [hash]);
    }
  }
  const reached = new Set<string>();
  const walked = new Set<string>();
  const result: Component[] = [];
  for (const oldest of sorted) {
    if (reached.has(nodeId(oldest))) continue;
    reached.add(nodeId(oldest));
    const records = [oldest];
    const joins: Join[] = [];
    // Grows while it is walked.
    for (const record of records) {
      for (const hash of held.get(nodeId(record)) ?? []) {
        if (walked.has(hash)) continue;
        walked.add(hash);
        for (const holder of keys.get(hash) ?? []) {
          const node = byId.get(nodeId(holder));
          if (!node || reached.has(nodeId(node))) continue;
          reached.add(nodeId(node));
          records.push(node);
          joins.push({ record: node, joinedTo: record, keyType: holder.keyType, keyHash: hash });
        }
      }
    }
    result.push({ records: records.sort(byAge), joins });
  }
  return result;
}

function byAge(a: IdentityNode, b: IdentityNode): number {
  if (a.landedSeq !== b.landedSeq) return a.landedSeq < b.landedSeq ? -1 : 1;
  return nodeId(a) < nodeId(b) ? -1 : 1;
}
