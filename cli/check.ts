import { Command } from 'commander';
import { openConnectors } from '../config/wiring.ts';
import { AuthError, StaypowerError } from '../core/domain/errors.ts';
import type { CheckReport, Connector } from '../core/ports/connector.ts';
import { asOfOption, commandContext, workspaceOptions } from './context.ts';
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
    try {
      const reports = await Promise.all(open.connectors.map(checkOne));
      if (reports.some(({ report }) => report.problems.length > 0)) process.exitCode = 1;
      if (context.json) return printJson({ connections: reports });
      if (reports.length === 0)
        print('No connection is configured yet. "staypower init" writes a first staypower.yaml.');
      for (const { connectionId, vendor, report } of reports) {
        const left =
          report.callsLeftToday === null ? '' : `, ${report.callsLeftToday.toLocaleString('en')} calls left today`;
        print(
          `${connectionId} (${vendor}): ${report.problems.length === 0 ? 'ready' : 'not ready'}, account ${report.account || 'unknown'}${left}`,
        );
        for (const problem of report.problems) print(`  ${problem.what}`, `    ${problem.remedy}`);
      }
    } finally {
      await open.close();
    }
  });
  return example(command, 'staypower check', 'staypower check --readiness --transactions orders.csv');
}

/** A connection that fails is a result, not a reason to stop before the others. */
async function checkOne(connector: Connector): Promise<{ connectionId: string; vendor: string; report: CheckReport }> {
  const { connectionId, vendor } = connector;
  try {
    return { connectionId, vendor, report: await connector.check() };
  } catch (error) {
    if (!(error instanceof StaypowerError)) throw error;
    return {
      connectionId,
      vendor,
      report: {
        account: '',
        problems: [
          {
            what: error.message,
            remedy:
              (error instanceof AuthError ? error.remedy : null) ?? 'Mend what the message says, then check again.',
          },
        ],
        callsLeftToday: null,
      },
    };
  }
}
