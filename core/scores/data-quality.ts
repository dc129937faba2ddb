import type { CustomerStats } from '../features/stats.ts';
import { type Sentences, say } from './words/index.ts';

/** What lowers the data quality of a customer's scores. */
export type LoweredBy =
  | 'no-order'
  | 'one-order'
  | 'few-orders'
  | 'no-amount'
  | 'kept-out'
  | 'odd'
  | 'doubtful-identity'
  | 'test-account'
  | 'damaged-contact'
  | 'unmatched-refunds';

/** How much, and how sound, the data behind a customer's scores are. */
export interface DataQuality {
  /** 0..100; 100: nothing is missing or in doubt. */
  score: number;
  /** What lowers it in sentences, what lowers it most first. */
  lowered: readonly string[];
}

interface Lowering {
  by: LoweredBy;
  points: number;
  /** Of what there are several; else 1. */
  count: number;
}

/**
 * The data quality of a customer: 100 less what its statistics lack, and what rules found about its data. It says how far the scores can be
 * believed and changes none of them. Depends on no day and on no other customer: a source that has stopped is told to admins, and would have
 * all its records written twice if it were told here.
 *
 * @returns null for statistics kept by an earlier version, which know nothing of the rules
 */
export function dataQuality(stats: CustomerStats, sentences: Sentences): DataQuality | null {
  if (stats.faults === undefined) return null;
  const lowerings = [...historyOf(stats), ...faultsOf(stats)].sort((a, b) => b.points - a.points);
  return {
    score: Math.max(0, 100 - lowerings.reduce((sum, { points }) => sum + points, 0)),
    lowered: lowerings.map(({ by, count }) => say(sentences, { says: 'data-lowered', by, count })),
  };
}

/** What a short history leaves unsaid: nothing where a contract tells instead. */
function historyOf({ purchaseDays, totalMinor, contract }: CustomerStats): readonly Lowering[] {
  if (contract) return [];
  if (purchaseDays === 0) return [{ by: 'no-order', points: 60, count: 1 }];
  const lowerings: Lowering[] = [];
  if (purchaseDays === 1) lowerings.push({ by: 'one-order', points: 45, count: 1 });
  if (purchaseDays === 2) lowerings.push({ by: 'few-orders', points: 25, count: 2 });
  if (totalMinor === 0) lowerings.push({ by: 'no-amount', points: 20, count: 1 });
  return lowerings;
}

function faultsOf({ faults, unmatchedRefunds }: CustomerStats): readonly Lowering[] {
  const some = (by: LoweredBy, count: number, each: number, most: number): readonly Lowering[] =>
    count === 0 ? [] : [{ by, points: Math.min(each * count, most), count }];
  const whether = (by: LoweredBy, is: boolean, points: number) => some(by, is ? 1 : 0, points, points);
  return [
    ...some('unmatched-refunds', unmatchedRefunds, 5, 15),
    ...(faults
      ? [
          ...some('kept-out', faults.keptOut, 15, 45),
          ...some('odd', faults.odd, 5, 15),
          ...whether('doubtful-identity', faults.doubtfulIdentity, 25),
          ...whether('test-account', faults.testAccount, 40),
          ...whether('damaged-contact', faults.damagedContact, 5),
        ]
      : []),
  ];
}
