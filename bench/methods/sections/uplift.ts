import type { UpliftEvaluation, UpliftReport } from '../../../core/evaluation/uplift.ts';
import { cell } from '../format.ts';
import { section } from '../section.ts';

/** Uplift: whom a randomised e-mail moved. */
export const upliftSection = section<UpliftEvaluation>({
  id: 'uplift',
  title: 'Uplift',
  files: ['hillstrom.csv.gz'],
  commands: {
    hillstrom: [
      ...['evaluate', 'uplift', '--table', 'hillstrom.csv.gz', '--arm', 'segment', '--treated', 'Womens E-Mail'],
      ...['--control', 'No E-Mail', '--outcome', 'visit', '--leave-out', 'conversion,spend'],
    ],
  },
  measure: async ({ command }) => (await command('hillstrom')) as UpliftEvaluation,
  tables: ({ models, rule, random }) => ({
    rankings: {
      header: ['ranking', 'Qini', 'low', 'high', 'above the rule', 'low', 'high', 'outcome if its top half is treated'],
      rows: [
        ...[...models, rule].map(rowOf),
        ['random orders', ...[random.mean, random.low, random.high].map((each) => cell(each, 'four')), '', '', '', ''],
      ],
    },
  }),
});

function rowOf({ name, qini, low, high, aboveRule, topHalf }: UpliftReport): readonly string[] {
  return [
    name,
    ...[qini, low, high, aboveRule?.difference, aboveRule?.low, aboveRule?.high].map((each) => cell(each, 'four')),
    cell(topHalf.doublyRobust.value, 'percent'),
  ];
}
