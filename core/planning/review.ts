import type { FeatureSpec } from '../models/trees/table.ts';
import { type AdviceTerms, nextBestAction } from './next-best-action.ts';
import { type LoggedDecision, type PolicyValue, policyValue } from './off-policy.ts';
import { type ActionEffect, type Arms, saveRates } from './save-rates.ts';
import type { PlannedAction } from './settings.ts';
import type { TrialRow } from './uplift-learners.ts';

/** A customer who entered a playbook, as known on that day, and what came of it within the churn horizon. */
export interface Episode {
  customerId: string;
  playbook: string;
  segment: string | null;
  churnProbability: number;
  valueIfKept12m: number;
  treated: boolean;
  left: boolean;
}

/** What `upliftTrial` tells of a customer: what the scores said on the day of entry. */
export const TRIAL_FEATURES: readonly FeatureSpec[] = [
  { name: 'churnProbability', kind: 'number' },
  { name: 'valueIfKept12m', kind: 'number' },
  { name: 'segment', kind: 'category' },
];

/** The entries into a playbook as a randomised trial whose wanted outcome is that the customer stays. */
export function upliftTrial(episodes: readonly Episode[], playbook: string): readonly TrialRow[] {
  return episodes
    .filter((episode) => episode.playbook === playbook)
    .map(({ churnProbability, valueIfKept12m, segment, treated, left }) => ({
      values: [churnProbability, valueIfKept12m, segment],
      treated,
      outcome: left ? 0 : 1,
    }));
}

/** What is believed of each action, by its name: its prior, and what its playbook's holdout says. */
export function effectsOf(
  actions: readonly PlannedAction[],
  episodes: readonly Episode[],
): ReadonlyMap<string, ActionEffect> {
  return new Map(
    actions.map(({ name, prior, playbook }) => {
      const measured = new Map<string, Arms>();
      for (const episode of episodes) {
        if (episode.playbook !== playbook) continue;
        const segment = episode.segment ?? '';
        const arms = measured.get(segment) ?? emptyArms();
        measured.set(segment, arms);
        const arm = episode.treated ? arms.treated : arms.heldOut;
        arm.customers += 1;
        arm.left += Number(episode.left);
      }
      return [name, saveRates(prior, measured)];
    }),
  );
}

function emptyArms(): Arms {
  return { treated: { customers: 0, left: 0 }, heldOut: { customers: 0, left: 0 } };
}

/**
 * What the advice would have earned of those who entered a playbook, before it is switched on: margin kept in 12 months less the cost of the
 * action, for each of them, beside treating nobody and everybody. Effects come from the other half of the customers, so that the
 * advice is not judged by the outcomes it was learned from. Empty while an arm has nobody.
 *
 * @param action the action that the playbook stands for
 */
export function reviewAdvice(
  episodes: readonly Episode[],
  action: PlannedAction,
  terms: Omit<AdviceTerms, 'effects'>,
): { advice: PolicyValue; nobody: PolicyValue; everybody: PolicyValue } | null {
  const own = episodes.filter(({ playbook }) => playbook === action.playbook);
  const treatedShare = own.filter(({ treated }) => treated).length / own.length;
  if (!(treatedShare > 0 && treatedShare < 1)) return null;
  const halves = [own.filter((_, i) => i % 2 === 0), own.filter((_, i) => i % 2 === 1)] as const;
  const learned = halves.map((half) => effectsOf(terms.settings.actions, half));
  const decisions = (treats: (episode: Episode, effects: ReadonlyMap<string, ActionEffect>) => boolean) =>
    own.map((episode, i): LoggedDecision => {
      const effects = learned[(i + 1) % 2] ?? new Map<string, ActionEffect>();
      const treat = treats(episode, effects);
      const margin = terms.settings.margin * episode.valueIfKept12m;
      const cost = action.cost + (action.minutes / 60) * terms.settings.costPerHour;
      const saveRate = effects.get(action.name)?.overall.mean ?? 0;
      const expected = (treated: boolean) =>
        treated
          ? margin * (1 - episode.churnProbability * (1 - saveRate)) - cost
          : margin * (1 - episode.churnProbability);
      return {
        reward: (episode.left ? 0 : margin) - (episode.treated ? cost : 0),
        propensity: episode.treated ? treatedShare : 1 - treatedShare,
        targetProbability: treat === episode.treated ? 1 : 0,
        expectedOfTaken: expected(episode.treated),
        expectedOfTarget: expected(treat),
      };
    });
  return {
    advice: policyValue(
      decisions(
        (episode, effects) => nextBestAction(episode, { ...terms, effects }).choice?.action.name === action.name,
      ),
    ),
    nobody: policyValue(decisions(() => false)),
    everybody: policyValue(decisions(() => true)),
  };
}
