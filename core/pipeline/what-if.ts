import type { CalendarDay } from '../domain/calendar-day.ts';
import { DataError, NotFittedError } from '../domain/errors.ts';
import { parseMoney } from '../domain/money.ts';
import type { SourceRank, Transaction } from '../features/settle.ts';
import type { Database } from '../ports/database.ts';
import type { ReasonedScores, Scoring, SupposedFacts } from '../ports/scoring.ts';
import type { Score } from '../scores/score.ts';
import { scoreCustomer } from '../scores/score-customer.ts';
import type { ScoringModel } from '../scores/scoring-model.ts';
import { toldScores } from '../scores/told.ts';
import type { Sentences } from '../scores/words/index.ts';
import { findCustomer } from '../store/find-customer.ts';
import { type CustomerHistory, readHistories } from '../store/history.ts';
import { championAt, championVersionAt } from '../store/models.ts';
import { statsAt } from './features.ts';

/** What questions are answered with. */
interface ScoringContext {
  /** The as-of day where none is asked for. */
  today: () => CalendarDay;
  rank: SourceRank;
  /** In which language reasons speak; English when absent. */
  sentences?: Sentences;
}

/** The connection of things that did not happen. */
const SUPPOSED = 'supposed';

/** Scores of what is given, by the steps that score the book. */
export function createScoring(database: Database, context: ScoringContext): Scoring {
  const { rank, sentences } = context;
  const modelFor = currentModel(database);
  const reasoned = (score: Score): ReasonedScores => ({
    scores: toldScores(score),
    reasons: score.reasons,
    nextAction: score.nextAction,
  });
  return {
    whatIf: async (customer, supposed) => {
      const today = context.today();
      const model = await modelFor(today);
      const customerId = await findCustomer(database, customer);
      const [history] = customerId === null ? [] : await readHistories(database, [customerId]);
      if (!history || isEmpty(history)) return null;
      const asOf = supposed.asOf ?? today;
      const stats = statsAt(history, today, rank).stats;
      const changed = statsAt(withFacts(history, supposed, model.currency), asOf, rank).stats;
      const after = scoreCustomer(model, changed, asOf, { model, stats, asOf: today }, sentences);
      return {
        customerId: history.customerId,
        before: reasoned(scoreCustomer(model, stats, today, null, sentences)),
        after: reasoned(after),
        change: after.change,
      };
    },
    scoreRows: async (rows, wanted) => {
      const asOf = wanted ?? context.today();
      const model = await modelFor(asOf);
      return rows.map((row) => {
        const nothing: CustomerHistory = { customerId: row.id, transactions: [], events: [], terms: [] };
        const { stats } = statsAt(withFacts(nothing, row, model.currency, row.id), asOf, rank);
        return { id: row.id, ...reasoned(scoreCustomer(model, stats, asOf, null, sentences)) };
      });
    },
  };
}

/** The champion of a day. An artifact is read once: asking for its version costs a fraction of that. */
function currentModel(database: Database): (asOf: CalendarDay) => Promise<ScoringModel> {
  let kept: ScoringModel | null = null;
  return async (asOf) => {
    const version = await championVersionAt(database, asOf);
    if (kept?.version !== version) kept = version === null ? null : await championAt(database, asOf);
    if (kept) return kept;
    throw new NotFittedError('There is no model yet. Run "staypower train" once customers have bought.');
  };
}

function isEmpty({ transactions, events, terms }: CustomerHistory): boolean {
  return transactions.length + events.length + terms.length === 0;
}

/**
 * A history with more in it. A supposed order of the day and amount of a real one counts as the same sale, as it would from another
 * system. Throws DataError naming the order whose amount cannot be used.
 */
function withFacts(history: CustomerHistory, facts: SupposedFacts, currency: string, row?: string): CustomerHistory {
  const transactions = facts.orders.map(({ day, amount }, index): Transaction => {
    const { amountMinor } = parseMoney(amount, currency);
    if (amountMinor < 0n) {
      throw new DataError({
        ...(row !== undefined && { row }),
        field: `orders.${index}.amount`,
        expected: 'an amount of zero or more',
        found: amount,
        remedy: 'leave refunded orders out',
      });
    }
    return {
      connectionId: SUPPOSED,
      externalId: `${SUPPOSED}-${index}`,
      kind: 'order',
      day,
      amountMinor,
      orderReference: null,
      refersTo: null,
    };
  });
  return {
    ...history,
    transactions: [...history.transactions, ...transactions],
    events: [...history.events, ...facts.events],
  };
}
