import type { CalendarDay } from '../domain/calendar-day.ts';
import { hashOf, hashOfAll } from '../domain/stable-json.ts';
import { totalPoints } from '../engagement/ledger.ts';
import type { ContractTerm } from '../features/contract.ts';
import { type ContractInputs, type Inputs, inputsAt, type StandingInputs } from '../features/inputs.ts';
import type { PurchaseDay } from '../features/settle.ts';
import { type CustomerStats, ENGAGEMENT_CHANNELS, type EngagementChannel } from '../features/stats.ts';
import { fitClusters } from '../segments/clusters.ts';
import { rfmCutPoints, rfmShares } from '../segments/rfm.ts';
import { proposedRule, remarksOn, USUAL_CHURN } from './churn-definition.ts';
import { engagementDrop, engagementRatio } from './engagement.ts';
import { isContractual, type LeavingRule, lifecycleOf } from './leaving.ts';
import type { BookMargin } from './margin.ts';
import { movingNumbers } from './numbers.ts';
import { importanceOf } from './overview.ts';
import { percentileTable, valueAt } from './percentile-table.ts';
import { type ScoringModel, saveScoringModel, type TrainingReport } from './scoring-model.ts';
import { type ScoringSettings, USUAL_SCORING } from './settings.ts';
import { fitChurn } from './train-churn.ts';
import { trainCohorts } from './train-cohorts.ts';
import { fitContractChurn } from './train-contract-churn.ts';
import { trainContractValue } from './train-contract-value.ts';
import { trainDrivers } from './train-drivers.ts';
import { trainEngagement } from './train-engagement.ts';
import { trainPropensities } from './train-propensity.ts';
import { trainValue } from './train-value.ts';

/** What training reads of one customer: the statistics on any day up to asOf, and the days between its purchase days. */
export interface TrainingCustomer {
  statsAt(day: CalendarDay): CustomerStats;
  /** Purchase days up to asOf, ascending. */
  purchaseDays: readonly CalendarDay[];
  /** Purchase days with their amounts as known on any day up to asOf, ascending. */
  purchasesAt(day: CalendarDay): readonly PurchaseDay[];
  /** Terms of contracts, whatever their days: what is read of them ends with asOf. */
  terms: readonly ContractTerm[];
}

/** Buyers whose reasons are counted for what scores rest on; the order of the sample is random. */
const LOOKED_AT = 300;

/**
 * Trains all models of a book as of a day, from facts up to that day alone.
 *
 * @param population statistics of every customer on asOf: what the value models are fitted to
 * @param sample customers with their history, for churn windows and percentile tables; the whole book when it is small
 * @param options.previous the model before: clusters that are met again keep their letters
 */
export function trainScoringModel(
  population: readonly CustomerStats[],
  sample: readonly TrainingCustomer[],
  options: {
    asOf: CalendarDay;
    currency: string;
    settings?: ScoringSettings;
    /** What leaving is; no purchase within the horizon that the book proposes, when left out. */
    rule?: LeavingRule;
    /** The margin measured in the book; null when left out. */
    margin?: BookMargin | null;
    /** Sentences to say with the warnings of the model. */
    notes?: readonly string[];
    previous?: ScoringModel | null;
    onProgress?: (what: string) => void;
  },
): ScoringModel {
  const { asOf, currency } = options;
  const warnings: string[] = [...(options.notes ?? [])];
  options.onProgress?.('value');
  const buyers = population.filter((stats) => stats.purchaseDays > 0).map((stats) => inputsAt(stats, asOf, currency));
  const rule = options.rule ?? proposedRule(USUAL_CHURN, sample);
  const { horizonDays } = rule;
  warnings.push(...remarksOn(rule, sample));
  const told = { asOf, currency, warnings };
  const trained = isContractual(rule) ? null : trainValue(buyers, sample, told);
  const contracts = isContractual(rule) ? trainContractValue(sample, told) : null;
  const value = trained?.value ?? null;
  options.onProgress?.('churn');
  const churn = isContractual(rule)
    ? fitContractChurn(sample, { asOf, currency, rule, warnings })
    : value
      ? fitChurn(sample, { asOf, currency, horizonDays, transactions: value.transactions, warnings })
      : {
          model: { kind: 'base-rate', probability: 0.5 } as const,
          churnModels: [],
          churnExamples: 0,
          churnBaseRate: null,
          churnJudged: null,
        };

  options.onProgress?.('engagement');
  const settings = options.settings ?? USUAL_SCORING;
  const engagement = trainEngagement(sample, { asOf, currency, settings: settings.engagement, warnings });

  options.onProgress?.('propensity');
  const propensity = trainPropensities(sample, settings.propensities, { asOf, currency, horizonDays });

  options.onProgress?.('bands');
  const stats = sample.map((customer) => customer.statsAt(asOf));
  const inputs = stats.map((each) => inputsAt(each, asOf, currency));
  const bought = inputs.filter((each) => each.purchases > 0);
  const rfm = rfmCutPoints(bought);
  const report: TrainingReport = {
    customers: population.length,
    buyers: buyers.length,
    repeatBuyers: buyers.filter((each) => each.purchases > 1).length,
    // No model reads what rules of data quality found.
    dataHash: hashOfAll(population.map(({ faults: _, ...facts }) => facts)),
    value: (trained ?? contracts)?.report ?? null,
    transactionModels: (trained ?? contracts)?.transactionModels ?? [],
    churnModels: churn.churnModels,
    churnExamples: churn.churnExamples,
    churnBaseRate: churn.churnBaseRate,
    engagement: engagement.report,
    rfm: rfm && rfmShares(rfm, bought),
    propensities: propensity.reports,
    drivers: trainDrivers(sample, { asOf, currency, rule }),
    warnings,
    cohorts: trainCohorts(sample, { asOf, currency, rule }),
    churnJudged: churn.churnJudged ?? null,
  };
  const points = inputs.map((each) => totalPoints(engagement.ledger, each)).filter((each) => each > 0);
  const draft: ScoringModel = {
    version: '',
    asOf,
    currency,
    definition: rule.definition,
    horizonDays,
    value,
    contracts: contracts?.model ?? null,
    churn: churn.model,
    margin: options.margin ?? null,
    ledger: engagement.ledger,
    forecast: engagement.forecast,
    rfm,
    clusters: fitClusters(bought, options.previous?.clusters ?? null),
    priority: settings.priority,
    propensities: propensity.propensities,
    cutoffs: {
      churn: { high: Number.MAX_VALUE, medium: Number.MAX_VALUE },
      value: { high: Number.MAX_VALUE, medium: Number.MAX_VALUE },
    },
    tables: { valueAtRisk: [], churn: [], engagementDrop: [], engagementPoints: percentileTable(points) },
    reference: medianInputs(inputs, rule),
    report,
  };
  options.onProgress?.('importance');
  const importance = importanceOf(draft, bought.slice(0, LOOKED_AT));
  const model = { ...draft, ...freeze(draft, stats, inputs), report: { ...report, importance } };
  return { ...model, version: `${asOf}-${hashOf(saveScoringModel(model)).slice(0, 8)}` };
}

/** Cut-offs and tables from the numbers that the finished models give the sample. */
function freeze(
  draft: ScoringModel,
  stats: readonly CustomerStats[],
  inputs: readonly Inputs[],
): Pick<ScoringModel, 'cutoffs' | 'tables'> {
  const scored = stats.map((each) => movingNumbers(draft, each, draft.asOf));
  const active = scored.filter((each) => each.lifecycle === 'active' && each.churnProbability !== null);
  const cutoffs = (values: readonly number[]) => {
    const table = percentileTable(values);
    // Without anybody to compare with, nobody is high.
    return table.length === 0
      ? { high: Number.MAX_VALUE, medium: Number.MAX_VALUE }
      : { high: valueAt(table, 0.8), medium: valueAt(table, 0.5) };
  };
  const churn = active.map((each) => each.churnProbability ?? 0);
  const kept = active.map((each) => each.valueIfKept12m ?? 0);
  return {
    cutoffs: { churn: cutoffs(churn), value: cutoffs(kept) },
    tables: {
      valueAtRisk: percentileTable(active.map((each) => (each.churnProbability ?? 0) * (each.valueIfKept12m ?? 0))),
      churn: percentileTable(churn),
      engagementDrop: percentileTable(
        inputs.filter((each) => each.purchases > 0).map((each) => engagementDrop(engagementRatio(draft.ledger, each))),
      ),
      engagementPoints: draft.tables.engagementPoints,
    },
  };
}

/**
 * Input by input the median of the active customers: whom reasons compare with. Beside those who lapsed, any silence would look
 * short.
 */
function medianInputs(inputs: readonly Inputs[], rule: LeavingRule): Inputs {
  const active = inputs.filter((each) => lifecycleOf(each, rule) === 'active');
  const compared = active.length > 0 ? active : inputs.filter((each) => each.purchases > 0);
  const median = (pick: (each: Inputs) => number) =>
    compared.length === 0 ? 0 : valueAt(percentileTable(compared.map(pick)), 0.5);
  const memory = (name: 'short' | 'long') =>
    Object.fromEntries(
      ENGAGEMENT_CHANNELS.map((channel) => [channel, median((each) => each[name][channel])]),
    ) as Record<EngagementChannel, number>;
  return {
    purchases: Math.max(Math.round(median((each) => each.purchases)), 1),
    ageDays: median((each) => each.ageDays),
    silenceDays: median((each) => each.silenceDays),
    meanGapDays: median((each) => each.meanGapDays),
    spendDays: Math.round(median((each) => each.spendDays)),
    meanSpend: median((each) => each.meanSpend),
    totalSpend: median((each) => each.totalSpend),
    short: memory('short'),
    long: memory('long'),
    // By name hardly any event is one of the median customer's; what a channel's median leaves counts by the channel's points.
    named: {},
    contract: medianContract(compared.flatMap(({ contract }) => (contract ? [contract] : []))),
  };
}

function medianContract(contracts: readonly ContractInputs[]): Inputs['contract'] {
  if (contracts.length === 0) return null;
  const median = (values: readonly number[]) => Math.round(valueAt(percentileTable(values), 0.5));
  const ends = contracts.flatMap(({ daysToEnd }) => (daysToEnd === null ? [] : [daysToEnd]));
  return {
    tenureDays: median(contracts.map(({ tenureDays }) => tenureDays)),
    terms: median(contracts.map(({ terms }) => terms)),
    daysToEnd: 2 * ends.length > contracts.length ? median(ends) : null,
    noticeGiven: false,
    endedDays: 0,
    standing: medianStanding(contracts.flatMap(({ standing }) => (standing ? [standing] : []))),
  };
}

function medianStanding(all: readonly StandingInputs[]): StandingInputs | null {
  if (all.length === 0) return null;
  const median = (values: readonly number[]) => valueAt(percentileTable(values), 0.5);
  const worths = all.flatMap(({ annualValue }) => (annualValue === null ? [] : [annualValue]));
  return {
    renewals: Math.round(median(all.map(({ renewals }) => renewals))),
    termDays: Math.max(Math.round(median(all.map(({ termDays }) => termDays))), 1),
    daysLeft: Math.round(median(all.map(({ daysLeft }) => daysLeft))),
    untilFurtherNotice: 2 * all.filter(({ untilFurtherNotice }) => untilFurtherNotice).length > all.length,
    annualValue: 2 * worths.length > all.length ? median(worths) : null,
  };
}
