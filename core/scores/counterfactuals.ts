import type { Inputs } from '../features/inputs.ts';
import type { EngagementChannel } from '../features/stats.ts';
import { churnRisk } from './churn.ts';
import type { ScoringModel } from './scoring-model.ts';
import type { Act } from './words/words.ts';

/** What the churn risk would be if something a rep can bring about had happened today. The model's association, not a promise. */
export interface Counterfactual {
  acts: readonly Act[];
  from: number;
  to: number;
}

const ACTS: readonly Act[] = ['meeting', 'reply', 'support-settled', 'order'];
/** Less than a point is not worth a call. */
const LEAST_FALL = 0.01;

/** Single acts that would lower the churn risk, most first; and the fewest acts that would take it below a probability. */
export function counterfactuals(
  model: ScoringModel,
  inputs: Inputs,
  below: number,
): { single: readonly Counterfactual[]; fewest: Counterfactual | null } {
  if (churnRisk(model, inputs) === null) return { single: [], fewest: null };
  const risk = (acts: readonly Act[]) => churnRisk(model, acts.reduce(after, inputs)) ?? 0;
  const from = risk([]);
  const possible = ACTS.filter((act) => act !== 'support-settled' || inputs.short.support >= 0.5);
  const single = possible
    .map((act) => ({ acts: [act], from, to: risk([act]) }))
    .filter(({ to }) => from - to >= LEAST_FALL)
    .sort((a, b) => a.to - b.to);
  if (from < below) return { single, fewest: null };
  // All sets of acts, small ones first and among equals the one that lowers most.
  const sets = Array.from({ length: (1 << possible.length) - 1 }, (_, mask) =>
    possible.filter((_act, index) => (mask + 1) & (1 << index)),
  ).map((acts) => ({ acts, from, to: risk(acts) }));
  sets.sort((a, b) => a.acts.length - b.acts.length || a.to - b.to);
  return { single, fewest: sets.find(({ to }) => to < below) ?? null };
}

/** The customer's inputs once an act has happened today; a possible customer's all the same. */
function after(inputs: Inputs, act: Act): Inputs {
  switch (act) {
    case 'order': {
      const repeats = inputs.purchases;
      const meanGapDays = repeats > 0 ? (inputs.meanGapDays * (repeats - 1) + inputs.silenceDays) / repeats : 0;
      return { ...oneMore(inputs, 'purchase'), purchases: inputs.purchases + 1, silenceDays: 0, meanGapDays };
    }
    case 'meeting':
      return oneMore(inputs, 'meeting');
    case 'reply':
      return oneMore(inputs, 'email');
    case 'support-settled':
      return { ...inputs, short: { ...inputs.short, support: 0 }, long: { ...inputs.long, support: 0 } };
  }
}

function oneMore(inputs: Inputs, channel: EngagementChannel): Inputs {
  const { short, long } = inputs;
  return {
    ...inputs,
    short: { ...short, [channel]: short[channel] + 1 },
    long: { ...long, [channel]: long[channel] + 1 },
  };
}
