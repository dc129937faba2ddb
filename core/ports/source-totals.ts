import type { MonthTotal, SaleFigure } from '../domain/sale-figures.ts';

/**
 * What a source says it has, counted by another way than records are pulled, so that what a pull misses shows. Refunds are left out:
 * they stand on their sales. Reads only.
 */
export interface SourceTotals {
  /** Records of a stream; what is archived or in the recycle bin is not among them. */
  count(stream: 'accounts' | 'contacts'): Promise<number>;
  /** Their ids, as records name them. */
  ids(stream: 'accounts' | 'contacts'): AsyncIterable<readonly string[]>;
  salesByMonth(): Promise<readonly MonthTotal[]>;
  /** The sales of one month; those without a date for null. */
  salesOf(month: string | null): Promise<readonly SaleFigure[]>;
}
