import { summariseTable, type TransactionTable } from './transaction-table.ts';

/** A normal prior on the logarithm of one parameter. */
export interface LogNormalPrior {
  /** The published value. */
  value: number;
  /** Standard deviation of the logarithm: 1 lets the book be some 2.7 times more or less without much resistance. */
  logSd: number;
}

/** Repeat customers from which on a book speaks for itself. */
export const ENOUGH_REPEAT_CUSTOMERS = 200;

/**
 * Published fits that small books lean on: the CDNOW cohort of 2,357 customers over 39 weeks. BG/NBD and Pareto/NBD from Fader,
 * Hardie & Lee 2005 (Marketing Science 24:275, table 2), MBG/NBD from Batislam, Denizel & Filiztekin's model on the same data,
 * Gamma-Gamma from Fader & Hardie 2013 (note 025), the same of single amounts from our own fit to the sample. Scale parameters, which say how often people buy at all, are held very loosely:
 * that differs from trade to trade, while shapes differ much less.
 */
export const PUBLIC_PRIORS = {
  'bg-nbd': [prior(0.243, 1), prior(4.414, 2), prior(0.793, 1), prior(2.426, 1)],
  'mbg-nbd': [prior(0.525, 1), prior(6.183, 2), prior(0.891, 1), prior(1.614, 1)],
  'pareto-nbd': [prior(0.553, 1), prior(10.578, 2), prior(0.606, 1), prior(11.669, 2)],
  'gamma-gamma': [prior(6.25, 1), prior(3.74, 1)],
  'order-spend': [prior(3.9, 1), prior(4.4, 1)],
} as const satisfies Record<string, readonly LogNormalPrior[]>;

/** Weight of the prior on a book with this many repeat customers: 1 with none, falling to 0 where there are enough. */
export function priorWeight(repeatCustomers: number): number {
  return Math.max(0, 1 - repeatCustomers / ENOUGH_REPEAT_CUSTOMERS);
}

/**
 * The mean loss with the prior, whose part of the gradient (of the mean loss, by log-parameters) is added in place.
 *
 * @param loss of all customers together, without the prior
 */
export function penalised(
  loss: number,
  {
    prior: beliefs,
    weight,
    theta,
    gradient,
    customers,
  }: {
    prior: readonly LogNormalPrior[];
    weight: number;
    /** Logarithms of the parameters. */
    theta: ArrayLike<number>;
    gradient: Float64Array;
    customers: number;
  },
): number {
  let total = loss;
  for (const [i, { value, logSd }] of beliefs.entries()) {
    const off = ((theta[i] as number) - Math.log(value)) / logSd;
    total += (weight * off * off) / 2;
    gradient[i] = (gradient[i] as number) + (weight * off) / (logSd * customers);
  }
  return total / customers;
}

/** The weight for a table, and the sentence that says so when it is not 0. */
export function smallBookPenalty(table: TransactionTable): { penalty: number; warnings: readonly string[] } {
  const { repeatCustomers } = summariseTable(table);
  const penalty = priorWeight(repeatCustomers);
  if (penalty === 0) return { penalty, warnings: [] };
  return {
    penalty,
    warnings: [
      `Only ${repeatCustomers} customers have bought twice: the parameters lean on a published book (CDNOW) with weight ${penalty.toFixed(2)}. From ${ENOUGH_REPEAT_CUSTOMERS} repeat customers on, this book speaks for itself.`,
    ],
  };
}

function prior(value: number, logSd: number): LogNormalPrior {
  return { value, logSd };
}
