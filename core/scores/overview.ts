import type { CalendarDay } from '../domain/calendar-day.ts';
import { r2 } from '../evaluation/regression.ts';
import { growSurrogate, type SurrogateNode, surrogateValue } from '../explain/surrogate-tree.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import type { Segment } from '../segments/segment-names.ts';
import { churnRisk } from './churn.ts';
import { explain } from './explain.ts';
import type { ScoreName } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { type Sentences, say } from './words/index.ts';

/** A group's share, by size, of all contributions to a score, 0..1. */
export interface GroupShare {
  score: ScoreName;
  group: string;
  share: number;
}

/** How much a group of inputs moves a score: over the book or one segment. */
export interface Importance extends GroupShare {
  /** Null for the whole book. */
  segment: Segment | null;
  /** The same by each of the models of earlier trainings on the same customers: lowest and highest, today's included. */
  shareLow: number;
  shareHigh: number;
}

/** A question of the surrogate tree in words, and where the answers lead. */
export interface SurrogateView {
  churnProbability: number;
  shareOfCustomers: number;
  question: string | null;
  yes: SurrogateView | null;
  no: SurrogateView | null;
}

/** What the scores rest on, in the whole book. */
export interface Overview {
  customers: number;
  /** Versions of the models compared, today's first. */
  models: readonly string[];
  importance: readonly Importance[];
  /** A tree of three levels in the place of the churn model; fidelity is its R2 on customers it was not grown on. Null without a churn risk. */
  surrogate: { fidelity: number; tree: SurrogateView } | null;
}

/** A customer to look at. */
export interface Looked {
  stats: CustomerStats;
  segment: Segment | null;
}

/** Fewer customers than this in a segment, and it has no row of its own. */
const LEAST_IN_SEGMENT = 10;

/** What the surrogate tree may ask about. */
export const QUESTIONS = ['silence', 'lateness', 'orders', 'age', 'visits', 'meetings', 'support'] as const;
export type Question = (typeof QUESTIONS)[number];

function answers(inputs: Inputs): readonly number[] {
  const { long } = inputs;
  const lateness = inputs.meanGapDays > 0 ? inputs.silenceDays / inputs.meanGapDays : 1;
  return [
    inputs.silenceDays,
    lateness,
    inputs.purchases,
    inputs.ageDays,
    long.web + long.email + long.product,
    long.meeting,
    long.support,
  ];
}

/** Looks at a sample of buyers with today's model and earlier ones. */
export function overviewOf(
  models: readonly [ScoringModel, ...ScoringModel[]],
  sample: readonly Looked[],
  asOf: CalendarDay,
  sentences: Sentences,
): Overview {
  const [today] = models;
  const customers = sample.map((each) => ({ ...each, inputs: inputsAt(each.stats, asOf, today.currency) }));
  const bySegment = Map.groupBy(customers, ({ segment }) => segment);
  const parts: readonly { segment: Segment | null; members: typeof customers }[] = [
    { segment: null, members: customers },
    ...[...bySegment]
      .filter(([segment, members]) => segment !== null && members.length >= LEAST_IN_SEGMENT)
      .map(([segment, members]) => ({ segment, members })),
  ];
  const importance = parts.flatMap(({ segment, members }) => {
    const [own, ...earlier] = models.map((model) =>
      sharesOf(
        model,
        members.map(({ inputs }) => inputs),
      ),
    );
    return [...(own ?? [])].map(([key, share]): Importance => {
      const [score = '', group = ''] = key.split('/');
      const all = [share, ...earlier.map((shares) => shares.get(key) ?? 0)];
      return {
        score: score as ScoreName,
        group,
        segment,
        share,
        shareLow: Math.min(...all),
        shareHigh: Math.max(...all),
      };
    });
  });
  return {
    customers: customers.length,
    models: models.map(({ version }) => version),
    importance,
    surrogate: surrogateOf(
      today,
      customers.map(({ inputs }) => inputs),
      sentences,
    ),
  };
}

/** How much each group of inputs moves each score over some customers, as a share of all; by score, the largest first. */
export function importanceOf(model: ScoringModel, customers: readonly Inputs[]): readonly GroupShare[] {
  return [...sharesOf(model, customers)]
    .map(([key, share]) => {
      const [score = '', group = ''] = key.split('/');
      return { score: score as ScoreName, group, share };
    })
    .sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : b.share - a.share));
}

/** By score and group: the mean size of its contributions as a share of all groups' of the score. */
function sharesOf(model: ScoringModel, customers: readonly Inputs[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const totals = new Map<string, number>();
  for (const inputs of customers) {
    for (const [score, { contributions }] of Object.entries(explain(model, inputs))) {
      for (const { group, contribution } of contributions) {
        const key = `${score}/${group}`;
        sizes.set(key, (sizes.get(key) ?? 0) + Math.abs(contribution));
        totals.set(score, (totals.get(score) ?? 0) + Math.abs(contribution));
      }
    }
  }
  return new Map(
    [...sizes].map(([key, size]) => {
      const total = totals.get(key.split('/', 1)[0] ?? '') ?? 0;
      return [key, total > 0 ? size / total : 0];
    }),
  );
}

function surrogateOf(model: ScoringModel, customers: readonly Inputs[], sentences: Sentences): Overview['surrogate'] {
  const asked = customers.flatMap((inputs) => {
    const risk = churnRisk(model, inputs);
    return risk === null ? [] : [{ inputs, risk }];
  });
  if (asked.length < 2 * LEAST_IN_SEGMENT) return null;
  const rows = asked.map(({ inputs }) => answers(inputs));
  const risks = asked.map(({ risk }) => risk);
  const half = <Value>(values: readonly Value[], odd: 0 | 1) => values.filter((_, index) => index % 2 === odd);
  const tree = growSurrogate(half(rows, 0), half(risks, 0));
  const predicted = half(rows, 1).map((row) => surrogateValue(tree, row));
  return { fidelity: r2(predicted, half(risks, 1)), tree: viewOf(tree, sentences) };
}

function viewOf({ value, share, split }: SurrogateNode, sentences: Sentences): SurrogateView {
  const about = split && QUESTIONS[split.input];
  return {
    churnProbability: value,
    shareOfCustomers: share,
    question: about ? say(sentences, { says: 'question', about, atLeast: split.threshold }) : null,
    yes: split && viewOf(split.yes, sentences),
    no: split && viewOf(split.no, sentences),
  };
}
