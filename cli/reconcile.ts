import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { readAgain } from '../core/pipeline/read-again.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { SourceTotals } from '../core/ports/source-totals.ts';
import { type Difference, type Reconciliation, reconcile } from '../core/reconciliation/reconcile.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { createProgress } from './progress.ts';
import { example } from './steps.ts';

interface ReconcileOptions extends WorkspaceOptions {
  ids: number;
  mend?: boolean;
}

/** Ids that are named of each difference. */
const IDS_NAMED = 20;
/** The exit code that tells a difference from a failure. */
const DIFFERS = 3;

/** `staypower reconcile` */
export function reconcileCommand(): Command {
  const command = workspaceOptions(
    new Command('reconcile')
      .description(
        'Compare what was read with what the CRM says it has: people and companies by number, sales by month and currency. Exit code 3 where they differ.',
      )
      .argument('[connection]', 'id of a connection or its vendor (default: all that can be compared)'),
  )
    .option('--ids <n>', `ids to name of each difference (default: ${IDS_NAMED})`, integer, IDS_NAMED)
    .option('--mend', 'read the streams that differ again from their beginning, and compare once more')
    .action(run);
  return example(command, 'staypower reconcile salesforce --ids 5');
}

async function run(named: string | undefined, options: ReconcileOptions): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: true });
  const progress = createProgress(context.json);
  const { database, connectors, timeZone, clock } = open.workspace;
  try {
    const reports: Reconciliation[] = [];
    for (const { connector, totals } of comparable(connectors, named)) {
      const compare = () => reconcile(database, connector, totals, { timeZone, mostIds: options.ids });
      let report = await compare();
      if (options.mend && report.differences.length > 0) {
        for (const stream of new Set(report.differences.map((each) => each.stream))) {
          await readAgain(database, connector, stream, {
            clock,
            onProgress: ({ connectionId, read, total }) =>
              progress.step({ step: 'pull', detail: `${connectionId} ${stream}`, done: read, total }),
          });
        }
        report = await compare();
      }
      reports.push(report);
    }
    progress.stop();
    if (reports.some((report) => report.differences.length > 0)) process.exitCode = DIFFERS;
    if (context.json) return printJson({ connections: reports });
    for (const report of reports) printReport(report);
  } finally {
    progress.stop();
    await open.close();
  }
}

function comparable(
  connectors: readonly Connector[],
  named: string | undefined,
): readonly { connector: Connector; totals: SourceTotals }[] {
  const found = connectors
    .filter((each) => named === undefined || each.connectionId === named || each.vendor === named)
    .flatMap((connector) => {
      const totals = connector.source?.totals;
      return totals ? [{ connector, totals }] : [];
    });
  if (found.length > 0) return found;
  throw new ConfigError([
    {
      path: 'connections',
      expected: 'a connection that can be asked what it has (Salesforce, HubSpot)',
      found: named === undefined ? 'none' : `"${named}"`,
      remedy: 'Name one that is configured. Files and pushed events have nothing to be compared with.',
    },
  ]);
}

function printReport({ connectionId, compared, differences }: Reconciliation): void {
  const { accounts, contacts, sales } = compared;
  const what = `${accounts.toLocaleString('en')} companies, ${contacts.toLocaleString('en')} people, ${sales.toLocaleString('en')} sales`;
  if (differences.length === 0) {
    print(`${connectionId}: ${what}: the same here and there.`);
    return;
  }
  print(
    `${connectionId}: ${what}: ${differences.length} differences.`,
    table(
      ['what', 'month', 'currency', 'here', 'there', 'amount here', 'amount there'],
      differences.map((each) => [
        each.stream,
        each.month ?? '-',
        each.currency ?? '-',
        each.here.count,
        each.there.count,
        each.here.amount ?? '-',
        each.there.amount ?? '-',
      ]),
    ),
  );
  for (const difference of differences) {
    for (const line of idsOf(difference)) print(line);
  }
  print(
    'What changed since the last sync differs until the next one. What stays: "staypower reconcile --mend" reads it again; what waits in quarantine says what it needs.',
  );
}

function idsOf({ stream, month, missingHere, waiting, missingThere, different }: Difference): readonly string[] {
  const where = month === null ? stream : `${stream} of ${month}`;
  const absent = missingHere.filter((id) => !waiting.includes(id));
  return [
    ...(absent.length > 0 ? [`  ${where}, only there: ${absent.join(', ')}`] : []),
    ...(waiting.length > 0 ? [`  ${where}, in quarantine here: ${waiting.join(', ')}`] : []),
    ...(missingThere.length > 0 ? [`  ${where}, only here: ${missingThere.join(', ')}`] : []),
    ...(different.length > 0 ? [`  ${where}, not the same: ${different.join(', ')}`] : []),
  ];
}
