import { resolve } from 'node:path';
import { readTransactionsFile } from '../connectors/csv/index.ts';
import { bookOf, type DatedAmount } from '../core/backtest/book.ts';
import { type CalendarDay, calendarDay } from '../core/domain/calendar-day.ts';
import type { ContractReadiness } from '../core/evaluation/contract-readiness.ts';
import type { Readiness } from '../core/evaluation/readiness.ts';
import type { PurchaseGaps } from '../core/features/purchase-gaps.ts';
import { readinessWithFit, workspaceReadiness } from '../core/pipeline/book-readiness.ts';
import { sourceRank } from '../core/pipeline/cycle.ts';
import { type CommandContext, commandContext, type WorkspaceOptions } from './context.ts';
import { today } from './options.ts';
import { print, printJson, table } from './output.ts';
import { withWorkspace } from './with-workspace.ts';

/** Options of `staypower check --readiness`. */
export interface ReadinessOptions extends WorkspaceOptions {
  /** A file of orders instead of the workspace's store. */
  transactions?: string;
}

/** Says what the book can carry, before a training, with a quick fit to a sample: setting, data, models, oddities. */
export async function checkReadiness(options: ReadinessOptions): Promise<void> {
  const readiness = options.transactions
    ? await readinessOfFile(resolve(options.transactions), options.asOf)
    : await readinessOfWorkspace(await commandContext(options));
  if (options.json) printJson({ readiness });
  else if (readiness !== null && 'contracts' in readiness) showContracts(readiness);
  else show(readiness);
}

async function readinessOfFile(path: string, asOf: string | undefined): Promise<Readiness | null> {
  const orders: DatedAmount[] = [];
  let last: CalendarDay | null = null;
  for await (const order of readTransactionsFile(path, { today: today() })) {
    orders.push(order);
    if (last === null || order.day > last) last = order.day;
  }
  return last === null ? null : readinessWithFit(bookOf(orders), asOf === undefined ? last : calendarDay(asOf));
}

async function readinessOfWorkspace(context: CommandContext): Promise<Readiness | ContractReadiness | null> {
  const { asOf, config } = context;
  return withWorkspace(context, (open) =>
    workspaceReadiness(open.workspace, {
      asOf,
      churn: config.churn,
      rank: sourceRank(config.connections.map(({ id }) => ({ connectionId: id }))),
    }),
  );
}

/** The churn horizon that the book proposes, and the distribution behind it. */
function horizonSentences({ gaps, percentiles, horizonDays, covered }: PurchaseGaps): readonly string[] {
  if (percentiles === null) {
    return [
      `Nobody has bought twice: leaving would be no purchase within ${horizonDays} days until there are gaps to tell by.`,
    ];
  }
  const { p10, p25, p50, p80, p90, p95 } = percentiles;
  const shares = covered.map(({ days, share }) => `${days} days ${Math.round(share * 100)} %`).join(', ');
  return [
    `Of ${gaps.toLocaleString('en')} gaps between purchases one in ten is below ${p10} days, a quarter below ${p25}, half below ${p50}, four in five below ${p80}, nine in ten below ${p90}, 95 % below ${p95}.`,
    `Proposed: leaving is no purchase within ${horizonDays} days, the first horizon that four in five gaps fit in (${shares}). "churn: { days: ${horizonDays} }" fixes it.`,
  ];
}

function showContracts(readiness: ContractReadiness): void {
  const { asOf, definition, customers, withWorth, contracts, lost, renewals, models } = readiness;
  if (contracts === 0) {
    print(
      `Leaving is defined as ${definition}, and no contract is known: map the fields of contracts in the settings of a connection, or import a file with contract_start, contract_end, cancelled_on.`,
    );
    return;
  }
  const number = (value: number) => value.toLocaleString('en');
  print(
    `On ${asOf}: ${number(customers)} customers with a contract; ${number(contracts)} contracts so far, renewed ${number(renewals)} times, ${number(lost)} of them lost.`,
    `Setting: contractual, by ${definition}. What a year is worth is mapped for ${number(withWorth)} of them; of others what they paid counts.`,
    '',
    table(
      ['models', 'ready'],
      models.map((model) => [model.model, model.ready ? 'yes' : 'no']),
    ),
    '',
    ...models.map((model) => `${model.model}: ${model.reason}.`),
  );
}

function show(readiness: Readiness | null): void {
  if (readiness === null) {
    print('There is no purchase yet: connect a system with orders, or import a file.');
    return;
  }
  const { asOf, customers, repeatCustomers, purchaseDays: days, weeks, usualGapDays, setting, models } = readiness;
  const number = (value: number) => value.toLocaleString('en');
  print(
    `On ${asOf}: ${number(customers)} customers, ${number(repeatCustomers)} of them bought again, ${number(days)} purchase days in ${Math.round(weeks)} weeks.`,
    `Setting: ${setting}.${usualGapDays === null ? '' : ` Usual time between purchases: ${Math.round(usualGapDays)} days.`}${readiness.daysWithoutAmount > 0 ? ` ${number(readiness.daysWithoutAmount)} repeat purchase days have no amount.` : ''}`,
    '',
  );
  print(...horizonSentences(readiness.gaps), '');
  print(
    table(
      ['models', 'ready', 'wait until'],
      models.map((model) => [model.model, model.ready ? 'yes' : 'no', model.waitUntil ?? '']),
    ),
    '',
  );
  for (const model of models) print(`${model.model}: ${model.reason}.`);
  for (const warning of readiness.warnings) print(`Note: ${warning}`);
}
