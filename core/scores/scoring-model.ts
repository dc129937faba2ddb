import type { CalendarDay } from '../domain/calendar-day.ts';
import { DataError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { toJson } from '../domain/stable-json.ts';
import type { ActivityForecast } from '../engagement/forecast.ts';
import type { Ledger } from '../engagement/ledger.ts';
import type { Inputs } from '../features/inputs.ts';
import type { PlattScaling } from '../models/churn/calibration.ts';
import { logistic } from '../models/churn/logistic.ts';
import { type ContractValueModel, loadContractValue, saveContractValue } from '../models/clv/contract-value.ts';
import { loadMoneyModels, saveMoneyModels } from '../models/clv/money-models.ts';
import { loadTransactionModel } from '../models/clv/transaction-models.ts';
import { weibullAft } from '../models/survival/accelerated-failure-time.ts';
import { cox } from '../models/survival/cox.ts';
import type { Clusters } from '../segments/clusters.ts';
import type { RfmCutPoints, RfmShares } from '../segments/rfm.ts';
import type { ChurnModel } from './churn.ts';
import type { ChurnJudged } from './churn-judged.ts';
import type { LeavingRule } from './leaving.ts';
import type { BookMargin } from './margin.ts';
import type { GroupShare } from './overview.ts';
import type { PercentileTable } from './percentile-table.ts';
import type { PriorityRule } from './priority.ts';
import type { Propensity, PropensityReport } from './propensity.ts';
import type { CohortReport } from './train-cohorts.ts';
import type { DriverReport } from './train-drivers.ts';
import type { EngagementReport } from './train-engagement.ts';
import type { ValueModels } from './value.ts';
import type { TransactionFit, ValueReport } from './value-report.ts';

/**
 * Everything that scoring one customer needs, frozen at training: models, horizon, cut-offs, percentile tables, the median
 * customer. Scoring one customer never reads another.
 */
export interface ScoringModel {
  version: string;
  asOf: CalendarDay;
  currency: string;
  /** What leaving is, by which the labels of the churn model were made. */
  definition: LeavingRule['definition'];
  /** The churn horizon. */
  horizonDays: number;
  /** Null when no customer has bought twice: value, and churn by silence, cannot be said yet. And where value comes from contracts. */
  value: ValueModels | null;
  /** What tells the value where leaving is defined by contracts; null elsewhere, and where no contract was lost yet. */
  contracts: ContractValueModel | null;
  churn: ChurnModel;
  /** Null where too few of the book's orders tell what they left. */
  margin: BookMargin | null;
  /** Which event is worth how many points of engagement. */
  ledger: Ledger;
  /** Null when it lost to persistence. */
  forecast: ActivityForecast | null;
  /** From where on a value is high or medium: the top fifth and the next 30 % of the active customers. */
  cutoffs: { churn: { high: number; medium: number }; value: { high: number; medium: number } };
  /** Null without a buyer. */
  rfm: RfmCutPoints | null;
  /** Null when there are too few buyers to group. */
  clusters: Clusters | null;
  priority: PriorityRule;
  /** Those that beat the base rate. */
  propensities: readonly Propensity[];
  tables: {
    valueAtRisk: PercentileTable;
    churn: PercentileTable;
    engagementDrop: PercentileTable;
    engagementPoints: PercentileTable;
  };
  /** The book's median customer: what reasons compare with. */
  reference: Inputs;
  /** How training went: models compared, figures beside the naive row, sentences of warning. */
  report: TrainingReport;
}

/** What training says of itself. */
export interface TrainingReport {
  customers: number;
  buyers: number;
  repeatBuyers: number;
  /** Of the statistics of every customer on asOf: equal for equal facts. */
  dataHash: string;
  /** How the value model was chosen; null when no customer has bought twice. */
  value: ValueReport | null;
  /** How the transaction models were fitted, and which of them scores use. */
  transactionModels: readonly TransactionFit[];
  /** Brier score and AUC on the newest window, for each way to tell churn; the best Brier is used. */
  churnModels: readonly { name: string; brier: number; auc: number; chosen: boolean }[];
  churnExamples: number;
  churnBaseRate: number | null;
  engagement: EngagementReport;
  /** How many of the buyers have each RFM score: ties make fifths uneven. Null without a buyer. */
  rfm: RfmShares | null;
  drivers: DriverReport;
  propensities: readonly PropensityReport[];
  warnings: readonly string[];
  /** Retention and revenue by when customers came; null without a period that is over, absent in models of earlier versions. */
  cohorts?: CohortReport | null;
  /** How the chosen way to tell churn did on customers that it had not seen; null where too few could be followed, absent in earlier models. */
  churnJudged?: ChurnJudged | null;
  /** What scores rest on, over a sample of the buyers; absent in earlier models. */
  importance?: readonly GroupShare[];
}

/** Format of the saved model. A model of another format is trained anew, never read. */
export const SCORING_MODEL_FORMAT = 7;

/** The model as JSON for the registry. */
export function saveScoringModel(model: ScoringModel): Json {
  const { value, churn, contracts, margin, ...rest } = model;
  return toJson({
    ...rest,
    format: SCORING_MODEL_FORMAT,
    value: value && { transactions: value.transactions.save(), money: saveMoneyModels(value) },
    churn: savedChurn(churn),
    // Absent elsewhere: the artifact of a book without contracts, or margins, is that of every version of this format.
    ...(contracts && { contracts: saveContractValue(contracts) }),
    ...(margin && { margin }),
    propensities: model.propensities.map((each) => ({ ...each, logistic: each.logistic.save() })),
  });
}

/** The model from JSON. Throws DataError for a format this version does not know. */
export function loadScoringModel(json: Json): ScoringModel {
  const saved = json as unknown as Omit<ScoringModel, 'value' | 'contracts' | 'churn' | 'margin' | 'propensities'> & {
    format: number;
    value: { transactions: Json; money: Json } | null;
    contracts?: Json;
    margin?: BookMargin;
    churn: SavedChurn;
    propensities: readonly (Omit<Propensity, 'logistic'> & { logistic: Json })[];
  };
  if (saved?.format !== SCORING_MODEL_FORMAT) {
    throw new DataError({
      field: 'format',
      expected: `a scoring model of format ${SCORING_MODEL_FORMAT}`,
      found: String(saved?.format),
      remedy: 'run "staypower train"',
    });
  }
  const { format: _, value, contracts, churn, margin = null, propensities, ...rest } = saved;
  return {
    ...rest,
    margin,
    value: value && { transactions: loadTransactionModel(value.transactions), ...loadMoneyModels(value.money) },
    contracts: contracts === undefined ? null : loadContractValue(contracts),
    propensities: propensities.map((each) => ({ ...each, logistic: logistic.load(each.logistic) })),
    churn: loadedChurn(churn),
  };
}

type SavedChurn =
  | { kind: 'logistic'; logistic: Json; scaling: PlattScaling }
  | { kind: 'cox' | 'weibull-aft'; survival: Json; scaling: PlattScaling }
  | Extract<ChurnModel, { kind: 'transaction-model' | 'base-rate' }>;

function savedChurn(churn: ChurnModel): unknown {
  if ('logistic' in churn) return { ...churn, logistic: churn.logistic.save() };
  return 'survival' in churn ? { ...churn, survival: churn.survival.save() } : churn;
}

function loadedChurn(churn: SavedChurn): ChurnModel {
  if ('logistic' in churn) return { ...churn, logistic: logistic.load(churn.logistic) };
  if (!('survival' in churn)) return churn;
  const family = churn.kind === 'cox' ? cox : weibullAft;
  return { ...churn, survival: family.load(churn.survival) };
}
