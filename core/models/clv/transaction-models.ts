import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ModelArtifact } from '../../ports/model.ts';
import { bgNbd, mbgNbd } from './beta-geometric.ts';
import { mbgCnbdK } from './mbg-cnbd-k.ts';
import { paretoNbd } from './pareto-nbd.ts';
import type { FittedTransactionModel, TransactionModelFamily } from './transaction-model.ts';

/** The transaction models that are fitted to x, t_x and T alone. */
export const TRANSACTION_MODELS: readonly TransactionModelFamily[] = [bgNbd, mbgNbd, paretoNbd];

/** Whatever can tell purchases to come from x, t_x and T: those, and the one that wants regularity at its fit. */
const LOADED = [...TRANSACTION_MODELS, mbgCnbdK];

/** The one under which the book is likeliest. */
export function likeliestOf(fits: readonly FittedTransactionModel[]): FittedTransactionModel {
  const likelihood = (fit: FittedTransactionModel) => fit.diagnostics.logLikelihood ?? Number.NEGATIVE_INFINITY;
  return fits.reduce((a, b) => (likelihood(b) > likelihood(a) ? b : a));
}

/** Loads whichever transaction model was saved. Throws DataError for any other artifact. */
export function loadTransactionModel(artifact: Json): FittedTransactionModel {
  const name = (artifact as unknown as ModelArtifact | null)?.model;
  const family = LOADED.find((each) => each.name === name);
  if (!family) {
    throw new DataError({
      field: 'model',
      expected: `one of ${LOADED.map((each) => each.name).join(', ')}`,
      found: String(name),
      remedy: 'train again, or update Staypower',
    });
  }
  return family.load(artifact);
}
