import type { Section } from '../section.ts';
import { askedSection } from './asked.ts';
import { churnSection } from './churn.ts';
import { moreChurnSection } from './churn-more.ts';
import { dataSection } from './data.ts';
import { engagementSection } from './engagement.ts';
import { imbalanceSection } from './imbalance.ts';
import { learningSection } from './learning.ts';
import { planningSection } from './planning.ts';
import { survivalSection } from './survival.ts';
import { trialsSection } from './trials.ts';
import { upliftSection } from './uplift.ts';
import { valueSection } from './value.ts';

/** The sections in the order they run; what is told of all comes last, as it reads the others. */
export const SECTIONS: readonly Section[] = [
  dataSection,
  valueSection,
  survivalSection,
  engagementSection,
  upliftSection,
  trialsSection,
  planningSection,
  learningSection,
  churnSection,
  moreChurnSection,
  imbalanceSection,
  askedSection,
];

/** The order in which the report tells them. */
export const TOLD: readonly string[] = [
  'asked',
  'data',
  'value',
  'churn',
  'churn-more',
  'imbalance',
  'survival',
  'engagement',
  'uplift',
  'trials',
  'planning',
  'learning',
];
