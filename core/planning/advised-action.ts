import { createHash } from 'node:crypto';
import { normal, seededRandom } from '../math/random.ts';
import {
  type ActionWorth,
  type AdviceCustomer,
  type AdviceTerms,
  actionWorthAt,
  optionsOf,
} from './next-best-action.ts';

/** One thing that could be done, with the probability of its being chosen. Money in the reporting currency. */
export interface AdvisedOption {
  /** Null: leave the customer alone. */
  action: string | null;
  /** 0..1; all of one decision add up to 1. */
  probability: number;
  net: number;
}

/** What is to be done with a customer, and with which probability it was chosen: what an estimate of another policy needs. */
export interface AdvisedDecision {
  choice: ActionWorth | null;
  /** Of the choice; above 0. */
  propensity: number;
  options: readonly AdvisedOption[];
}

/** From so many draws the share in which an action is the best becomes its probability. */
const DRAWS = 400;

/**
 * The next best action as a choice at random whose probabilities are known: with 1 - exploreShare what expectation says, else by how often each is
 * the best at save rates drawn from what is believed of them (Thompson 1933). The shares of the draws are themselves the probabilities that are
 * chosen by, so that the propensity is exact. The same for the same customer, playbook and day.
 *
 * @param mayDo which of the configured actions may be done now: those that the playbook names and the limits leave room for
 */
export function advisedDecision(
  customer: AdviceCustomer,
  playbook: string,
  terms: AdviceTerms,
  mayDo: (option: ActionWorth) => boolean,
): AdvisedDecision {
  const { exploreShare, leastChance } = terms.settings;
  const possible = optionsOf(customer, terms).filter(mayDo);
  const random = seededRandom(seedOf(customer.customerId, playbook, terms));
  const expected = possible.find(({ net, chanceItPays }) => net > 0 && chanceItPays >= leastChance) ?? null;
  const best = new Map<string | null, number>();
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const [first] = possible
      .map((option) => {
        const mean = option.saveRate.mean + option.saveRate.standardDeviation * normal(random);
        return { option, net: actionWorthAt(customer, option, mean, terms).net };
      })
      .sort((a, b) => b.net - a.net);
    const name = first !== undefined && first.net > 0 ? first.option.action.name : null;
    best.set(name, (best.get(name) ?? 0) + 1);
  }
  const probabilityOf = (option: ActionWorth | null) =>
    (1 - exploreShare) * Number(option === expected) +
    (exploreShare * (best.get(option?.action.name ?? null) ?? 0)) / DRAWS;
  const all = [null, ...possible].map((option) => ({ option, probability: probabilityOf(option) }));
  const chosen = chooseOf(all, random.next());
  return {
    choice: chosen.option,
    propensity: chosen.probability,
    options: all.map(({ option, probability }) => ({
      action: option?.action.name ?? null,
      probability,
      net: option?.net ?? 0,
    })),
  };
}

/** @param at uniform, 0 <= at < 1 */
function chooseOf<Each extends { probability: number }>(all: readonly Each[], at: number): Each {
  const possible = all.filter(({ probability }) => probability > 0);
  let passed = 0;
  for (const each of possible) {
    passed += each.probability;
    if (at < passed) return each;
  }
  // Probabilities that add up to a hair less than 1.
  return possible.at(-1) as Each;
}

function seedOf(customerId: string, playbook: string, { asOf, seed }: AdviceTerms): number {
  const digest = createHash('sha256').update(`advised\0${seed}\0${playbook}\0${customerId}\0${asOf}`).digest();
  return digest.readUIntBE(0, 6);
}
