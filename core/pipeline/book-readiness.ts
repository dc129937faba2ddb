import { type Book, bookOf, type DatedAmount } from '../backtest/book.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import { type ContractReadiness, contractReadinessOf } from '../evaluation/contract-readiness.ts';
import { degenerateFits } from '../evaluation/quick-fit.ts';
import { type Readiness, readinessOf } from '../evaluation/readiness.ts';
import type { SourceRank } from '../features/settle.ts';
import { type ChurnSettings, isContractual } from '../scores/leaving.ts';
import { allTerms } from '../store/contracts.ts';
import { purchaseDays } from '../store/purchase-days.ts';
import type { Workspace } from './cycle.ts';

/** What a book can carry, in the figures that an admin decides by. */
export interface BookReadiness {
  /** Customers with a purchase or a contract, and those of them who came back. */
  customers: number;
  returned: number;
  setting: 'contractual' | 'non-contractual';
  /** Days without a purchase that count as leaving; null where contracts say it. */
  horizonDays: number | null;
  models: readonly { model: string; ready: boolean; reason: string; waitUntil: string | null }[];
  /** What is odd about the book, and what to do about it. */
  warnings: readonly string[];
}

/** What a workspace's book can carry, before a training; null while there is no purchase. */
export async function workspaceReadiness(
  { database, currency }: Pick<Workspace, 'database' | 'currency'>,
  { asOf, churn, rank }: { asOf: CalendarDay; churn: Pick<ChurnSettings, 'definition'>; rank: SourceRank },
): Promise<Readiness | ContractReadiness | null> {
  const { definition } = churn;
  if (isContractual({ definition })) return contractReadinessOf(allTerms(database), { asOf, definition });
  const orders: DatedAmount[] = [];
  for await (const { customerId, day, amountMinor } of purchaseDays(database, asOf, rank)) {
    orders.push({ customerId, day, amount: toMajor(amountMinor, currency) });
  }
  return orders.length === 0 ? null : readinessWithFit(bookOf(orders), asOf);
}

/** What a book can carry, and what goes wrong when models are fitted to a sample of it; contracts are not asked: other models apply. */
export function readinessWithFit(book: Book, asOf: CalendarDay): Readiness {
  const readiness = readinessOf(book, asOf);
  if (readiness.setting === 'contractual') return readiness;
  return { ...readiness, warnings: [...readiness.warnings, ...degenerateFits(book, asOf)] };
}

/** The figures of a readiness that are kept and shown beside other work. */
export function readinessInShort(readiness: Readiness | ContractReadiness): BookReadiness {
  const { customers, setting, models } = readiness;
  return 'contracts' in readiness
    ? { customers, returned: readiness.renewals, setting, horizonDays: null, models, warnings: [] }
    : {
        customers,
        returned: readiness.repeatCustomers,
        setting,
        horizonDays: readiness.gaps.horizonDays,
        models,
        warnings: readiness.warnings,
      };
}
