import { NotFittedError } from '../domain/errors.ts';
import { seededRandom } from '../math/random.ts';
import { stratifiedFolds } from '../models/churn/stratified-folds.ts';
import type { FeatureSpec } from '../models/trees/table.ts';
import { type PolicyValue, policyValue } from '../planning/off-policy.ts';
import { bootstrapCounts, qini, quantile, type Ranking, rankingOf } from '../planning/qini.ts';
import {
  type TrialRow,
  tLearner,
  twoModelLogistic,
  type UpliftLearner,
  xLearner,
} from '../planning/uplift-learners.ts';
import { bestRule } from '../planning/uplift-rule.ts';

/** How well a ranking finds those whom the treatment moves. */
export interface UpliftReport {
  name: string;
  /** Qini coefficient for each treated customer, out of sample; 0 for a random order. */
  qini: number;
  /** 95 % bootstrap interval. */
  low: number;
  high: number;
  /** Its Qini less the rule's, with the paired bootstrap interval; null for the rule itself. */
  aboveRule: { difference: number; low: number; high: number } | null;
  /** Treating the half that it ranks highest: outcomes for each customer. */
  topHalf: PolicyValue;
}

/** Whom a treatment moves, on a randomised trial. */
export interface UpliftEvaluation {
  customers: number;
  treated: number;
  /** Outcome rates of the arms, and their difference. */
  treatedRate: number;
  controlRate: number;
  effect: number;
  /** Judged out of fold, or on the later rows. */
  judgedOn: { split: 'folds' | 'later rows'; customers: number };
  models: readonly UpliftReport[];
  /** The best one-line rule of the training rows, as said in the first fold. */
  rule: UpliftReport & { says: string };
  /** Of so many random orders: the mean of their Qini and the range of 95 %. A ranking inside it has found nothing. */
  random: { orders: number; mean: number; low: number; high: number };
  /** The ranking to use: the best learner if it beats the rule beyond chance, else the rule; null when nothing beats a random order. */
  choice: string | null;
  seed: number;
  warnings: readonly string[];
}

/** How to judge. */
export interface UpliftEvaluationOptions {
  features: readonly FeatureSpec[];
  seed: number;
  /** The time of each row: trains on the earlier 60 % and judges on the rest. Five folds by chance when left out. */
  times?: readonly number[];
}

const LEARNERS: readonly UpliftLearner[] = [twoModelLogistic, tLearner, xLearner];
const RULE = 'one-line rule';
const FOLDS = 5;
const EARLIER_SHARE = 0.6;
const BOOTSTRAPS = 200;
const RANDOM_ORDERS = 100;
/** Least rows of each outcome in each arm. */
const LEAST = 2 * FOLDS;

/**
 * Compares uplift learners with a one-line rule and with random orders, all on rows they were not trained on.
 *
 * @throws NotFittedError when an arm has too few rows of an outcome
 */
export function evaluateUplift(
  rows: readonly TrialRow[],
  { features, seed, times }: UpliftEvaluationOptions,
): UpliftEvaluation {
  checkArms(rows);
  const parts = times ? laterRows(times) : folded(rows, seed);
  const judged = parts.flatMap(({ test }) => test);
  const trial = judged.map((row) => rows[row] as TrialRow);
  const scores = new Map<string, number[]>([...LEARNERS.map(({ name }) => name), RULE].map((name) => [name, []]));
  const expected: { treated: number; control: number }[] = [];
  let says = '';
  for (const { train, test } of parts) {
    const training = train.map((row) => rows[row] as TrialRow);
    const asked = test.map((row) => rows[row] as TrialRow);
    for (const learner of LEARNERS) {
      const found = learner.fit(training, { features, random: seededRandom(seed) })(asked);
      for (const score of found) scores.get(learner.name)?.push(score);
    }
    const rule = bestRule(training, features);
    if (says === '') says = rule?.says ?? 'none: no column varies';
    for (const row of asked) scores.get(RULE)?.push(rule?.applies(row.values) ? 1 : 0);
    // Rates of the training rows: the plainest model of the outcome, for the doubly robust estimate.
    const rates = { treated: rateOf(training, true), control: rateOf(training, false) };
    for (const _ of test) expected.push(rates);
  }

  const rankings = new Map([...scores].map(([name, each]) => [name, rankingOf(each)]));
  const values = new Map([...rankings].map(([name, ranking]) => [name, qini(trial, ranking)]));
  const resampled = bootstrap(trial, rankings, seed);
  const report = (name: string): UpliftReport => {
    const [own, rule] = [resampled.get(name) ?? [], resampled.get(RULE) ?? []];
    const differences = own.map((value, i) => value - (rule[i] as number));
    return {
      name,
      qini: values.get(name) ?? 0,
      ...range(own),
      aboveRule:
        name === RULE ? null : { difference: (values.get(name) ?? 0) - (values.get(RULE) ?? 0), ...range(differences) },
      topHalf: topHalfOf(trial, rankings.get(name) ?? rankingOf([]), expected),
    };
  };
  const models = LEARNERS.map(({ name }) => report(name));
  const rule = { ...report(RULE), says };
  const random = randomOrders(trial, seed);
  const [treatedRate, controlRate] = [rateOf(rows, true), rateOf(rows, false)];
  const { choice, warnings } = chosen(models, rule, random);
  return {
    customers: rows.length,
    treated: rows.filter(({ treated }) => treated).length,
    treatedRate,
    controlRate,
    effect: treatedRate - controlRate,
    judgedOn: { split: times ? 'later rows' : 'folds', customers: judged.length },
    models,
    rule,
    random,
    choice,
    seed,
    warnings,
  };
}

function checkArms(rows: readonly TrialRow[]): void {
  for (const treated of [true, false]) {
    for (const outcome of [1, 0]) {
      const count = rows.filter((row) => row.treated === treated && row.outcome === outcome).length;
      if (count >= LEAST) continue;
      throw new NotFittedError(
        `Of the ${treated ? 'treated' : 'control group'} ${count} have the outcome ${outcome}: at least ${LEAST} are needed. Wait for more outcomes, or name another column.`,
      );
    }
  }
}

interface Part {
  train: readonly number[];
  test: readonly number[];
}

/** Every row is judged once, by models of the other folds; each fold has its share of arms and outcomes. */
function folded(rows: readonly TrialRow[], seed: number): readonly Part[] {
  const random = seededRandom(seed);
  const foldOf = new Int32Array(rows.length);
  for (const treated of [true, false]) {
    const members = [...rows.keys()].filter((row) => rows[row]?.treated === treated);
    const folds = stratifiedFolds(
      members.map((row) => rows[row]?.outcome ?? 0),
      FOLDS,
      random,
    );
    for (const [i, row] of members.entries()) foldOf[row] = folds[i] as number;
  }
  return Array.from({ length: FOLDS }, (_, fold) => ({
    train: [...rows.keys()].filter((row) => foldOf[row] !== fold),
    test: [...rows.keys()].filter((row) => foldOf[row] === fold),
  }));
}

function laterRows(times: readonly number[]): readonly Part[] {
  const sorted = [...times].sort((a, b) => a - b);
  // Rows of one time stay on one side.
  const last = sorted[Math.floor(EARLIER_SHARE * (sorted.length - 1))] ?? 0;
  return [
    {
      train: [...times.keys()].filter((row) => (times[row] as number) <= last),
      test: [...times.keys()].filter((row) => (times[row] as number) > last),
    },
  ];
}

function rateOf(rows: readonly TrialRow[], treated: boolean): number {
  let [count, sum] = [0, 0];
  for (const row of rows) {
    if (row.treated !== treated) continue;
    count += 1;
    sum += row.outcome;
  }
  return count > 0 ? sum / count : 0;
}

/** The same resamples for every ranking, so that differences are paired. */
function bootstrap(
  trial: readonly TrialRow[],
  rankings: ReadonlyMap<string, Ranking>,
  seed: number,
): ReadonlyMap<string, readonly number[]> {
  const random = seededRandom(seed + 1);
  const found = new Map<string, number[]>([...rankings.keys()].map((name) => [name, []]));
  for (let i = 0; i < BOOTSTRAPS; i += 1) {
    const counts = bootstrapCounts(trial.length, random);
    for (const [name, ranking] of rankings) found.get(name)?.push(qini(trial, ranking, counts));
  }
  return found;
}

function randomOrders(trial: readonly TrialRow[], seed: number): UpliftEvaluation['random'] {
  const random = seededRandom(seed + 2);
  const values = Array.from({ length: RANDOM_ORDERS }, () => qini(trial, rankingOf(trial.map(() => random.next()))));
  return {
    orders: RANDOM_ORDERS,
    mean: values.reduce((sum, value) => sum + value, 0) / RANDOM_ORDERS,
    ...range(values),
  };
}

function range(values: readonly number[]): { low: number; high: number } {
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/** The policy that treats the half ranked highest; of a group of equals on the line, each with the same probability. */
function topHalfOf(
  trial: readonly TrialRow[],
  { order, ends }: Ranking,
  expected: readonly { treated: number; control: number }[],
): PolicyValue {
  const half = trial.length / 2;
  const probability = new Float64Array(trial.length);
  let start = 0;
  for (const end of ends) {
    const share = Math.min(Math.max((half - start) / (end - start), 0), 1);
    for (let k = start; k < end; k += 1) probability[order[k] as number] = share;
    start = end;
  }
  const treatedShare = trial.filter(({ treated }) => treated).length / trial.length;
  return policyValue(
    trial.map(({ treated, outcome }, i) => {
      const p = probability[i] as number;
      const { treated: ifTreated, control: ifNot } = expected[i] as { treated: number; control: number };
      return {
        reward: outcome,
        propensity: treated ? treatedShare : 1 - treatedShare,
        targetProbability: treated ? p : 1 - p,
        expectedOfTaken: treated ? ifTreated : ifNot,
        expectedOfTarget: p * ifTreated + (1 - p) * ifNot,
      };
    }),
  );
}

function chosen(
  models: readonly UpliftReport[],
  rule: UpliftReport & { says: string },
  random: UpliftEvaluation['random'],
): { choice: string | null; warnings: readonly string[] } {
  const warnings = models
    .filter(({ aboveRule }) => aboveRule !== null && aboveRule.low <= 0)
    .map(({ name }) => `${name} does not beat the one-line rule ("${rule.says}") beyond chance.`);
  const winners = models.filter(({ aboveRule }) => aboveRule !== null && aboveRule.low > 0);
  const best = winners.toSorted((a, b) => b.qini - a.qini)[0] ?? rule;
  if (best.low > 0 && best.qini > random.high) return { choice: best.name, warnings };
  return {
    choice: null,
    warnings: [
      ...warnings,
      'Nothing here beats a random order beyond chance: treat all, or nobody, by the mean effect.',
    ],
  };
}
