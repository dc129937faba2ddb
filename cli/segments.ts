import { Command } from 'commander';
import { DataError } from '../core/domain/errors.ts';
import type { GroupRow, SegmentReport } from '../core/ports/engine.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower segments`: the book by segment and by cluster. */
export function segmentsCommand(): Command {
  const command = workspaceOptions(
    new Command('segments').description(
      'The book by segment and cluster: share of the value, what to do, what is at risk.',
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const report = await open.insights.segments();
      if (!report) {
        throw new DataError({
          field: 'scores',
          expected: `scored customers in workspace "${context.config.workspace}"`,
          remedy: 'run "staypower run" first',
        });
      }
      if (context.json) printJson(report);
      else show(report);
    });
  });
  return example(command, 'staypower segments --workspace demo');
}

function show({ asOf, currency, segments, clusters, clustersTried, rfmShares, concentration }: SegmentReport): void {
  print(`As of ${asOf}, next 12 months in ${currency}. Segments:`, groups(segments), '');
  for (const { name, whatToDo } of segments) print(`  ${name}: ${whatToDo}`);
  print(
    '',
    'Value at risk is that of the active; the lapsed have left. The gain, a tenth of it, is what it brings if one in ten of those who would leave stays.',
    ...(rfmShares ? [tiesOf(rfmShares)] : []),
    ...concentration.map(
      ({ part, customers, shareOfValue }) =>
        `The most valuable ${Math.round(part * 100)} % (${customers.toLocaleString('en')} customers) hold ${(shareOfValue * 100).toFixed(1)} % of the expected value.`,
    ),
  );
  if (clusters.length === 0) return;
  print('', 'Clusters of customers who behave alike:', groups(clusters), '');
  for (const { id, name } of clusters) print(`  ${id}: ${name}`);
  print(
    '',
    table(
      ['clusters tried', 'inertia', 'silhouette', ''],
      clustersTried.map(({ k, inertia, silhouette, chosen }) => [
        k,
        Math.round(inertia),
        silhouette.toFixed(3),
        chosen ? 'chosen' : '',
      ]),
    ),
  );
}

function groups(rows: readonly GroupRow[]): string {
  const percent = (share: number | null) => (share === null ? '' : `${(share * 100).toFixed(1)} %`);
  return table(
    ['', 'customers', 'share', 'expected value', 'share', 'mean churn risk', 'value at risk', 'gain'],
    rows.map((row) => [
      row.whatToDo === null ? row.id : row.name,
      row.customers,
      percent(row.shareOfCustomers),
      Math.round(Number(row.expectedValue)),
      percent(row.shareOfValue),
      percent(row.meanChurnProbability),
      Math.round(Number(row.valueAtRisk)),
      Math.round(Number(row.gainIfOneInTenStays)),
    ]),
  );
}

function tiesOf(shares: NonNullable<SegmentReport['rfmShares']>): string {
  const line = (each: readonly number[]) => each.map((share) => `${Math.round(share * 100)} %`).join(' ');
  return `Scores 1 to 5 hold, by recency ${line(shares.recency)}, by frequency ${line(shares.frequency)}, by money ${line(shares.monetary)}: equal customers are never parted.`;
}
