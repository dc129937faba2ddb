import { guardedLearner } from '../../../core/learning/guarded-learner.ts';
import { guardedTrees } from '../../../core/learning/guarded-trees.ts';
import { lossDrift } from '../../../core/learning/loss-drift.ts';
import { ddm, judged, STREAMS } from '../../../test/drills/drift-streams.ts';
import { FROZEN, livedWith, TRUTHS } from '../../../test/drills/online-streams.ts';
import { overNames } from '../charts.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

interface DriftRow {
  detector: 'adwin' | 'page-hinkley' | 'ddm';
  stream: keyof typeof STREAMS;
  /** Errors from the rise to the first alarm; null where none was planted, or none was found. */
  delay: number | null;
  missed: number;
  falseAlarms: number;
}

interface OnlineRow {
  learner: 'logistic' | 'trees';
  stream: keyof typeof TRUTHS;
  /** Mean over the seeds of the mean log-loss less the frozen model's. */
  difference: number;
  standardError: number;
  worst: number;
}

interface LearningFigures {
  seeds: number;
  streamLength: number;
  outcomes: number;
  drift: readonly DriftRow[];
  online: readonly OnlineRow[];
}

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const DETECTORS = {
  adwin: (errors: readonly number[]) =>
    lossDrift(errors).flatMap(({ detector, at }) => (detector === 'adwin' ? [at] : [])),
  'page-hinkley': (errors: readonly number[]) =>
    lossDrift(errors).flatMap(({ detector, at }) => (detector === 'page-hinkley' ? [at] : [])),
  ddm,
};

/** Learning: how soon planted drift is seen, and what online learners gain over the frozen model. */
export const learningSection = section<LearningFigures>({
  id: 'learning',
  title: 'Learning',
  measure: async ({ say }) => {
    const drift: DriftRow[] = [];
    for (const stream of Object.keys(STREAMS) as (keyof typeof STREAMS)[]) {
      for (const detector of Object.keys(DETECTORS) as (keyof typeof DETECTORS)[]) {
        const runs = SEEDS.map((seed) => {
          const planted = STREAMS[stream](seed);
          return judged(planted, DETECTORS[detector](planted.errors));
        });
        const delays = runs.flatMap((each) => each.delays);
        drift.push({
          detector,
          stream,
          delay: delays.length === 0 ? null : mean(delays),
          missed: runs.reduce((sum, { missed }) => sum + missed, 0),
          falseAlarms: mean(runs.map(({ falseAlarms }) => falseAlarms)),
        });
      }
    }
    const online: OnlineRow[] = [];
    for (const stream of Object.keys(TRUTHS) as (keyof typeof TRUTHS)[]) {
      say(`online learners, ${stream} stream`);
      for (const learner of ['logistic', 'trees'] as const) {
        const differences = SEEDS.map((seed) =>
          livedWith(
            learner === 'trees'
              ? guardedTrees(['constant', 'first', 'second', 'third'], seed)
              : guardedLearner(FROZEN.length),
            seed,
            stream,
          ),
        );
        const middle = mean(differences);
        const squares = differences.reduce((sum, each) => sum + (each - middle) ** 2, 0);
        online.push({
          learner,
          stream,
          difference: middle,
          standardError: Math.sqrt(squares / (SEEDS.length - 1) / SEEDS.length),
          worst: Math.max(...differences),
        });
      }
    }
    return { seeds: SEEDS.length, streamLength: STREAMS.stationary(1).errors.length, outcomes: 6_000, drift, online };
  },
  tables: ({ drift, online }) => ({
    drift: {
      header: ['stream', 'detector', 'mean delay in errors', 'rises missed', 'false alarms a stream'],
      rows: drift.map(({ stream, detector, delay, missed, falseAlarms }) => [
        stream,
        detector,
        cell(delay, 'whole'),
        cell(missed, 'whole'),
        cell(falseAlarms, 'two'),
      ]),
    },
    online: {
      header: ['stream', 'learner', 'log-loss less the frozen model’s', 'standard error', 'worst seed'],
      rows: online.map(({ stream, learner, difference, standardError, worst }) => [
        stream,
        learner,
        ...[difference, standardError, worst].map((each) => cell(each, 'four')),
      ]),
    },
  }),
  charts: ({ online }) => {
    const streams = [...new Set(online.map(({ stream }) => stream))];
    const of = (learner: OnlineRow['learner']) =>
      streams.map(
        (stream) => online.find((row) => row.stream === stream && row.learner === learner)?.difference ?? null,
      );
    return {
      online: overNames(
        'bar',
        'Log-loss of online learners less that of the frozen model, by stream; lower is better.',
        {
          names: streams,
          series: { logistic: of('logistic'), trees: of('trees') },
          x: 'stream',
          y: 'difference',
        },
      ),
    };
  },
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
