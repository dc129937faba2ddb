import { Command } from 'commander';
import { warningSentence } from '../core/evaluation/early-warning.ts';
import { sourceRank } from '../core/pipeline/cycle.ts';
import { monitor } from '../core/pipeline/monitor.ts';
import type { MonitoringReport } from '../core/ports/monitoring.ts';
import { championAt } from '../core/store/models.ts';
import { asOfOption, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { modelMissing } from './model-missing.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower monitor`: how past scores fared by what came since. Exit code 3 on an alarm. */
export function monitorCommand(): Command {
  const command = asOfOption(
    workspaceOptions(
      new Command('monitor').description(
        'How past scores fared by what came since, by month; which inputs are not as they were. Exit code 3 on an alarm.',
      ),
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    await withWorkspace(context, async (open) => {
      const { database } = open.workspace;
      const champion = await championAt(database, context.asOf);
      if (!champion) throw modelMissing(context.config.workspace);
      const rank = sourceRank(context.config.connections.map(({ id }) => ({ connectionId: id })));
      const report = await monitor(database, { champion, asOf: context.asOf, rank, clock: context.clock });
      if (report.alarms.length > 0) process.exitCode = 3;
      if (context.json) printJson(report);
      else show(report);
    });
  });
  return example(command, 'staypower monitor --as-of 2026-03-31 --json');
}

function show({ asOf, modelVersion, horizonDays, months, inputs, alarms, earlyWarning }: MonitoringReport): void {
  const share = (value: number | null) => (value === null ? '' : `${(value * 100).toFixed(1)} %`);
  print(
    `As of ${asOf}, champion ${modelVersion}.`,
    '',
    months.length === 0
      ? `No score is ${horizonDays} days old yet: what came of it is not known.`
      : table(
          ['month', 'customers', 'left', 'foreseen', 'AUC', 'Brier', 'calibration error', 'in the 80 % interval'],
          months.map(({ month, customers, left, meanProbability, auc, brier, calibrationError, intervalCoverage }) => [
            month,
            customers,
            share(left / customers),
            share(meanProbability),
            auc === null ? '' : auc.toFixed(3),
            brier.toFixed(3),
            calibrationError.toFixed(3),
            share(intervalCoverage),
          ]),
        ),
    ...(earlyWarning ? ['', `Early warning: ${warningSentence(earlyWarning)}`] : []),
    '',
    table(
      ['input', 'stability index', 'KS', 'p', 'missing then', 'missing now'],
      inputs.map(({ name, psi, ks, ksPValue, missingBefore, missingNow }) => [
        name,
        psi.toFixed(3),
        ks.toFixed(3),
        ksPValue.toPrecision(2),
        share(missingBefore),
        share(missingNow),
      ]),
    ),
    '',
    ...(alarms.length === 0 ? ['No alarm.'] : alarms.map(({ message }) => `Alarm: ${message}`)),
  );
}
