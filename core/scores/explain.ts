import { namedInLedger, totalPoints } from '../engagement/ledger.ts';
import { localSurrogate } from '../explain/lime.ts';
import { shapleyValues } from '../explain/shapley.ts';
import type { Inputs } from '../features/inputs.ts';
import { ENGAGEMENT_CHANNELS } from '../features/stats.ts';
import { churnRisk } from './churn.ts';
import { engagementScore } from './engagement.ts';
import type { InputGroup } from './input-groups.ts';
import { isContractual } from './leaving.ts';
import { roundMoney } from './numbers.ts';
import type { Contribution, Explanation, ScoreName } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { TWELVE_MONTHS } from './value.ts';
import { worthOf } from './worth.ts';

const GROUPS_OF: Readonly<Record<ScoreName, readonly InputGroup[]>> = {
  clv: ['silence', 'frequency', 'tenure', 'spend'],
  churn: ['silence', 'frequency', 'tenure', 'engagement', 'support'],
  engagement: ['silence', 'engagement', 'support'],
};
const GROUPS_OF_CONTRACTS: Readonly<Record<ScoreName, readonly InputGroup[]>> = {
  ...GROUPS_OF,
  // What customers paid stands in where the worth of their contract is not mapped.
  clv: ['contract', 'spend', 'silence', 'frequency', 'tenure'],
  churn: ['contract', 'silence', 'frequency', 'engagement', 'support'],
};

/**
 * Explains the final scores of one customer: exact Shapley values over named groups of inputs, against the book's median active customer.
 * Baseline plus contributions give the score to 1e-9, whatever the model inside.
 */
export function explain(model: ScoringModel, given: Inputs): Partial<Record<ScoreName, Explanation>> {
  const inputs = namedInLedger(model.ledger, given);
  const explained: Partial<Record<ScoreName, Explanation>> = {
    engagement: explanation(model, inputs, 'engagement', (mixed) =>
      engagementScore(model.tables.engagementPoints, totalPoints(model.ledger, mixed)),
    ),
  };
  if (worthOf(model, inputs) !== null) {
    explained.clv = explanation(model, inputs, 'clv', (mixed) =>
      roundMoney(worthOf(model, mixed)?.expected(TWELVE_MONTHS) ?? 0, model.currency),
    );
  }
  if (churnRisk(model, inputs) !== null) {
    explained.churn = explanation(model, inputs, 'churn', (mixed) => churnRisk(model, mixed) ?? 0);
  }
  return explained;
}

/** A straight line through the churn risk around a customer, over the same groups, with how well it fits; null without a churn risk. */
export function churnSurrogate(
  model: ScoringModel,
  inputs: Inputs,
): { fidelity: number; contributions: readonly Contribution[] } | null {
  if (churnRisk(model, inputs) === null) return null;
  const groups = groupsOf(model, 'churn');
  const { fidelity, contributions } = localSurrogate(
    groups.length,
    (mask) => churnRisk(model, masked(model, inputs, groups, mask)) ?? 0,
  );
  return {
    fidelity,
    contributions: groups.map((group, index) => ({ group, contribution: contributions[index] ?? 0 })),
  };
}

function explanation(
  model: ScoringModel,
  inputs: Inputs,
  score: ScoreName,
  scoreOf: (mixed: Inputs) => number,
): Explanation {
  const groups = groupsOf(model, score);
  const values = shapleyValues(groups.length, (mask) => scoreOf(masked(model, inputs, groups, mask)));
  return {
    baseline: scoreOf(model.reference),
    contributions: groups.map((group, index) => ({ group, contribution: values[index] ?? 0 })),
  };
}

function groupsOf(model: ScoringModel, score: ScoreName): readonly InputGroup[] {
  return (isContractual(model) ? GROUPS_OF_CONTRACTS : GROUPS_OF)[score];
}

function masked(model: ScoringModel, inputs: Inputs, groups: readonly InputGroup[], mask: number): Inputs {
  return mixed(model.reference, inputs, new Set(groups.filter((_, index) => mask & (1 << index))));
}

/** A customer with some groups of inputs its own and the others the reference's. */
function mixed(reference: Inputs, own: Inputs, groups: ReadonlySet<InputGroup>): Inputs {
  const from = (group: InputGroup) => (groups.has(group) ? own : reference);
  const memory = (name: 'short' | 'long') =>
    Object.fromEntries(
      ENGAGEMENT_CHANNELS.map((channel) => [channel, from(groupOf(channel))[name][channel]]),
    ) as Inputs['short'];
  const named = (group: InputGroup) =>
    Object.entries(from(group).named).filter(([key]) => groupOf(key.split('/', 1)[0] ?? '') === group);
  return {
    purchases: from('frequency').purchases,
    silenceDays: from('silence').silenceDays,
    ageDays: from('tenure').ageDays,
    meanGapDays: from('silence').meanGapDays,
    spendDays: from('spend').spendDays,
    meanSpend: from('spend').meanSpend,
    totalSpend: from('spend').totalSpend,
    short: memory('short'),
    long: memory('long'),
    contract: withAnnualValue(from('contract').contract, from('spend').contract?.standing?.annualValue ?? null),
    named: Object.fromEntries((['silence', 'engagement', 'support'] as const).flatMap(named)),
  };
}

/** What a year of a contract is worth is spend, not the contract's course. */
function withAnnualValue(contract: Inputs['contract'], annualValue: number | null): Inputs['contract'] {
  return contract?.standing ? { ...contract, standing: { ...contract.standing, annualValue } } : contract;
}

/** Which group a channel's events belong to. */
function groupOf(channel: string): 'silence' | 'engagement' | 'support' {
  return channel === 'purchase' ? 'silence' : channel === 'support' ? 'support' : 'engagement';
}
