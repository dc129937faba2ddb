import { LEAST_UNITS, sequentialEffect } from '../../../core/evaluation/playbook-effect.ts';
import { simulatedTrial } from '../../../test/support/trials.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

interface PlantedRow {
  what: string;
  effect: number;
  /** Mean estimate, share of runs whose interval holds the truth, and of those whose interval excludes nothing at all. */
  estimate: number;
  covered: number;
  shown: number;
}

/** The figures of the section. */
export interface TrialFigures {
  runs: number;
  customers: number;
  looks: number;
  holdoutShare: number;
  /** Of A/A trials: the share in which an effect was shown at any look. */
  falselyShown: number;
  /** The same by an interval for one look, as most dashboards draw it. */
  falselyShownByFixed: number;
  planted: readonly PlantedRow[];
}

const RUNS = Array.from({ length: 100 }, (_, index) => index + 1);
const CUSTOMERS = 3_000;
const PLANTED_CUSTOMERS = 4_000;
const LOOK_EVERY = 50;
const HOLDOUT = 0.1;
/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.96;
/** Outcomes of money are log-normal around this, times who stayed. */
const MONEY_MEAN = Math.exp(4 + 0.5);

/** Trials: what the holdout estimator says where nothing works, and where an effect was planted. */
export const trialsSection = section<TrialFigures>({
  id: 'trials',
  title: 'Effects by holdout',
  measure: async () => {
    const looks = Array.from({ length: CUSTOMERS / LOOK_EVERY - 1 }, (_, index) => (index + 2) * LOOK_EVERY);
    const nothing = RUNS.map((seed) => simulatedTrial(seed, { customers: CUSTOMERS, share: HOLDOUT }));
    const shown = (show: (rows: (typeof nothing)[number]) => boolean) =>
      nothing.filter((rows) => looks.some((count) => show(rows.slice(0, count)))).length / RUNS.length;
    const planted = [
      // Of those who would have left four in ten: 14 points fewer leavers are 35 % fewer.
      { what: 'leavers', effect: 0.14, money: false },
      { what: 'leavers, a playbook that harms', effect: -0.1, money: false },
      // Of six in ten who stay 23 % more: money follows who stays.
      { what: 'money a customer', effect: 0.138, money: true },
    ].map(({ what, effect, money }): PlantedRow => {
      const truth = money ? effect * MONEY_MEAN : effect;
      const found = RUNS.flatMap((seed) => {
        const rows = simulatedTrial(seed, { customers: PLANTED_CUSTOMERS, effect, share: HOLDOUT, money });
        return sequentialEffect(rows).effect ?? [];
      });
      const share = (which: (each: (typeof found)[number]) => boolean) => found.filter(which).length / RUNS.length;
      return {
        what,
        effect: truth,
        estimate: found.reduce((sum, { value }) => sum + value, 0) / found.length,
        covered: share(({ low, high }) => low <= truth && truth <= high),
        shown: share(({ low, high }) => low > 0 || high < 0),
      };
    });
    return {
      runs: RUNS.length,
      customers: CUSTOMERS,
      looks: looks.length,
      holdoutShare: HOLDOUT,
      falselyShown: shown((rows) => {
        const { effect } = sequentialEffect(rows);
        return effect !== null && (effect.low > 0 || effect.high < 0);
      }),
      falselyShownByFixed: shown((rows) => {
        const { treated, heldOut } = sequentialEffect(rows);
        if (heldOut.customers < LEAST_UNITS || treated.mean === null || heldOut.mean === null) return false;
        const variance = (mean: number, of: number) => (mean * (1 - mean)) / of;
        const error = Math.sqrt(variance(treated.mean, treated.customers) + variance(heldOut.mean, heldOut.customers));
        return Math.abs(treated.mean - heldOut.mean) > Z95 * error;
      }),
      planted,
    };
  },
  tables: ({ planted }) => ({
    planted: {
      header: ['what', 'planted', 'mean estimate', 'interval holds it', 'interval excludes nothing'],
      rows: planted.map(({ what, effect, estimate, covered, shown }) => [
        what,
        cell(effect, 'three'),
        cell(estimate, 'three'),
        cell(covered, 'points'),
        cell(shown, 'points'),
      ]),
    },
  }),
});
