import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, type CalendarDay } from '../../core/domain/calendar-day.ts';
import { guardedLearner } from '../../core/learning/guarded-learner.ts';
import { guardedTrees } from '../../core/learning/guarded-trees.ts';
import { ADWIN_DELTA, lossDrift } from '../../core/learning/loss-drift.ts';
import { cycle, STEPS, type Workspace } from '../../core/pipeline/cycle.ts';
import { replayScores, someScores } from '../../core/pipeline/replay-scores.ts';
import { recordsOf, simulateBook } from '../support/book.ts';
import { fakeClock } from '../support/clock.ts';
import { fakeConnector } from '../support/fake-connector.ts';
import { openTempStore, type TempStore } from '../support/store.ts';
import { ddm, judged, STREAMS } from './drift-streams.ts';
import {
  AFTER,
  bookOf,
  CHALLENGER_ON,
  CHAMPION_ON,
  comparedOn,
  JUDGED_ON,
  trainOn,
  withOutage,
} from './learning-books.ts';
import { FROZEN, livedWith, type TRUTHS } from './online-streams.ts';

const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const say = (line: string) => console.log(line);

describe('drift detection on planted streams of 10,000 errors, 20 seeds', () => {
  const detectors = {
    adwin: (errors: readonly number[]) =>
      lossDrift(errors).flatMap(({ detector, at }) => (detector === 'adwin' ? [at] : [])),
    'page-hinkley': (errors: readonly number[]) =>
      lossDrift(errors).flatMap(({ detector, at }) => (detector === 'page-hinkley' ? [at] : [])),
    ddm,
  };
  const run = (kind: keyof typeof STREAMS, detector: keyof typeof detectors) => {
    const runs = seeds(20).map((seed) => {
      const planted = STREAMS[kind](seed);
      return judged(planted, detectors[detector](planted.errors));
    });
    const delays = runs.flatMap((each) => each.delays);
    const found = {
      delay: mean(delays),
      missed: runs.reduce((sum, { missed }) => sum + missed, 0),
      falseAlarms: mean(runs.map(({ falseAlarms }) => falseAlarms)),
    };
    say(
      `${kind}, ${detector}: delay ${found.delay.toFixed(0)}, missed ${found.missed}, false alarms per 10,000 ${found.falseAlarms.toFixed(2)}`,
    );
    return found;
  };

  it('ADWIN has fewer false alarms than its bound says, and than DDM in the same run', () => {
    const [adwin, peer] = [run('stationary', 'adwin'), run('stationary', 'ddm')];
    // Theorem 3.1 of Bifet & Gavaldà 2007: a false alarm at a step with probability delta at most.
    expect(adwin.falseAlarms).toBeLessThanOrEqual(ADWIN_DELTA * 10_000);
    expect(adwin.falseAlarms).toBeLessThanOrEqual(peer.falseAlarms);
    run('stationary', 'page-hinkley');
  });

  it.each(['sudden', 'gradual', 'recurring'] as const)('ADWIN misses no %s rise, and is not later than DDM', (kind) => {
    const [adwin, peer] = [run(kind, 'adwin'), run(kind, 'ddm')];
    run(kind, 'page-hinkley');
    expect(adwin.missed).toBe(0);
    expect(peer.missed > 0 || adwin.delay <= peer.delay).toBe(true);
  });
});

describe('online learning beside the frozen model, prequential log-loss, 20 seeds', () => {
  const LEARNERS = {
    logistic: () => guardedLearner(FROZEN.length),
    trees: (seed: number) => guardedTrees(['constant', 'first', 'second', 'third'], seed),
  };
  const standardError = (values: readonly number[]) =>
    Math.sqrt(values.reduce((sum, each) => sum + (each - mean(values)) ** 2, 0) / (values.length - 1) / values.length);
  const run = (learner: keyof typeof LEARNERS, kind: keyof typeof TRUTHS) => {
    const differences = seeds(20).map((seed) => livedWith(LEARNERS[learner](seed), seed, kind));
    say(
      `${kind}, ${learner}: ${mean(differences).toFixed(4)}, standard error ${standardError(differences).toExponential(2)}`,
    );
    return differences;
  };

  it.each(['logistic', 'trees'] as const)('%s: not worse on a stationary stream', (learner) => {
    const differences = run(learner, 'stationary');
    expect(mean(differences)).toBeLessThanOrEqual(standardError(differences));
    expect(Math.max(...differences)).toBeLessThan(0.001);
  });

  it.each(
    (['sudden', 'gradual', 'recurring', 'bent'] as const).flatMap((kind) =>
      (['logistic', 'trees'] as const).map((learner) => [learner, kind] as const),
    ),
  )('%s: better on %s drift, with every seed', (learner, kind) => {
    for (const difference of run(learner, kind)) expect(difference).toBeLessThan(0);
  });

  it('trees are better than the straight line where the truth is bent', () => {
    const [straight, trees] = [run('logistic', 'bent'), run('trees', 'bent')];
    expect(mean(trees)).toBeLessThan(mean(straight));
  });
});

describe('fifty simulated retrainings', () => {
  const CUSTOMERS = 300;
  /** Other customers of the same process, enough to tell the truth. */
  const population = bookOf(9_999, 4_000);

  it('promote no model that is worse afterwards by more than the standard error of its test', () => {
    let promoted = 0;
    for (const seed of seeds(50)) {
      const book = bookOf(seed, CUSTOMERS);
      const models = [trainOn(book, CHAMPION_ON), trainOn(book, CHALLENGER_ON)] as const;
      const { comparisons, decision } = comparedOn(models, book, { from: CHALLENGER_ON, to: JUDGED_ON });
      if (!decision.promote) continue;
      promoted += 1;
      const truth = comparedOn(models, population, { from: JUDGED_ON, to: AFTER }).comparisons;
      for (const { of, mean: difference } of truth) {
        const test = comparisons.find((each) => each.of === of);
        if (test) expect({ seed, of, worse: difference > test.standardError }).toEqual({ seed, of, worse: false });
      }
    }
    say(`${promoted} of 50 challengers were promoted.`);
    expect(promoted).toBeGreaterThan(0);
  }, 900_000);

  it('do not promote what learned from a month that an outage poisoned', () => {
    for (const seed of seeds(10)) {
      const book = withOutage(bookOf(100 + seed, CUSTOMERS), addDays(CHALLENGER_ON, -30), CHALLENGER_ON);
      const models = [trainOn(book, CHAMPION_ON), trainOn(book, CHALLENGER_ON)] as const;
      const { comparisons, decision } = comparedOn(models, book, { from: CHALLENGER_ON, to: JUDGED_ON });
      say(
        `outage ${seed}: ${decision.because} (${comparisons.map(({ of, verdict }) => `${of} ${verdict}`).join(', ')})`,
      );
      expect({ seed, promote: decision.promote }).toEqual({ seed, promote: false });
    }
  }, 300_000);
});

describe('past scores', () => {
  let store: TempStore;
  beforeAll(async () => {
    store = await openTempStore();
  });
  afterAll(() => store.close());

  it('are the same bits when made again: any 1,000 of them', async () => {
    const asOf = '2026-06-01' as CalendarDay;
    const crm = fakeConnector();
    const workspace: Workspace = {
      name: 'test',
      database: store.database,
      connectors: [crm],
      playbooks: [],
      timeZone: 'UTC',
      currency: 'USD',
      clock: fakeClock('2026-06-01T20:00:00.000Z'),
    };
    crm.feed(...recordsOf(simulateBook({ seed: 12, customers: 500, asOf })));
    const scoring = STEPS.filter((step) => step !== 'train');
    for (const days of [-120, -90, -60, -30, 0]) {
      await cycle(workspace, {
        asOf: addDays(asOf, days),
        ...(days === -60 ? { retrain: true } : days === -120 ? {} : { steps: scoring }),
      });
    }
    const rows = await someScores(store.database, { limit: 1_000, seed: 7 });
    expect(rows).toHaveLength(1_000);
    const replayed = await replayScores(store.database, rows, { rank: () => 0 });
    expect(replayed.filter((each) => each.replayed === null || each.differs.length > 0)).toEqual([]);
    expect(new Set(replayed.map(({ modelVersion }) => modelVersion)).size).toBe(2);
  });
});
