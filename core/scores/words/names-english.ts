import type { Names } from './names.ts';

/** What things are called, in English. */
export const englishNames: Names = {
  scores: {
    clv12m: { label: 'Expected value', unit: 'next 12 months', direction: 'higher is better' },
    valueIfKept12m: { label: 'Value if kept', unit: 'next 12 months', direction: 'higher is better' },
    valueAtRisk: { label: 'Value at risk', unit: 'next 12 months', direction: 'lower is better' },
    churnProbability: { label: 'Churn risk', unit: '0–100 %', direction: '100 = most likely to leave' },
    engagement: { label: 'Engagement', unit: '0–100', direction: '100 = most engaged' },
    priority: { label: 'Priority', unit: '0–100', direction: '100 = look at first' },
    dataQuality: { label: 'Data quality', unit: '0–100', direction: '100 = best' },
  },
  bands: { high: 'High', medium: 'Medium', low: 'Low', lapsed: 'Lapsed' },
  lifecycles: { prospect: 'Prospect (never bought)', active: 'Active', lapsed: 'Lapsed (silent for long)' },
  trends: { rising: 'Rising', steady: 'Steady', falling: 'Falling' },
  segments: {
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
  },
  groups: {
    silence: 'Silence and rhythm',
    frequency: 'Number of orders',
    tenure: 'Time as a customer',
    spend: 'Spend per order',
    engagement: 'Engagement',
    support: 'Support cases',
    contract: 'Contract',
  },
  interval: (low, high) => `At least 8 of 10 customers like this one bring between ${low} and ${high}.`,
};
