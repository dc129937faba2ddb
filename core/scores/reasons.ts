import type { Inputs } from '../features/inputs.ts';
import type { InputGroup } from './explain.ts';
import type { Explanation, Score, ScoreName } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';

type Explained = Partial<Record<ScoreName, Explanation>>;
type Told = Pick<Score, 'lifecycle' | 'clv12m' | 'clv12mHigh' | 'churnProbability'>;

/**
 * Three sentences for a rep: what moves the churn risk most, up or down, and what the value rests on. No names of features; a
 * sentence for each fact.
 */
export function reasons(model: ScoringModel, inputs: Inputs, explained: Explained, score: Told): readonly string[] {
  if (score.lifecycle === 'prospect') return [prospectSentence(inputs)];
  const churn = [...(explained.churn?.contributions ?? [])]
    .filter(({ contribution }) => Math.abs(contribution) >= 0.005)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, 2)
    .map(
      ({ group, contribution }) =>
        `${fact(group as InputGroup, inputs, model)} ${contribution > 0 ? 'Raises' : 'Lowers'} the risk of leaving.`,
    );
  return [...churn, valueSentence(model, inputs, score)].filter((sentence) => sentence !== '');
}

/** One fact about a customer, in words. */
export function fact(group: InputGroup, inputs: Inputs, model: Pick<ScoringModel, 'currency'>): string {
  const silence = days(inputs.silenceDays);
  switch (group) {
    case 'silence':
      if (inputs.purchases <= 1) return `No second order in ${silence}.`;
      return inputs.silenceDays > inputs.meanGapDays
        ? `No order for ${silence}; usually every ${Math.max(Math.round(inputs.meanGapDays), 1)}.`
        : `Last order ${silence} ago; usually every ${Math.max(Math.round(inputs.meanGapDays), 1)}.`;
    case 'frequency':
      return inputs.purchases === 1 ? 'One order so far.' : `Ordered on ${inputs.purchases} days so far.`;
    case 'tenure':
      return `Customer for ${age(inputs.ageDays)}.`;
    case 'spend':
      return inputs.meanSpend > 0
        ? `Spends about ${Math.round(inputs.meanSpend)} ${model.currency} an order.`
        : 'No repeat order to tell the usual spend from.';
    case 'engagement': {
      const now = inputs.short.web + inputs.short.email + inputs.short.meeting + inputs.short.product;
      return now < 0.5 ? 'Hardly any visits, mails or meetings lately.' : 'Visits, mails or meetings going on.';
    }
    case 'support':
      return inputs.short.support >= 0.5 ? 'Support cases lately.' : 'No support case lately.';
  }
}

function valueSentence(model: ScoringModel, inputs: Inputs, score: Told): string {
  if (score.clv12m === null || score.clv12mHigh === null) return '';
  const nothing = model.value?.transactions.probabilityOfNoPurchase(
    {
      frequency: inputs.purchases - 1,
      ageWeeks: inputs.ageDays / 7,
      recencyWeeks: inputs.purchases > 1 ? (inputs.ageDays - inputs.silenceDays) / 7 : 0,
    },
    365 / 7,
  );
  const money = (amount: number) => `${Math.round(amount)} ${model.currency}`;
  return nothing !== undefined && nothing > 0.5
    ? `Next 12 months: most likely nothing; on average ${money(score.clv12m)}, one in ten above ${money(score.clv12mHigh)}.`
    : `Next 12 months: ${money(score.clv12m)} expected, one in ten above ${money(score.clv12mHigh)}.`;
}

function prospectSentence(inputs: Inputs): string {
  return `No order yet. ${fact('engagement', inputs, { currency: '' })}`;
}

function days(count: number): string {
  const whole = Math.max(Math.round(count), 0);
  return whole === 1 ? '1 day' : `${whole} days`;
}

function age(count: number): string {
  if (count < 60) return days(count);
  return count < 730 ? `${Math.round(count / 30.4)} months` : `${Math.round(count / 365)} years`;
}
