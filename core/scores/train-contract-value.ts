import { bestOf } from '../backtest/ensemble.ts';
import { NotFittedError } from '../domain/errors.ts';
import { inputsAt } from '../features/inputs.ts';
import { type ContractValueModel, fitContractValue, TERM_LENGTHS } from '../models/clv/contract-value.ts';
import { NOMINAL_LEVELS } from '../models/clv/predictive.ts';
import type { FittedShiftedBetaGeometric } from '../models/clv/shifted-beta-geometric.ts';
import { BY_RENEWALS, type ContractBacktest, contractBacktest } from './contract-backtest.ts';
import { contractHistories } from './contract-histories.ts';
import { contractSubject } from './contract-subject.ts';
import type { TrainingCustomer } from './train.ts';
import type { TransactionFit, ValueContext, ValueReport } from './value-report.ts';

/** What the value of customers with contracts is told by, and how it did inside the book. */
export interface TrainedContractValue {
  model: ContractValueModel;
  report: ValueReport;
  transactionModels: readonly TransactionFit[];
}

/**
 * Value where leaving is defined by contracts: renewals learned from the book's own terms, in the place of models of repeat purchases, which are
 * not fitted. Null where there is no contract, or none was lost yet; what is missing is said.
 */
export function trainContractValue(
  sample: readonly TrainingCustomer[],
  { asOf, currency, warnings }: ValueContext,
): TrainedContractValue | null {
  if (sample.some(({ purchaseDays }) => purchaseDays.length > 1)) {
    warnings.push(
      'Customers leave by contract here: models of repeat purchases (bg-nbd, mbg-nbd, pareto-nbd, mbg-cnbd-k) are not fitted, as they would take a schedule of payments for a habit.',
    );
  }
  const histories = sample.flatMap(({ terms }) => contractHistories(terms, asOf));
  if (histories.length === 0) return null;
  try {
    const model = fitContractValue(histories);
    const backtest = contractBacktest(sample, { asOf, currency });
    warnings.push(...model.all.diagnostics.warnings, ...unpriced(sample, { asOf, currency }), ...remarksOn(backtest));
    return { model, report: reportOf(histories.length, sample.length, backtest), transactionModels: fitsOf(model) };
  } catch (error) {
    if (!(error instanceof NotFittedError)) throw error;
    warnings.push(`${error.message} Until then no value is told.`);
    return null;
  }
}

function reportOf(contracts: number, customers: number, { windows, rows }: ContractBacktest): ValueReport {
  return {
    chosen: BY_RENEWALS,
    chosenBy: rows.length > 0 ? 'backtest' : 'only-one',
    from: 'contracts',
    fittedTo: contracts,
    buyers: contracts,
    judgedOn: rows.length > 0 ? customers : 0,
    windows,
    backtest: rows,
    weights: [{ name: BY_RENEWALS, counts: 1, money: 1 }],
    levels: NOMINAL_LEVELS,
    seed: null,
  };
}

/** The fit to all contracts, and those of one length of term. */
function fitsOf({ all, byLength }: ContractValueModel): readonly TransactionFit[] {
  const line = (name: string, { diagnostics, parameters }: FittedShiftedBetaGeometric): TransactionFit => ({
    name,
    logLikelihood: diagnostics.logLikelihood,
    converged: diagnostics.converged,
    chosen: true,
    parameters: { ...parameters },
  });
  return [
    line(BY_RENEWALS, all),
    ...TERM_LENGTHS.flatMap((length) => {
      const own = byLength[length];
      return own ? [line(`${BY_RENEWALS} (${length})`, own)] : [];
    }),
  ];
}

/** Customers whose contract is known and its worth is not. */
function unpriced(
  sample: readonly TrainingCustomer[],
  { asOf, currency }: Pick<ValueContext, 'asOf' | 'currency'>,
): readonly string[] {
  const inputs = sample.map(({ statsAt }) => inputsAt(statsAt(asOf), asOf, currency));
  const under = inputs.filter(({ contract }) => contract?.standing);
  const without = under.filter((each) => contractSubject(each) === null).length;
  return without === 0
    ? []
    : [
        `Of ${under.length} customers with a contract, ${without} have neither a worth of its year nor a payment: no value is told of them. Map it ("contract" in the settings of HubSpot or Salesforce, the column contract_annual_value of a file), or say which records are purchases.`,
      ];
}

function remarksOn({ rows }: ContractBacktest): readonly string[] {
  const model = rows.find(({ name }) => name === BY_RENEWALS);
  if (!model) {
    return [
      'How well the value of contracts is told cannot be judged yet: it takes a window inside the book on whose first day the ends of 50 contracts were on record.',
    ];
  }
  const naive = bestOf(rows.filter(({ kind }) => kind === 'naive'));
  return naive === null || model.score > naive.score
    ? []
    : [
        `On windows inside this book the model of renewals does not beat "${naive.name}", which needs none (mean R2 ${naive.score.toFixed(3)}; the model ${model.score.toFixed(3)}): take values as an order of customers, not as amounts.`,
      ];
}
