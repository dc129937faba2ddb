import type { ValueReport } from '../core/scores/value-report.ts';
import { table } from './output.ts';

/** How the value model was chosen, in lines: the winner beside the losers and the naive rows. */
export function valueLines(report: ValueReport): readonly string[] {
  const { chosen, chosenBy, from, fittedTo, buyers, windows, backtest, weights, levels } = report;
  const number = (value: number) => value.toLocaleString('en');
  const of = fittedTo < buyers ? ` of ${number(buyers)}` : '';
  const head = `Value is told by ${chosen}, fitted to ${number(fittedTo)}${of} ${from === 'contracts' ? 'contracts' : 'customers with a purchase'}.`;
  if (chosenBy !== 'backtest') return [head];
  const spans = windows.map(({ from, to }) => `${from} to ${to}`).join(', ');
  const r2 = (value: number | null) => (value === null ? '' : value.toFixed(3));
  const share = (value: number | undefined) => (value === undefined ? '' : `${Math.round(value * 100)} %`);
  return [
    `${head} On windows inside the book (${spans}; ${number(report.judgedOn)} customers), R2:`,
    table(
      [
        '',
        from === 'contracts' ? 'days of cover' : 'purchases',
        'w/o top 10',
        'money',
        'w/o top 10',
        'mean',
        'of purchases',
        'of money',
      ],
      backtest.map((row) => {
        const weight = weights.find(({ name }) => name === row.name);
        return [
          `${row.name}${row.kind === 'naive' ? ' (naive)' : ''}${row.name === chosen ? ' *' : ''}`,
          ...[row.countR2, row.countR2DropTop10, row.spendR2, row.spendR2DropTop10, row.score].map(r2),
          share(weight?.counts),
          share(weight?.money),
        ];
      }),
    ),
    from === 'contracts'
      ? '* scores use it. Its 80 % interval is exact: that of the number of renewals to come.'
      : `* scores use it. Its 80 % interval lies between the ${percentile(levels.low)} and ${percentile(levels.high)} percentile of the money of those who buy: what held 80 % in the newest window.`,
  ];
}

function percentile(level: number): string {
  const rank = Math.round(level * 100);
  const suffix = rank % 100 >= 11 && rank % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][rank % 10] ?? 'th');
  return `${rank}${suffix}`;
}
