import type { Book } from '../backtest/book.ts';
import { explosionOf } from '../backtest/explosion.ts';
import type { CalendarDay } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { YEAR_WEEKS } from '../models/clv/discounting.ts';
import { FAINT_PENALTY } from '../models/clv/fit-transactions.ts';
import { priorWeight } from '../models/clv/public-prior.ts';
import type { FittedTransactionModel } from '../models/clv/transaction-model.ts';
import { TRANSACTION_MODELS } from '../models/clv/transaction-models.ts';

/** Customers a quick fit takes, at even steps through the book. */
const SAMPLE_CUSTOMERS = 4_000;

/**
 * What goes wrong when the transaction models are fitted to a sample of the book: nobody who seems to leave (a -> 0, as on Online Retail), parameters
 * that run away, expectations that explode. Each sentence once, with the models it is about; empty where all went well.
 */
export function degenerateFits(book: Book, asOf: CalendarDay): readonly string[] {
  const all = book.customersAt(asOf);
  const step = Math.max(1, Math.ceil(all.length / SAMPLE_CUSTOMERS));
  const sample = all.filter((_, index) => index % step === 0);
  // As much prior as the whole book would get, not the sample.
  const penalty = Math.max(priorWeight(all.filter(({ frequency }) => frequency > 0).length), FAINT_PENALTY);
  const modelsBySentence = new Map<string, string[]>();
  for (const family of TRANSACTION_MODELS) {
    const fit = fitted(() => family.fit(sample, { penalty }));
    if (fit === null) continue;
    const expected = Float64Array.from(sample, (customer) => fit.expectedPurchases(customer, YEAR_WEEKS));
    for (const sentence of fit.diagnostics.warnings)
      modelsBySentence.set(sentence, [...(modelsBySentence.get(sentence) ?? []), fit.name]);
    // These begin with the model's name already.
    for (const sentence of explosionOf(fit.name, expected, sample, YEAR_WEEKS)) modelsBySentence.set(sentence, []);
  }
  return [...modelsBySentence].map(([sentence, models]) =>
    models.length === 0 ? sentence : `${models.join(', ')}: ${sentence}`,
  );
}

/** Null where nobody has bought twice. */
function fitted(attempt: () => FittedTransactionModel): FittedTransactionModel | null {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof NotFittedError) return null;
    throw error;
  }
}
