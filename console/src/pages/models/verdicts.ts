import type { Verdict } from '../../../../webhooks/client/staypower-client.ts';

/** What came of comparing a challenger with the champion. */
export const BECAUSE: Readonly<Record<Verdict['because'], string>> = {
  better: 'Better in something, worse in nothing',
  'outdated-champion': 'As good as a champion of more than a year ago',
  worse: 'Worse in something',
  alike: 'Neither better nor worse',
  'too-few-outcomes': 'Too few outcomes to judge by',
};
