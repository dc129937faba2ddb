import type { Trait } from '../../segments/describe-clusters.ts';
import type { Segment } from '../../segments/segment-names.ts';
import type { LoweredBy } from '../data-quality.ts';
import type { Question } from '../overview.ts';
import type { Criterion } from '../priority.ts';
import type { Factor } from '../train-drivers.ts';

/** Everything a score may say to a person, as data: what is said is decided once, how by each language. Amounts in major units. */
export type Statement =
  | { says: 'no-second-order'; days: number }
  | { says: 'overdue'; days: number; usualDays: number }
  | { says: 'last-order'; days: number; usualDays: number }
  | { says: 'order-days'; count: number }
  | { says: 'customer-for'; days: number }
  | { says: 'usual-spend'; amount: number; currency: string }
  | { says: 'no-usual-spend' }
  | { says: 'no-order-yet' }
  | { says: 'quiet' }
  | { says: 'active' }
  | { says: 'support'; lately: boolean }
  | { says: 'streak'; weeks: number }
  | { says: 'activity-drop'; days: number; usualDays: number }
  | { says: 'activity-trend'; trend: 'rising' | 'falling' }
  | { says: 'clockwork'; everyDays: number }
  | { says: 'notice-given' }
  | { says: 'contract-ends'; days: number }
  | { says: 'under-contract'; days: number }
  | { says: 'risk'; direction: 'raises' | 'lowers' }
  /** `oneInTenAbove` is null where fewer than one in ten bring more than what is expected. */
  | { says: 'next-year'; expected: number; oneInTenAbove: number | null; likelyNothing: boolean; currency: string }
  | { says: 'moved'; what: 'churn' | 'value'; by: number; currency: string; parts: readonly MovedPart[] }
  | { says: 'would-change'; acts: readonly Act[]; from: number; to: number }
  | { says: 'would-rank'; rank: number; criterion: Criterion }
  | { says: 'segment-name'; segment: Segment }
  | { says: 'segment-advice'; segment: Segment }
  | { says: 'cluster'; traits: readonly Trait[] }
  | { says: 'driver'; factor: Factor | { did: string }; leftWith: number; leftWithout: number }
  | { says: 'question'; about: Question; atLeast: number }
  | { says: 'data-lowered'; by: LoweredBy; count: number }
  | { says: 'call' }
  | { says: 'win-back' };

/** What a rep can bring about. */
export type Act = 'order' | 'meeting' | 'reply' | 'support-settled';

/** Part of a movement, in whole points or units of money. */
export interface MovedPart {
  why: 'time' | 'inputs' | 'model';
  by: number;
}

/** A language: a sentence for every statement. One that lacks a statement does not compile. */
export type Sentences = {
  readonly [Says in Statement['says']]: (statement: Extract<Statement, { says: Says }>) => string;
};

/** Says a statement in a language. */
export function say(sentences: Sentences, statement: Statement): string {
  const sentence = sentences[statement.says] as (statement: Statement) => string;
  return sentence(statement);
}
