import { seededRandom } from '../math/random.ts';
import { simulatedMoney, type ValueModels } from '../models/clv/lifetime-value.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import type { BookCustomer, Outcome } from './book.ts';

/** How often what came lay where the predictive distribution said. */
export interface IntervalCoverage {
  /**
   * Share of customers whose randomised PIT of the count lies in (.1, .9): .8 when the distribution is right. Plain coverage cannot
   * say it: the shortest interval of a count that is mostly 0 covers far more than 80 %.
   */
  countPitInside: number;
  /** Share of customers with more purchases than the 90th percentile of their distribution: at most .1 when it is right. */
  countAboveHigh: number;
  /** Of those who bought, the share whose money lay between the 10th and 90th percentile of it, given that they buy; null when none did. */
  buyersSpendInside: number | null;
}

/** Customers looked at: enough for two digits, whatever the size of the book. */
const MOST_CUSTOMERS = 5_000;
const MOST_BUYERS = 1_000;
const DRAWS = 100;
const MOST_TRIES = 20_000;
const SEED = 19_970_930;

/**
 * Coverage of the predictive distribution of a mixture of transaction models (one with weight 1 for a model alone). Customers are
 * taken at even steps through the book; the randomness of the PIT and of the simulation is seeded.
 */
export function intervalCoverage(
  mixture: readonly { model: FittedTransactionModel; weight: number }[],
  spend: ValueModels['spend'],
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
  weeks: number,
): IntervalCoverage {
  const random = seededRandom(SEED);
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  const step = Math.max(1, Math.ceil(customers.length / MOST_CUSTOMERS));
  let [looked, inside, above] = [0, 0, 0];
  for (let i = 0; i < customers.length; i += step) {
    const customer = customers[i] as BookCustomer;
    const { count } = outcomes[i] as Outcome;
    let [below, exactly] = [0, 0];
    for (const { model, weight } of mixture) {
      const distribution = model.distributionOfPurchases(customer, weeks, count);
      const share = weight / total;
      for (let n = 0; n < count; n += 1) below += share * (distribution[n] as number);
      exactly += share * (distribution[count] as number);
    }
    const pit = below + random.next() * exactly;
    looked += 1;
    if (pit > 0.1 && pit < 0.9) inside += 1;
    // More than the smallest count at which the distribution reaches .9.
    if (below >= 0.9) above += 1;
  }
  return {
    countPitInside: inside / looked,
    countAboveHigh: above / looked,
    buyersSpendInside: buyersSpend(mixture, spend, customers, outcomes, weeks),
  };
}

function buyersSpend(
  mixture: readonly { model: FittedTransactionModel; weight: number }[],
  spend: ValueModels['spend'],
  customers: readonly BookCustomer[],
  outcomes: readonly Outcome[],
  weeks: number,
): number | null {
  const buyers = customers.flatMap((customer, i) => {
    const outcome = outcomes[i] as Outcome;
    return outcome.count > 0 && outcome.spend > 0 ? [{ customer, spend: outcome.spend }] : [];
  });
  const step = Math.max(1, Math.ceil(buyers.length / MOST_BUYERS));
  const heaviest = mixture.reduce((a, b) => (b.weight > a.weight ? b : a));
  const terms = { weeks, discountPerWeek: 1, margin: 1 };
  let [looked, inside] = [0, 0];
  for (let i = 0; i < buyers.length; i += step) {
    const buyer = buyers[i] as (typeof buyers)[number];
    const random = seededRandom(SEED + i);
    const futures: number[] = [];
    for (let tries = 0; futures.length < DRAWS && tries < MOST_TRIES; tries += DRAWS) {
      const models = { transactions: heaviest.model, spend };
      for (const money of simulatedMoney(models, buyer.customer, terms, DRAWS, random)) {
        if (money > 0 && futures.length < DRAWS) futures.push(money);
      }
    }
    if (futures.length < DRAWS) continue;
    futures.sort((a, b) => a - b);
    const at = (share: number) => futures[Math.round(share * (DRAWS - 1))] as number;
    looked += 1;
    if (buyer.spend >= at(0.1) && buyer.spend <= at(0.9)) inside += 1;
  }
  return looked === 0 ? null : inside / looked;
}
