import { Command } from 'commander';
import { openConnectors } from '../config/wiring.ts';
import { callsRunOutAt } from '../core/domain/call-usage.ts';
import { type CheckedConnection, checkConnections } from '../core/pipeline/check-connections.ts';
import type { ErasureNotes } from '../core/store/erasures.ts';
import { readStoreNotes } from './check-store.ts';
import { asOfOption, commandContext, workspaceOptions } from './context.ts';
import { pausedLine } from './cycle-report.ts';
import { print, printJson } from './output.ts';
import { checkReadiness, type ReadinessOptions } from './readiness.ts';
import { example } from './steps.ts';

/** `staypower check` */
export function checkCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('check')
        .description('Whether each connection works: account, permissions, limits. Reads only.')
        .option('--readiness', 'instead: what the book can carry, before anything is fitted')
        .option('--transactions <file>', 'with --readiness: a CSV of orders instead of the workspace'),
    ),
  ).action(async (options: ReadinessOptions & { readiness?: boolean }) => {
    if (options.readiness) return checkReadiness(options);
    const context = await commandContext(options);
    const open = await openConnectors(context.config, context);
    let reports: readonly CheckedConnection[];
    try {
      reports = await checkConnections(open.connectors);
    } finally {
      await open.close();
    }
    // Only now: the embedded store is open once at a time.
    const notes = await readStoreNotes(context);
    if (reports.some(({ report }) => report.problems.length > 0)) process.exitCode = 1;
    const connections = reports.map(({ usage, ...checked }) => ({
      ...checked,
      callsRunOutAt: usage && callsRunOutAt([...(notes.usages.get(checked.connectionId) ?? []), usage]),
      followed: notes.followed
        .filter(({ connectionId }) => connectionId === checked.connectionId)
        .map(({ topic, heardAt }) => ({ topic, heardAt })),
    }));
    if (context.json) return printJson({ connections, paused: notes.paused, erasures: notes.erasures });
    if (notes.paused !== null) print(pausedLine(notes.paused));
    for (const line of erasureLines(notes.erasures)) print(line);
    if (reports.length === 0) print('No connection is configured yet. "staypower init" writes a first staypower.yaml.');
    for (const { connectionId, vendor, report, callsRunOutAt: runOutAt, followed } of connections) {
      const left =
        report.callsLeftToday === null ? '' : `, ${report.callsLeftToday.toLocaleString('en')} calls left today`;
      const until = runOutAt === null ? '' : `, which at this rate run out at ${runOutAt}`;
      print(
        `${connectionId} (${vendor}): ${report.problems.length === 0 ? 'ready' : 'not ready'}, account ${report.account || 'unknown'}${left}${until}`,
      );
      for (const { topic, heardAt } of followed) print(`  ${topic}: last heard of at ${heardAt}`);
      for (const problem of report.problems) print(`  ${problem.what}`, `    ${problem.remedy}`);
    }
  });
  return example(command, 'staypower check', 'staypower check --readiness --transactions orders.csv');
}

function erasureLines({ recordsWaiting, erasedSinceTraining }: ErasureNotes): readonly string[] {
  return [
    ...(recordsWaiting > 0
      ? [
          `${recordsWaiting} records of erased people may still show fields of ours: the next run goes on clearing them.`,
        ]
      : []),
    ...(erasedSinceTraining > 0
      ? [
          `The model was trained on ${erasedSinceTraining} people who were erased since: the next "run" or "train" replaces it.`,
        ]
      : []),
  ];
}
