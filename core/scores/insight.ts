import { bestOf } from '../backtest/ensemble.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { expectedActivity, FORECAST_DAYS } from '../engagement/forecast.ts';
import { type LedgerRow, ledgerRows, totalPoints } from '../engagement/ledger.ts';
import { type Patterns, patternsAt } from '../engagement/patterns.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import { type CustomerStats, ENGAGEMENT_CHANNELS, type EngagementChannel } from '../features/stats.ts';
import { clusterOf } from '../segments/clusters.ts';
import { traitsOf } from '../segments/describe-clusters.ts';
import { counterfactuals } from './counterfactuals.ts';
import { engagementScore } from './engagement.ts';
import { churnSurrogate } from './explain.ts';
import { type HorizonValue, valueByHorizon } from './horizons.ts';
import { type MarginSums, marginFor, type UsedMargin } from './margin.ts';
import { propensityOf } from './propensity.ts';
import type { Contribution } from './score.ts';
import type { ScoringModel } from './scoring-model.ts';
import { type StayingPoint, stayingCurve } from './staying-curve.ts';
import type { ValueReport } from './value-report.ts';
import { type Sentences, say } from './words/index.ts';
import { worthOf } from './worth.ts';

/** What is behind a customer's scores, beyond what is kept with them: computed when asked. */
export interface Insight {
  /** What tells the value; null without one. */
  value: ValueTold | null;
  /** Its value over 3, 12 and 36 months, in revenue and in margin; empty where it cannot be said. */
  horizons: readonly HorizonValue[];
  /** The share of revenue that the margin is counted at. */
  margin: UsedMargin;
  engagement: {
    score: number;
    /** Rows of the ledger with what each is of the score, 0..100; they add up to it. */
    ledger: readonly (LedgerRow & { ofScore: number })[];
    /** By channel; they add up to the score. */
    subScores: Readonly<Record<EngagementChannel, number>>;
    /** Null when nothing ever happened, or in statistics of an earlier version. */
    patterns: Patterns | null;
    /** Events and purchase days to be expected in the next `days`; null when the book has no forecast. */
    forecast: { days: number; expected: number } | null;
  };
  /** By target: probability, 0..1, within the model's horizon; only targets whose model beat the base rate, and only for buyers. */
  propensities: Readonly<Record<string, number>>;
  /** Probability that it is still a customer, month by month for a year, beside the book's median customer's; null without a churn risk. */
  staying: readonly (StayingPoint & { median: number })[] | null;
  /** What would go with a lower churn risk, of what a rep can bring about; sentences, most first. */
  whatWouldHelp: readonly string[];
  /** How the cluster of customers who behave alike does behave. */
  cluster: { id: string; description: string } | null;
  /** A second opinion on the churn risk: LIME over the same groups. */
  churnSurrogate: { fidelity: number; contributions: readonly Contribution[] } | null;
}

/** What tells the value, and how well it did inside the book. */
export interface ValueTold {
  chosen: string;
  chosenBy: ValueReport['chosenBy'];
  /** Mean R2 of purchases and money on the windows, of the chosen one and of the best naive row; null without a window. */
  score: number | null;
  naive: { name: string; score: number } | null;
}

const NOTHING_SOLD: MarginSums = { known: 0, amountMinor: 0, marginMinor: 0 };

/**
 * Looks behind the scores of one customer on a day.
 *
 * @param terms.margin contribution margin as a share of revenue, 0..1, where the book's was not measured
 * @param terms.sold what the customer's orders tell of their margin up to the day; nothing when left out
 */
export function insightOf(
  model: ScoringModel,
  stats: CustomerStats,
  asOf: CalendarDay,
  { sentences, margin: planned, sold = NOTHING_SOLD }: { sentences: Sentences; margin: number; sold?: MarginSums },
): Insight {
  const inputs = inputsAt(stats, asOf, model.currency);
  const margin = marginFor(model.margin, sold, planned);
  const points = totalPoints(model.ledger, inputs);
  const score = engagementScore(model.tables.engagementPoints, points);
  const ledger = ledgerRows(model.ledger, inputs).map((row) => ({ ...row, ofScore: (score * row.points) / points }));
  const { single, fewest } = counterfactuals(model, inputs, model.cutoffs.churn.high);
  const helpful = fewest && fewest.acts.length > 1 ? [...single, fewest] : single;
  const cluster = model.clusters && inputs.purchases > 0 ? clusterOf(model.clusters, inputs) : null;
  return {
    value: worthOf(model, inputs) ? valueTold(model.report.value) : null,
    horizons: valueByHorizon(model, stats, asOf, margin.share),
    margin,
    engagement: {
      score,
      ledger,
      subScores: Object.fromEntries(
        ENGAGEMENT_CHANNELS.map((channel) => [
          channel,
          ledger.filter((row) => row.channel === channel).reduce((sum, row) => sum + row.ofScore, 0),
        ]),
      ) as Record<EngagementChannel, number>,
      patterns: stats.rhythm ? patternsAt(stats.rhythm, asOf) : null,
      forecast: model.forecast && { days: FORECAST_DAYS, expected: expectedActivity(model.forecast, inputs) },
    },
    propensities: Object.fromEntries(
      inputs.purchases > 0 ? model.propensities.map((each) => [each.target.name, propensityOf(each, inputs)]) : [],
    ),
    staying: stayingBeside(model, inputs),
    whatWouldHelp: helpful.map((each) => say(sentences, { says: 'would-change', ...each })),
    cluster: cluster && { id: cluster.id, description: say(sentences, { says: 'cluster', traits: traitsOf(cluster) }) },
    churnSurrogate: churnSurrogate(model, inputs),
  };
}

function stayingBeside(model: ScoringModel, inputs: Inputs): Insight['staying'] {
  const own = stayingCurve(model, inputs);
  const median = stayingCurve(model, model.reference);
  return own && median && own.map((point, index) => ({ ...point, median: median[index]?.probability ?? 0 }));
}

function valueTold(report: ValueReport | null): ValueTold | null {
  if (report === null) return null;
  const { chosen, chosenBy, backtest } = report;
  const naive = bestOf(backtest.filter(({ kind }) => kind === 'naive'));
  return {
    chosen,
    chosenBy,
    score: backtest.find(({ name }) => name === chosen)?.score ?? null,
    naive: naive && { name: naive.name, score: naive.score },
  };
}
