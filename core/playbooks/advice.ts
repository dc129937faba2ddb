import { type AdvisedDecision, advisedDecision } from '../planning/advised-action.ts';
import { isWithin, type Spending } from '../planning/advised-budget.ts';
import type { AdviceTerms } from '../planning/next-best-action.ts';
import type { PlanningSettings } from '../planning/settings.ts';
import type { Score } from '../scores/score.ts';
import type { Playbook } from './schema.ts';

/** What advice is given by. */
export type AdviceSource = AdviceTerms & { settings: PlanningSettings };

/**
 * What a playbook that carries advice out does with a customer: one of the actions that it names, or nothing, within what the limits leave
 * room for. Null where there is nothing to advise by: then its own task is opened.
 *
 * @param spent what was spent on the day so far
 */
export function adviceFor(
  { name, advised }: Playbook,
  about: { customerId: string; ownerId: string | null; score: Score },
  advice: AdviceSource | null,
  spent: Spending,
): AdvisedDecision | null {
  const { customerId, ownerId, score } = about;
  const { churnProbability, valueIfKept12m, segment } = score;
  if (advice === null || advised === null || churnProbability === null || valueIfKept12m === null) return null;
  const named = new Set(advised.map(({ action }) => action));
  return advisedDecision(
    { customerId, segment, churnProbability, valueIfKept12m },
    name,
    advice,
    (option) => named.has(option.action.name) && isWithin(option, ownerId, spent, advice.settings),
  );
}
