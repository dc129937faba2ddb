import { daysBetween } from '../domain/calendar-day.ts';
import { NotFittedError } from '../domain/errors.ts';
import { r2 } from '../evaluation/regression.ts';
import { type BacktestWindow, backtestWindows } from './backtest-windows.ts';
import type { Book, Outcome } from './book.ts';
import type { Answer, Member, Question } from './members.ts';

/** Weights of the members, adding up to 1, for counts and for money. */
export interface EnsembleWeights {
  names: readonly string[];
  counts: Float64Array;
  spends: Float64Array;
  /** The windows they were learned on. */
  windows: readonly BacktestWindow[];
  /** How each member did alone: mean R2 over the windows; null without a window. */
  backtest: readonly { name: string; countR2: number | null; spendR2: number | null }[];
  /** What each member would have said at the origin of the newest window; null without one. */
  newest: Replay | null;
}

/** Rolling origins that weights are learned from. */
const WINDOWS = 3;
/**
 * Pull of the weights towards the prior ones, relative to the variance of what came: with few windows, equal weights are hard to
 * beat, and a member must be clearly better or worse to move them. Of .02, .1, .2, .5, 1 and 2, chosen on nine windows inside the
 * calibration periods of five books.
 */
const RIDGE = 0.5;
/** Weights answer for all customers and, in equal parts, for all but this many with the largest outcomes, who else decide alone. */
const WITHOUT_TOP = [0, 10] as const;

/**
 * Learns the weights from windows inside the past: every member is fitted on each origin and judged on what came after it. A member
 * that could not answer the question itself, or that of a window, has no weight.
 *
 * @param answered whether each member has an answer to the question
 */
export function learnWeights(
  members: readonly Member[],
  question: Pick<Question, 'book' | 'asOf' | 'weeks'>,
  answered: readonly boolean[],
): EnsembleWeights {
  const { book, asOf, weeks } = question;
  const windows = backtestWindows(book.firstDay, asOf, weeks, WINDOWS);
  const replays = windows.map((window) => replay(members, book, window)).filter((each) => each !== null);
  const able = members.map((_, m) => answered[m] === true && replays.every(({ answers }) => answers[m] !== null));
  const pool = Array.from(members.keys()).filter((m) => able[m]);
  const solve = (of: 'counts' | 'spends') => {
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
  return {
    names: members.map((member) => member.name),
    counts: solve('counts'),
    spends: solve('spends'),
    windows,
    backtest: members.map((member, m) => ({
      name: member.name,
      countR2: meanR2(replays, m, 'counts'),
      spendR2: meanR2(replays, m, 'spends'),
    })),
    newest: replays[0] ?? null,
  };
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
export function combine(answers: readonly (Answer | null)[], weights: EnsembleWeights): Answer {
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
  question: Question;
  answers: readonly (Answer | null)[];
  outcomes: readonly Outcome[];
}

/** What each member would have said on a past day, beside what came; null where no probability model could be fitted. */
function replay(members: readonly Member[], book: Book, { from, to }: BacktestWindow): Replay | null {
  const customers = book.customersAt(from);
  const question = { book, asOf: from, weeks: daysBetween(from, to) / 7, customers };
  const answers = members.map((member) => answerOrNull(member, question));
  if (!members.some((member, m) => member.kind === 'model' && answers[m] !== null)) return null;
  return { question, answers, outcomes: book.outcomesOf(customers, from, to) };
}

const cameOf = (outcomes: readonly Outcome[], of: 'counts' | 'spends') =>
  Float64Array.from(outcomes, (outcome) => (of === 'counts' ? outcome.count : outcome.spend));

/** The predictions and what came, without the customers with the largest outcomes. */
function withoutTop(
  { answers, outcomes }: Replay,
  pool: readonly number[],
  of: 'counts' | 'spends',
  top: number,
): Regression {
  const came = cameOf(outcomes, of);
  const kept = Array.from(came.keys())
    .sort((i, j) => (came[j] as number) - (came[i] as number) || i - j)
    .slice(top);
  const pick = (values: Float64Array) => Float64Array.from(kept, (i) => values[i] as number);
  return { predictions: pool.map((m) => pick((answers[m] as Answer)[of])), actual: pick(came) };
}

function meanR2(replays: readonly Replay[], member: number, of: 'counts' | 'spends'): number | null {
  const found = replays.flatMap(({ answers, outcomes }) => {
    const answer = answers[member];
    return answer ? [r2(answer[of], cameOf(outcomes, of))] : [];
  });
  return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
}

/** Predictions of each member, and what came. */
export interface Regression {
  predictions: readonly Float64Array[];
  actual: Float64Array;
}

/**
 * Weights >= 0 that add up to 1 and minimise the mean over windows of SSE / SST, with a ridge towards `anchor`; by moving weight
 * between pairs until nothing moves. Deterministic; `anchor` itself where there is no window.
 */
export function simplexWeights(windows: readonly Regression[], anchor: Float64Array): Float64Array {
  const n = anchor.length;
  const quadratic = Array.from({ length: n }, () => new Float64Array(n));
  const linear = new Float64Array(n);
  for (const { predictions, actual } of windows) {
    const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length;
    const variation = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    // A window in which everybody did the same says nothing of who tells it better.
    if (variation === 0) continue;
    const scale = 1 / variation / windows.length;
    for (let i = 0; i < n; i += 1) {
      const a = predictions[i] as Float64Array;
      linear[i] = (linear[i] as number) + scale * dot(a, actual);
      for (let j = 0; j < n; j += 1) {
        const row = quadratic[i] as Float64Array;
        row[j] = (row[j] as number) + scale * dot(a, predictions[j] as Float64Array);
      }
    }
  }
  for (let i = 0; i < n; i += 1) {
    const row = quadratic[i] as Float64Array;
    row[i] = (row[i] as number) + RIDGE;
    linear[i] = (linear[i] as number) + RIDGE * (anchor[i] as number);
  }
  const weights = Float64Array.from(anchor);
  const slope = (i: number) => dot(quadratic[i] as Float64Array, weights) - (linear[i] as number);
  for (let sweep = 0; sweep < 1_000; sweep += 1) {
    let moved = 0;
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        if (i === j) continue;
        const curvature =
          ((quadratic[i] as Float64Array)[i] as number) +
          ((quadratic[j] as Float64Array)[j] as number) -
          2 * ((quadratic[i] as Float64Array)[j] as number);
        const best = (slope(j) - slope(i)) / Math.max(curvature, 1e-300);
        const step = Math.min(Math.max(best, 0), weights[j] as number);
        weights[i] = (weights[i] as number) + step;
        weights[j] = (weights[j] as number) - step;
        moved = Math.max(moved, step);
      }
    }
    if (moved < 1e-10) break;
  }
  return weights;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
