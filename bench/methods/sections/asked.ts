import { cell } from '../format.ts';
import { type Measuring, section } from '../section.ts';
import type { ChurnFigures } from './churn.ts';
import type { MoreChurnFigures } from './churn-more.ts';
import type { EngagementFigures } from './engagement.ts';
import type { TrialFigures } from './trials.ts';
import type { ValueFigures } from './value.ts';

/** A figure that customer scoring is asked for, beside what was measured. */
interface AskedRow {
  asked: string;
  honest: string;
  measured: string;
}

/**
 * The figures that customer scoring is usually asked for, what can honestly be said of each on public data, and what the sections before this
 * one measured. Where a section could not run the row says so.
 */
export const askedSection = section<{ rows: readonly AskedRow[] }>({
  id: 'asked',
  title: 'What was asked, and what is true',
  measure: async (measuring) => ({
    rows: [
      ...valueRows(figures<ValueFigures>(measuring, 'value')),
      ...churnRows(figures<ChurnFigures>(measuring, 'churn'), figures<MoreChurnFigures>(measuring, 'churn-more')),
      ...engagementRows(figures<EngagementFigures>(measuring, 'engagement')),
      ...trialRows(figures<TrialFigures>(measuring, 'trials')),
    ],
  }),
  tables: ({ rows }) => ({
    rows: {
      header: ['asked for', 'what can honestly be said', 'measured'],
      rows: rows.map(({ asked, honest, measured }) => [asked, honest, measured]),
    },
  }),
});

const NOT_RUN = 'not run here';

function figures<Figures>({ figuresOf }: Measuring, id: string): Figures | null {
  return figuresOf(id) as Figures | null;
}

function valueRows(found: ValueFigures | null): readonly AskedRow[] {
  const measured = (book: ValueFigures['cdnow']) => {
    const { count, spend } = book.ensemble;
    return `purchases ${cell(count.r2, 'two')} (deciles ${cell(count.decileR2, 'two')}), money ${cell(spend.r2, 'two')}, without the ten largest ${cell(spend.r2DropTop10, 'two')}`;
  };
  return [
    {
      asked: 'R² 0.82 of customer value',
      honest: 'per customer on a later time, zero spenders included; the group level beside it',
      measured:
        found === null
          ? NOT_RUN
          : `CDNOW: ${measured(found.cdnow)}. Online Retail: ${measured(found.onlineRetail)}; ${verdict(
              [found.cdnow, found.onlineRetail].every(({ ensemble }) => ensemble.count.r2 >= 0.82),
              'per customer',
            )}, ${verdict(
              [found.cdnow, found.onlineRetail].every(({ ensemble }) => ensemble.count.decileR2 >= 0.82),
              'by deciles',
            )}`,
    },
    {
      asked: 'intervals that hold',
      honest: 'how often money of buyers lay in the interval that says 80 %',
      measured:
        found === null
          ? NOT_RUN
          : `CDNOW ${cell(found.cdnow.ensemble.buyersSpendInside, 'percent')}, Online Retail ${cell(found.onlineRetail.ensemble.buyersSpendInside, 'percent')}`,
    },
  ];
}

function verdict(reached: boolean, level: string): string {
  return `${reached ? 'reached' : 'not reached'} ${level}`;
}

function churnRows(found: ChurnFigures | null, more: MoreChurnFigures | null): readonly AskedRow[] {
  const telco = found?.telco;
  const at = (of: 'precision' | 'recall', least: number) => {
    const points = (telco?.curve ?? []).filter((point) => point[of] >= least);
    return of === 'precision' ? points.at(-1) : points[0];
  };
  const [precise, complete] = [at('precision', 0.87), at('recall', 0.83)];
  const told = (set: ChurnFigures['telco']) => cell(set.best.atBest.f1, 'two');
  return [
    {
      asked: 'churn precision 87 %',
      honest: 'at the natural rate, with the recall that is left',
      measured: !telco
        ? NOT_RUN
        : precise
          ? `Telco: up to ${cell(precise.flagged, 'points')} flagged, recall ${cell(precise.recall, 'two')}`
          : `Telco: at no twentieth of the table; the highest is ${cell(Math.max(...telco.curve.map(({ precision }) => precision)), 'two')} at ${cell(telco.curve[0]?.flagged, 'points')} flagged, recall ${cell(telco.curve[0]?.recall, 'two')}`,
    },
    {
      asked: 'churn recall 83 %',
      honest: 'with the precision that it costs',
      measured: complete
        ? `Telco: ${cell(complete.flagged, 'points')} flagged, precision ${cell(complete.precision, 'two')}, recall ${cell(complete.recall, 'two')}`
        : NOT_RUN,
    },
    {
      asked: 'F₁ 0.85',
      honest: 'at a threshold chosen on training rows, on rows nobody resampled',
      measured: [
        found ? `Telco ${told(found.telco)}` : `Telco ${NOT_RUN}`,
        more ? `Iranian ${told(more.iranian)}, Online Shoppers ${told(more.shoppers)}` : `other tables ${NOT_RUN}`,
      ].join(', '),
    },
    {
      asked: 'early warning 85 % accurate',
      honest: 'accuracy beside that of saying nobody leaves; ranking by AUC and lift',
      measured: telco
        ? `Telco: ${cell(telco.best.atBest.accuracy, 'percent')} where always-no is ${cell(telco.alwaysNo, 'percent')}; AUC ${cell(telco.best.auc, 'three')}, lift of the top tenth ${cell(telco.best.topDecileLift, 'two')}`
        : NOT_RUN,
    },
  ];
}

function engagementRows(found: EngagementFigures | null): readonly AskedRow[] {
  return [
    {
      asked: 'engagement 91 % correlated with outcomes',
      honest: 'with activity of the next period, which overlaps nothing, and beside outcomes dealt out at random',
      measured: found
        ? `Spearman ${cell(found.score.activitySpearman, 'two')}, Pearson ${cell(found.score.activityPearson, 'two')}, given past activity ${cell(found.score.activityPartialSpearman, 'two')}; at random ${cell(found.control.meanSpearman, 'two')}`
        : NOT_RUN,
    },
  ];
}

function trialRows(found: TrialFigures | null): readonly AskedRow[] {
  const planted = (what: string) => found?.planted.find((row) => row.what === what);
  const said = (what: string) => {
    const row = planted(what);
    return row
      ? `planted ${cell(row.effect, 'two')}, found ${cell(row.estimate, 'two')} in the mean; the interval held it in ${cell(row.covered, 'points')} of runs`
      : NOT_RUN;
  };
  return [
    {
      asked: 'value +23 %',
      honest: 'no data without a trial shows it: whether the estimator finds a planted gain',
      measured: said('money a customer'),
    },
    {
      asked: 'churn −35 %',
      honest: 'the same, with fewer leavers planted; and that nothing is shown where nothing works',
      measured: found
        ? `${said('leavers')}; shown where nothing works: ${cell(found.falselyShown, 'points')} of runs looked at ${cell(found.looks, 'whole')} times`
        : NOT_RUN,
    },
    {
      asked: 'return on marketing 4.2 times',
      honest: 'only what the holdout shows as brought in, less what it cost; no figure without a trial',
      measured: 'no claim',
    },
    {
      asked: 'NPS +18',
      honest: 'answers are taken in, and compared with the holdout’s; no figure without a trial',
      measured: 'no claim',
    },
  ];
}
