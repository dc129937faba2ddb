import { CLEAR, type FieldDefinition, type FieldValue } from '../domain/fields.ts';
import { SEGMENTS, type Segment } from '../segments/segment-names.ts';
import type { Score } from './score.ts';

const number = (scale: number) => ({ type: 'number', scale }) as const;
const BANDS = {
  type: 'enum',
  options: [
    { value: 'high', label: 'High' },
    { value: 'medium', label: 'Medium' },
    { value: 'low', label: 'Low' },
  ],
} as const;

const SEGMENT_LABELS: Readonly<Record<Segment, string>> = {
  champions: 'Champions',
  loyal: 'Loyal',
  'potential-loyalists': 'Potential loyalists',
  new: 'New',
  promising: 'Promising',
  'needs-attention': 'Needs attention',
  'about-to-sleep': 'About to sleep',
  'at-risk': 'At risk',
  'cannot-lose': 'Cannot lose them',
  hibernating: 'Hibernating',
  lost: 'Lost',
};

/** Of the fields of a score, those that an account's roll-up fills as well. */
const ON_ACCOUNTS: ReadonlySet<string> = new Set([
  'clv_12m',
  'value_if_kept_12m',
  'currency',
  'churn_probability',
  'churn_band',
  'priority',
  'scored_at',
  'model_version',
]);

/** The fields a score fills on a contact: one table for every vendor. Labels state the direction. */
export const SCORE_FIELDS: readonly FieldDefinition[] = [
  field(
    'clv_12m',
    'Expected value, next 12 months',
    'Expected revenue of the next 12 months, discounted, with the risk of leaving in it.',
    number(2),
  ),
  field(
    'clv_12m_low',
    'Expected value, low (1 in 10 below)',
    'One customer in ten like this one brings less.',
    number(2),
  ),
  field(
    'clv_12m_high',
    'Expected value, high (1 in 10 above)',
    'One customer in ten like this one brings more.',
    number(2),
  ),
  field(
    'value_if_kept_12m',
    'Value if kept, next 12 months',
    'What the next 12 months are worth if the customer stays.',
    number(2),
  ),
  field('currency', 'Currency of the values', 'ISO 4217 code of the values above.', { type: 'text', maxLength: 3 }),
  field(
    'churn_probability',
    'Churn risk, 100 = most likely to leave',
    'Probability in percent of leaving within the horizon.',
    number(1),
  ),
  field('churn_horizon_days', 'Churn horizon in days', 'The churn risk is about the next so many days.', number(0)),
  field(
    'churn_band',
    'Churn risk band',
    'High: the fifth of the customers most likely to leave. Lapsed: already gone silent.',
    {
      type: 'enum',
      options: [...BANDS.options, { value: 'lapsed', label: 'Lapsed' }],
    },
  ),
  field('value_band', 'Value band', 'High: the fifth of the customers worth most if kept.', BANDS),
  field(
    'engagement',
    'Engagement, 100 = most engaged',
    'How much goes on with this customer now, beside all others.',
    number(0),
  ),
  field('engagement_trend', 'Engagement trend', 'The last weeks beside what is usual.', {
    type: 'enum',
    options: [
      { value: 'rising', label: 'Rising' },
      { value: 'steady', label: 'Steady' },
      { value: 'falling', label: 'Falling' },
    ],
  }),
  field(
    'priority',
    'Priority, 100 = look here first',
    'Value at risk, risk and loss of engagement in one number.',
    number(0),
  ),
  field('segment', 'Segment', 'By how recently, how often and for how much the customer bought.', {
    type: 'enum',
    options: SEGMENTS.map((value) => ({ value, label: SEGMENT_LABELS[value] })),
  }),
  field('reasons', 'Why', 'What moves these scores most.', { type: 'longText', maxLength: 2000 }),
  field('change', 'What changed', 'Why the scores moved since the last time.', { type: 'longText', maxLength: 1000 }),
  field('next_action', 'Next action', 'What to do now.', { type: 'text', maxLength: 255 }),
  field('next_action_at', 'Next action due', 'The day by which to do it.', { type: 'day' }),
  field(
    'data_quality',
    'Data quality, 100 = best',
    'How far the scores can be believed: how much is known of the customer, and how sound it is.',
    number(0),
  ),
  field('scored_at', 'Scored as of', 'The last day whose facts are in the scores.', { type: 'day' }),
  field('model_version', 'Scoring model', 'Which model made the scores.', { type: 'text', maxLength: 100 }),
];

/** The fields that an account alone carries: what its customers come to. */
const ROLL_UP_FIELDS: readonly FieldDefinition[] = [
  onAccount('customers', 'Customers scored', 'How many customers of this account have a score.', number(0)),
  onAccount('customers_at_risk', 'Customers at risk', 'How many of them are in the high churn risk band.', number(0)),
  onAccount(
    'value_at_risk',
    'Value at risk, next 12 months',
    'Churn risk times value if kept, summed over the customers who have not left.',
    number(2),
  ),
  onAccount(
    'value_at_risk_max',
    'Largest value at risk',
    'The value at risk of the one customer with most.',
    number(2),
  ),
];

/** Every field that scores fill. */
export const PROVISIONED_FIELDS: readonly FieldDefinition[] = [...SCORE_FIELDS, ...ROLL_UP_FIELDS];

function field(name: string, label: string, description: string, type: FieldDefinition['type']): FieldDefinition {
  return { name, label, description, type, on: ON_ACCOUNTS.has(name) ? ['contact', 'account'] : ['contact'] };
}

function onAccount(name: string, label: string, description: string, type: FieldDefinition['type']): FieldDefinition {
  return { name, label, description, type, on: ['account'] };
}

/**
 * A score as field values. What a customer is not eligible for is CLEAR (and stays away from a record that never had it):
 * 0 is a value and arrives as 0.
 */
export function fieldValues(score: Score): Readonly<Record<string, FieldValue>> {
  const orClear = (value: FieldValue | null) => value ?? CLEAR;
  const eligible = score.lifecycle !== 'prospect';
  return {
    clv_12m: orClear(score.clv12m),
    clv_12m_low: orClear(score.clv12mLow),
    clv_12m_high: orClear(score.clv12mHigh),
    value_if_kept_12m: orClear(score.valueIfKept12m),
    currency: eligible ? score.currency : CLEAR,
    churn_probability: score.churnProbability === null ? CLEAR : Math.round(score.churnProbability * 1000) / 10,
    churn_horizon_days: score.churnProbability === null ? CLEAR : score.churnHorizonDays,
    churn_band: orClear(score.churnBand),
    value_band: orClear(score.valueBand),
    engagement: Math.round(score.engagement),
    engagement_trend: score.engagementTrend,
    priority: Math.round(score.priority),
    segment: orClear(score.segment),
    reasons: score.reasons.join('\n').slice(0, 2000),
    change: score.change === null ? CLEAR : score.change.slice(0, 1000),
    next_action: orClear(score.nextAction),
    next_action_at: orClear(score.nextActionOn),
    data_quality: orClear(score.dataQuality?.score ?? null),
    scored_at: score.asOf,
    model_version: score.modelVersion,
  };
}
