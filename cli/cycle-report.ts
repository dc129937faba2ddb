import type { OpenWorkspace } from '../config/wiring.ts';
import type { CalendarDay } from '../core/domain/calendar-day.ts';
import type { CycleReport } from '../core/pipeline/cycle.ts';
import type { ScoringModel } from '../core/scores/scoring-model.ts';
import type { Pause } from '../core/store/pause.ts';
import { bookCounts, missing } from '../core/store/queries.ts';
import { print, printJson, tell } from './output.ts';
import { valueLines } from './value-table.ts';

/** Calls that a run took and the fewest it could have taken; null where nobody counts (a real vendor). */
export interface CallBill {
  apiCalls: number;
  minimumApiCalls: number;
}

/** What `run --json` and `demo --once --json` print; the keys are explained in README.md. */
export async function cycleJson(
  open: OpenWorkspace,
  report: CycleReport,
  context: { asOf: CalendarDay; bill: CallBill | null },
): Promise<Record<string, unknown>> {
  const counts = await bookCounts(open.workspace.database);
  return {
    pulled: report.pulled,
    customers: counts.customers,
    scored: counts.scored,
    recordsWritten: report.recordsWritten,
    fieldsWritten: report.fieldsWritten,
    tasksOpened: report.tasksOpened,
    heldOut: report.heldOut,
    deferred: report.deferred,
    rejected: report.rejected,
    apiCalls: context.bill?.apiCalls ?? null,
    minimumApiCalls: context.bill?.minimumApiCalls ?? null,
    asOf: context.asOf,
    currency: open.workspace.currency,
    horizonDays: report.model?.horizonDays ?? null,
    models: report.model ? modelsOf(report.model) : [],
  };
}

/** The models behind the scores, under the papers' names; the chosen ones marked. */
function modelsOf(model: ScoringModel): readonly Record<string, unknown>[] {
  const spends = (model.value?.parts ?? []).flatMap(({ spend }) => ('mean' in spend ? [] : [spend]));
  return [
    ...model.report.transactionModels.map((fit) => ({ ...fit })),
    ...[...new Map(spends.map((spend) => [spend.name, spend])).values()].map(({ name, parameters, diagnostics }) => ({
      name,
      parameters: { ...parameters },
      logLikelihood: diagnostics.logLikelihood,
      converged: diagnostics.converged,
      chosen: true,
    })),
    ...model.report.churnModels,
  ];
}

/** Says that nothing leaves, why, and what ends it. */
export function pausedLine({ reason, by, since }: Pause): string {
  return `Paused by ${by} since ${since}: ${reason}. Nothing is written until "staypower resume".`;
}

/** Says when the calls of the day will be used up. */
export function callsRunOutLine(calls: { used: number; limit: number; runOutAt: string }): string {
  const number = (value: number) => value.toLocaleString('en');
  return `${number(calls.used)} of ${number(calls.limit)} API calls of the day are used, by all apps together; at this rate they run out at ${calls.runOutAt}.`;
}

/**
 * Prints what a cycle did; with `training` also how the value model was chosen, and `also` as further keys of the JSON. A connection that could not be reached makes the
 * command fail: exit code 1.
 */
export async function printCycle(
  open: OpenWorkspace,
  report: CycleReport,
  context: {
    asOf: CalendarDay;
    json: boolean;
    bill: CallBill | null;
    training?: boolean;
    also?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  for (const { connectionId, message } of report.unavailable) tell(`${connectionId}: ${message}`);
  if (report.unavailable.length > 0) process.exitCode = 1;
  if (report.paused !== null) tell(pausedLine(report.paused));
  for (const alarm of report.alarms) tell(`Alarm: ${alarm}`);
  for (const { connectionId, used, limit, runOutAt } of report.calls) {
    if (runOutAt !== null) tell(`${connectionId}: ${callsRunOutLine({ used, limit, runOutAt })}`);
  }
  const summary = await cycleJson(open, report, context);
  const value = context.training ? (report.model?.report.value ?? null) : null;
  if (context.json) return printJson({ ...summary, ...(context.training && { value }), ...context.also });
  const number = (value: unknown) => Number(value).toLocaleString('en');
  print(
    `As of ${context.asOf}: ${number(summary['pulled'])} records new or changed, ${number(summary['customers'])} customers, ${number(summary['scored'])} of them scored.`,
    `Written: ${number(summary['fieldsWritten'])} fields on ${number(summary['recordsWritten'])} records. Tasks opened: ${number(summary['tasksOpened'])} (${number(summary['heldOut'])} held out, ${number(summary['deferred'])} deferred).`,
  );
  if (value !== null) print(...valueLines(value));
  for (const warning of report.model?.report.warnings ?? []) print(`Note: ${warning}`);
  for (const line of await missing(open.workspace.database)) print(`Missing: ${line}`);
  if (report.rejected > 0) {
    print(`${number(report.rejected)} records wait in quarantine: "staypower quarantine" lists them with what to do.`);
  }
}
