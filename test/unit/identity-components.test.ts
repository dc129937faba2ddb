import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { components, type IdentityNode, type KeyHolding } from '../../core/identity/components.ts';
import { identityKeys } from '../../core/identity/keys.ts';
import { contact } from '../support/records.ts';

const node = (index: number): IdentityNode => ({
  connectionId: 'c',
  externalId: `r${index}`,
  landedSeq: BigInt(index),
});
const graphs = fc
  .tuple(
    fc.integer({ min: 1, max: 16 }),
    fc.array(fc.tuple(fc.nat(15), fc.nat(9), fc.boolean(), fc.integer({ min: 0, max: 9 })), { maxLength: 40 }),
  )
  .map(([count, links]) => ({
    nodes: Array.from({ length: count }, (_, index) => node(index)),
    holdings: [
      ...new Map(
        links.map(([record, key, disabled, kind]): [string, KeyHolding] => [
          `${record % count} ${key}`,
          {
            hash: `k${key}`,
            keyType: key === 0 && kind >= 0 ? 'vendor-merge' : 'email',
            connectionId: 'c',
            externalId: `r${record % count}`,
            disabled,
          },
        ]),
      ).values(),
    ],
  }));

describe('components of identity', () => {
  it('depend on the set of records and keys, not on their order', () => {
    fc.assert(
      fc.property(
        graphs.chain((graph) =>
          fc.tuple(
            fc.constant(graph),
            fc.shuffledSubarray(graph.nodes, { minLength: graph.nodes.length }),
            fc.shuffledSubarray(graph.holdings, { minLength: graph.holdings.length }),
          ),
        ),
        ([{ nodes, holdings }, shuffledNodes, shuffledHoldings]) => {
          expect(components(shuffledNodes, shuffledHoldings)).toEqual(components(nodes, holdings));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('hold each record once, the oldest first, with exactly one reason for every other, by a key that both hold', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, holdings }) => {
        const found = components(nodes, holdings).components;
        expect(found.flatMap(({ records }) => records.map((record) => record.externalId)).sort()).toEqual(
          nodes.map((each) => each.externalId).sort(),
        );
        for (const { records, joins } of found) {
          expect([...records].sort((a, b) => Number(a.landedSeq - b.landedSeq))).toEqual(records);
          expect(joins.map((join) => join.record.externalId).sort()).toEqual(
            records
              .slice(1)
              .map((each) => each.externalId)
              .sort(),
          );
          for (const { record, joinedTo, keyHash } of joins) {
            for (const { externalId } of [record, joinedTo]) {
              expect(
                holdings.some((each) => each.hash === keyHash && each.externalId === externalId && !each.disabled),
              ).toBe(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('join everybody whom a usable key links', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, holdings }) => {
        const { components: found, crowds } = components(nodes, holdings);
        if (crowds.length > 0) return;
        const groupOf = new Map(
          found.flatMap(({ records }, group) => records.map((record) => [record.externalId, group] as const)),
        );
        for (const holders of Map.groupBy(
          holdings.filter((each) => !each.disabled),
          (each) => each.hash,
        ).values()) {
          expect(new Set(holders.map((holder) => groupOf.get(holder.externalId))).size).toBe(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('count what a vendor merged as one record of a crowd', () => {
    const nodes = Array.from({ length: 14 }, (_, index) => node(index));
    const holding = (index: number, hash: string, keyType: KeyHolding['keyType']): KeyHolding => ({
      hash,
      keyType,
      connectionId: 'c',
      externalId: `r${index}`,
      disabled: false,
    });
    const shared = nodes.map((_, index) => holding(index, 'mail', 'email'));
    const merged = [0, 1, 2, 3, 4].map((index) => holding(index, 'merge', 'vendor-merge'));
    expect(components(nodes, [...shared, ...merged])).toMatchObject({
      components: [{ records: { length: 14 } }],
      crowds: [],
    });
    const apart = components(nodes, [...shared, ...merged.slice(0, 3)]);
    expect(apart.components.map(({ records }) => records.length).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3]);
    expect(apart.crowds).toMatchObject([{ keyType: 'email', records: { length: 14 } }]);
  });
});

describe('identity keys', () => {
  it('never show the address or id that they stand for', () => {
    const keys = identityKeys(
      contact('1', { emails: ['Ada@People.example'], userIds: ['user-7'], anonymousIds: ['anon-7'] }),
    );
    expect(keys.map((key) => key.keyType)).toEqual(['email', 'user-id', 'anonymous-id']);
    expect(JSON.stringify(keys)).not.toMatch(/ada|people|user-7|anon-7/i);
  });

  it('tell a user id from an anonymous id of the same text, and plus tags apart', () => {
    const hash = (given: object) => identityKeys(contact('1', given)).map((key) => key.hash);
    expect(hash({ userIds: ['7'] })).not.toEqual(hash({ anonymousIds: ['7'] }));
    expect(hash({ emails: ['a+x@b.example'] })).not.toEqual(hash({ emails: ['a@b.example'] }));
    expect(hash({ emails: ['A@b.example', ' a@B.example '] })).toHaveLength(1);
  });
});
