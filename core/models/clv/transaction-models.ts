import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ModelArtifact } from '../../ports/model.ts';
import { bgNbd, mbgNbd } from './beta-geometric.ts';
import { paretoNbd } from './pareto-nbd.ts';
import type { FittedTransactionModel, TransactionModelFamily } from './transaction-model.ts';

/** The transaction models that need x, t_x and T alone: what scoring chooses among. */
export const TRANSACTION_MODELS: readonly TransactionModelFamily[] = [bgNbd, mbgNbd, paretoNbd];

/** Loads whichever of them was saved. Throws DataError for any other artifact. */
export function loadTransactionModel(artifact: Json): FittedTransactionModel {
  const name = (artifact as unknown as ModelArtifact | null)?.model;
  const family = TRANSACTION_MODELS.find((each) => each.name === name);
  if (!family) {
    throw new DataError({
      field: 'model',
      expected: `one of ${TRANSACTION_MODELS.map((each) => each.name).join(', ')}`,
      found: String(name),
      remedy: 'train again, or update Staypower',
    });
  }
  return family.load(artifact);
}
