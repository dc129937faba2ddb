import { daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { r2 } from '../evaluation/regression.ts';
import type { ValueOutcome } from '../models/clv/learned-value.ts';
import { type BacktestWindow, backtestWindows } from './backtest-windows.ts';
import type { Book } from './book.ts';
import type { Answer, Member, Question } from './members.ts';
import { type Regression, simplexWeights } from './simplex-weights.ts';

/** Weights of the members, adding up to 1, for counts and for money. */
export interface EnsembleWeights {
  names: readonly string[];
  counts: Float64Array;
  spends: Float64Array;
  /** The windows they were learned on. */
  windows: readonly BacktestWindow[];
  /** How each member did alone, in their order, and last the ensemble; empty without a window. */
  backtest: readonly BacktestRow[];
  /** What each member would have said at the origin of the newest window; null without one. */
  newest: Replay | null;
  /** Every window with what came, newest first; and what the ensemble would have said, with the weights that could have been learned by its first day. */
  replays: readonly (Replay & { ensemble: Answer })[];
}

/** How one way of telling did on the windows: means over them. */
export interface BacktestRow {
  name: string;
  kind: Member['kind'] | 'ensemble';
  /** R2 of purchases and of money over all customers; null where nothing differed between them. */
  countR2: number | null;
  spendR2: number | null;
  /** The same without the ten customers with the largest outcomes. */
  countR2DropTop10: number | null;
  spendR2DropTop10: number | null;
  /** Mean of those of the four that there are: what the choice goes by. A few large customers alone do not decide it. */
  score: number;
}

/** What the ensemble is called. */
export const ENSEMBLE = 'ensemble';

/** The best of some rows; null of none. */
export function bestOf(rows: readonly BacktestRow[]): BacktestRow | null {
  return rows.reduce<BacktestRow | null>(
    (best, each) => (best === null || each.score > best.score ? each : best),
    null,
  );
}

/** Rolling origins that weights are learned from. */
const WINDOWS = 3;
/** Weights answer for all customers and, in equal parts, for all but this many with the largest outcomes, who else decide alone. */
const WITHOUT_TOP = [0, 10] as const;

/**
 * Learns the weights from windows inside the past: every member is fitted on each origin and judged on what came after it. A member
 * that has no answer in one of the windows has no weight. The ensemble itself is judged on each window with the weights that could
 * have been learned by its first day.
 *
 * @param mayWeigh whether each member may have a weight: it has an answer to the question itself, and can be used
 */
export function learnWeights(
  members: readonly Member[],
  question: Pick<Question, 'book' | 'asOf' | 'weeks'>,
  mayWeigh: readonly boolean[],
): EnsembleWeights {
  const { book, asOf, weeks } = question;
  const windows = backtestWindows(book.firstDay, asOf, weeks, WINDOWS);
  const replays = windows.map((window) => replay(members, book, window)).filter((each) => each !== null);
  const pool = Array.from(members.keys()).filter(
    (m) => mayWeigh[m] === true && replays.every(({ answers }) => answers[m] !== null),
  );
  const weights = solve(members, pool, replays);
  const told = replays.map((each) => ({
    ...each,
    ensemble: combine(
      each.answers,
      solve(
        members,
        pool,
        replays.filter(({ window }) => window.to <= each.window.from),
      ),
    ),
  }));
  const rowOf = (name: string, kind: BacktestRow['kind'], judged: readonly Judged[]) =>
    judged.length === 0 ? [] : [backtestRow(name, kind, judged)];
  return {
    names: members.map((member) => member.name),
    ...weights,
    windows,
    backtest: [
      ...members.flatMap(({ name, kind }, m) =>
        rowOf(
          name,
          kind,
          replays.flatMap(({ answers, outcomes }) => {
            const answer = answers[m];
            return answer ? [{ answer, outcomes }] : [];
          }),
        ),
      ),
      ...rowOf(
        ENSEMBLE,
        'ensemble',
        told.map(({ ensemble, outcomes }) => ({ answer: ensemble, outcomes })),
      ),
    ],
    newest: replays[0] ?? null,
    replays: told,
  };
}

/** The weights that some windows ask for, of the members in the pool. */
function solve(
  members: readonly Member[],
  pool: readonly number[],
  replays: readonly Replay[],
): Pick<EnsembleWeights, 'counts' | 'spends'> {
  const solveFor = (of: 'counts' | 'spends') => {
    const judged = replays.flatMap((each) => WITHOUT_TOP.map((top) => withoutTop(each, pool, of, top)));
    const found = simplexWeights(
      judged,
      priorWeights(
        pool.map((m) => members[m] as Member),
        of,
        judged,
      ),
    );
    const weights = new Float64Array(members.length);
    for (const [i, m] of pool.entries()) weights[m] = found[i] as number;
    return weights;
  };
  return { counts: solveFor('counts'), spends: solveFor('spends') };
}

/** Shares before the windows speak; of members on trial, none unless they did as well as the transaction models in the mean. */
function priorWeights(
  members: readonly Member[],
  of: 'counts' | 'spends',
  windows: readonly Regression[],
): Float64Array {
  const scores = members.map((_, m) =>
    windows.reduce((sum, { predictions, actual }) => sum + r2(predictions[m] as Float64Array, actual), 0),
  );
  const ofModels = scores.filter((_, m) => members[m]?.kind === 'model');
  const bar = ofModels.reduce((sum, score) => sum + score, 0) / ofModels.length;
  const shares = members.map(({ priorWeight, onTrial }, m) =>
    onTrial && !(windows.length > 0 && (scores[m] as number) >= bar) ? 0 : priorWeight[of],
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Float64Array.from(shares, (share) => share / total);
}

/** The weighted mean of the members' answers; null for one without, whose weight is 0. */
export function combine(
  answers: readonly (Answer | null)[],
  weights: Pick<EnsembleWeights, 'counts' | 'spends'>,
): Answer {
  const customers = answers.find((each) => each !== null)?.counts.length ?? 0;
  const mix = (of: 'counts' | 'spends') => {
    const total = new Float64Array(customers);
    for (const [m, answer] of answers.entries()) {
      if (answer === null) continue;
      const weight = weights[of][m] as number;
      for (let i = 0; i < total.length; i += 1) total[i] = (total[i] as number) + weight * (answer[of][i] as number);
    }
    return total;
  };
  return { counts: mix('counts'), spends: mix('spends') };
}

/** A member's answer; null where the book gives it nothing to learn from. */
function answerOrNull(member: Member, question: Question): Answer | null {
  try {
    return member.answer(question);
  } catch (error) {
    if (error instanceof NotFittedError) return null;
    throw error;
  }
}

/** A question about the past, what each member would have answered, and what came. */
export interface Replay {
  window: BacktestWindow;
  question: Question;
  answers: readonly (Answer | null)[];
  outcomes: readonly ValueOutcome[];
}

/** What each member would have said on a past day, beside what came; null where no probability model could be fitted. */
function replay(members: readonly Member[], book: Book, window: BacktestWindow): Replay | null {
  const { from, to } = window;
  const customers = book.customersAt(from);
  const question = { book, asOf: from, weeks: daysBetween(from, to) / 7, customers };
  const answers = members.map((member) => answerOrNull(member, question));
  if (!members.some((member, m) => member.kind === 'model' && answers[m] !== null)) return null;
  return { window, question, answers, outcomes: book.outcomesOf(customers, from, to) };
}

const cameOf = (outcomes: readonly ValueOutcome[], of: 'counts' | 'spends') =>
  Float64Array.from(outcomes, (outcome) => (of === 'counts' ? outcome.count : outcome.spend));

/** The predictions and what came, without the customers with the largest outcomes. */
function withoutTop(
  { answers, outcomes }: Replay,
  pool: readonly number[],
  of: 'counts' | 'spends',
  top: number,
): Regression {
  const came = cameOf(outcomes, of);
  const kept = allBut(came, top);
  const pick = (values: Float64Array) => Float64Array.from(kept, (i) => values[i] as number);
  return { predictions: pool.map((m) => pick((answers[m] as Answer)[of])), actual: pick(came) };
}

/** Indices of all but the largest values, the largest first. */
function allBut(values: Float64Array, top: number): readonly number[] {
  return Array.from(values.keys())
    .sort((i, j) => (values[j] as number) - (values[i] as number) || i - j)
    .slice(top);
}

/** An answer about a window, and what came in it. */
export interface Judged {
  answer: Pick<Answer, 'counts' | 'spends'>;
  outcomes: readonly ValueOutcome[];
}

/** How one way of telling did, as the mean over some windows. */
export function backtestRow(name: string, kind: BacktestRow['kind'], judged: readonly Judged[]): BacktestRow {
  const meanR2 = (of: 'counts' | 'spends', top: number) =>
    mean(
      judged.flatMap(({ answer, outcomes }) => {
        const came = cameOf(outcomes, of);
        const kept = allBut(came, top);
        const pick = (values: Float64Array) => kept.map((i) => values[i] as number);
        const found = r2(pick(answer[of]), pick(came));
        return Number.isFinite(found) ? [found] : [];
      }),
    );
  const [countR2, spendR2, countR2DropTop10, spendR2DropTop10] = [
    meanR2('counts', 0),
    meanR2('spends', 0),
    meanR2('counts', 10),
    meanR2('spends', 10),
  ];
  const all = [countR2, spendR2, countR2DropTop10, spendR2DropTop10].filter((each) => each !== null);
  return { name, kind, countR2, spendR2, countR2DropTop10, spendR2DropTop10, score: mean(all) ?? 0 };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
