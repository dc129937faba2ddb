import { patternsAt } from '../engagement/patterns.ts';
import type { Inputs } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import type { InputGroup } from './input-groups.ts';
import type { Explanation, Score, ScoreName } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { type Sentences, type Statement, say } from './words/index.ts';
import { worthOf } from './worth.ts';

type Told = Pick<Score, 'asOf' | 'lifecycle' | 'clv12m' | 'clv12mHigh'>;

/** Weeks in a row worth a word. */
const LONG_STREAK_WEEKS = 4;

/**
 * Three sentences for a rep: what moves the churn risk most, up or down, and what the value rests on. No names of features; a
 * sentence for each fact.
 */
export function reasons(
  model: ScoringModel,
  customer: { inputs: Inputs; rhythm: CustomerStats['rhythm'] },
  explained: Partial<Record<ScoreName, Explanation>>,
  score: Told,
  sentences: Sentences,
): readonly string[] {
  const { inputs } = customer;
  const pattern = standingOut(customer.rhythm, score);
  const about = (group: InputGroup) => (group === 'engagement' && pattern) || fact(group, inputs, model.currency);
  if (score.lifecycle === 'prospect') {
    return [{ says: 'no-order-yet' } as const, about('engagement')].map((each) => say(sentences, each));
  }
  const churn = [...(explained.churn?.contributions ?? [])]
    .filter(({ contribution }) => Math.abs(contribution) >= 0.005)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, 2)
    .map(({ group, contribution }) => {
      const direction = contribution > 0 ? 'raises' : 'lowers';
      return `${say(sentences, about(group as InputGroup))} ${say(sentences, { says: 'risk', direction })}`;
    });
  const value = nextYear(model, inputs, score);
  return value ? [...churn, say(sentences, value)] : churn;
}

/** One fact about a customer. */
export function fact(group: InputGroup, inputs: Inputs, currency: string): Statement {
  const { silenceDays: days, meanGapDays: usualDays } = inputs;
  switch (group) {
    case 'silence':
      if (inputs.purchases <= 1) return { says: 'no-second-order', days };
      return { says: days > usualDays ? 'overdue' : 'last-order', days, usualDays };
    case 'frequency':
      return { says: 'order-days', count: inputs.purchases };
    case 'tenure':
      return { says: 'customer-for', days: inputs.ageDays };
    case 'spend':
      return inputs.meanSpend > 0
        ? { says: 'usual-spend', amount: inputs.meanSpend, currency }
        : { says: 'no-usual-spend' };
    case 'engagement': {
      const now = inputs.short.web + inputs.short.email + inputs.short.meeting + inputs.short.product;
      return { says: now < 0.5 ? 'quiet' : 'active' };
    }
    case 'contract':
      return contractFact(inputs.contract);
    case 'support':
      return { says: 'support', lately: inputs.short.support >= 0.5 };
  }
}

function contractFact(contract: Inputs['contract']): Statement {
  if (contract?.noticeGiven) return { says: 'notice-given' };
  if (contract && contract.daysToEnd !== null) return { says: 'contract-ends', days: contract.daysToEnd };
  return { says: 'under-contract', days: contract?.tenureDays ?? 0 };
}

/** The pattern of activity that says most: a drop before a trend, before regularity, before a streak. */
function standingOut(rhythm: CustomerStats['rhythm'], { asOf }: Pick<Told, 'asOf'>): Statement | null {
  if (!rhythm) return null;
  const { drop, trend, everyDays, streakWeeks } = patternsAt(rhythm, asOf);
  if (drop) return { says: 'activity-drop', ...drop };
  if (trend) return { says: 'activity-trend', trend };
  if (everyDays !== null) return { says: 'clockwork', everyDays };
  return streakWeeks >= LONG_STREAK_WEEKS ? { says: 'streak', weeks: streakWeeks } : null;
}

function nextYear(model: ScoringModel, inputs: Inputs, score: Told): Statement | null {
  if (score.clv12m === null || score.clv12mHigh === null) return null;
  const nothing = worthOf(model, inputs)?.probabilityOfNothing(YEAR_WEEKS) ?? 0;
  return {
    says: 'next-year',
    expected: score.clv12m,
    // The interval is stretched up to what is expected where a few large futures lift that above nine tenths of all.
    oneInTenAbove: score.clv12mHigh > score.clv12m ? score.clv12mHigh : null,
    likelyNothing: nothing > 0.5,
    currency: model.currency,
  };
}
