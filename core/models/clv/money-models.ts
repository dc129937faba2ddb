import type { Json } from '../../domain/json.ts';
import { toJson } from '../../domain/stable-json.ts';
import type { ModelArtifact } from '../../ports/model.ts';
import { type FittedGammaGamma, gammaGamma, type SpendRow } from './gamma-gamma.ts';
import { lifetimeValue, type ValueTerms, valueIfKept } from './lifetime-value.ts';
import { type FittedOrderSpend, type OrderAmounts, orderSpend } from './order-spend.ts';
import { type Levels, moneyInterval, type PredictiveModels } from './predictive.ts';
import type { FittedTransactionModel } from './transaction-model.ts';
import { loadTransactionModel } from './transaction-models.ts';
import type { TransactionRow } from './transaction-row.ts';

/** What is known of a customer: when it bought, and for how much. */
export type MoneyRow = TransactionRow & SpendRow & OrderAmounts;

/** A model of spend, or a plain mean where there is nothing to learn from. */
export type FittedSpend = FittedGammaGamma | FittedOrderSpend | { mean: number };

/** Models whose product is money. */
export interface MoneyModel {
  transactions: FittedTransactionModel;
  spend: FittedSpend;
}

/** How the money of a customer to come is told: what is expected, and within what bounds. */
export interface MoneyModels {
  /** What is expected is theirs by weight; weights add up to 1. */
  parts: readonly (MoneyModel & { weight: number })[];
  /** What intervals are simulated from. */
  predictive: PredictiveModels<MoneyRow> & { spend: FittedSpend };
  /** Where in that distribution, given that a customer buys, a tenth and nine tenths of what came have lain. */
  levels: Levels;
}

/** Discounted expected money of the time to come. */
export function expectedMoney({ parts }: Pick<MoneyModels, 'parts'>, row: MoneyRow, terms: ValueTerms): number {
  return parts.reduce((sum, part) => sum + part.weight * lifetimeValue<MoneyRow>(part, row, terms), 0);
}

/** Money of the time to come if the customer stays, undiscounted. */
export function moneyIfKept({ parts }: Pick<MoneyModels, 'parts'>, row: MoneyRow, terms: ValueTerms): number {
  return parts.reduce((sum, part) => sum + part.weight * valueIfKept<MoneyRow>(part, row, terms), 0);
}

/** 10th and 90th percentile of the money of the time to come, calibrated; low <= `mean` <= high. */
export function intervalOfMoney(
  { predictive, levels }: MoneyModels,
  row: MoneyRow,
  terms: ValueTerms,
  mean: number,
): { low: number; high: number } {
  return moneyInterval<MoneyRow>(predictive, row, terms, mean, levels);
}

/** The models as JSON. */
export function saveMoneyModels({ parts, predictive, levels }: MoneyModels): Json {
  return toJson({
    parts: parts.map(({ weight, transactions, spend }) => ({
      weight,
      transactions: transactions.save(),
      spend: saveSpend(spend),
    })),
    predictive: {
      mixture: predictive.mixture.map(({ weight, model }) => ({ weight, model: model.save() })),
      spend: saveSpend(predictive.spend),
    },
    levels,
  });
}

/** The models from JSON. Throws DataError for an artifact of a model that this version does not know. */
export function loadMoneyModels(json: Json): MoneyModels {
  const { parts, predictive, levels } = json as unknown as {
    parts: readonly { weight: number; transactions: Json; spend: SavedSpend }[];
    predictive: { mixture: readonly { weight: number; model: Json }[]; spend: SavedSpend };
    levels: Levels;
  };
  return {
    parts: parts.map(({ weight, transactions, spend }) => ({
      weight,
      transactions: loadTransactionModel(transactions),
      spend: loadSpend(spend),
    })),
    predictive: {
      mixture: predictive.mixture.map(({ weight, model }) => ({ weight, model: loadTransactionModel(model) })),
      spend: loadSpend(predictive.spend),
    },
    levels,
  };
}

type SavedSpend = ModelArtifact | { mean: number };

function saveSpend(spend: FittedSpend): SavedSpend {
  return 'mean' in spend ? spend : spend.save();
}

function loadSpend(saved: SavedSpend): FittedSpend {
  if ('mean' in saved) return saved;
  return saved.model === orderSpend.name ? orderSpend.load(toJson(saved)) : gammaGamma.load(toJson(saved));
}
