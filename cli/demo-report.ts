import type { OpenWorkspace } from '../config/wiring.ts';
import type { CalendarDay } from '../core/domain/calendar-day.ts';
import type { CycleReport } from '../core/pipeline/cycle.ts';
import { bookCounts, bookTotals, missing } from '../core/store/queries.ts';
import type { Sandbox } from '../sandbox/kernel/types.ts';
import type { CallBill } from './cycle-report.ts';
import { print, table } from './output.ts';

const SHOWN = 10;

/** What the demo ends with: a page that a sales manager understands. */
export async function printDemo(
  open: OpenWorkspace,
  report: CycleReport,
  context: { asOf: CalendarDay; bill: CallBill; sandbox: Sandbox },
): Promise<void> {
  const { database, currency, name } = open.workspace;
  const [counts, totals] = [await bookCounts(database), await bookTotals(database)];
  const money = (value: number) => `${Math.round(value).toLocaleString('en')} ${currency}`;
  const count = (value: number) => value.toLocaleString('en');
  print(
    '',
    `Your customers as of ${context.asOf}`,
    `  Customers       ${count(counts.customers)}, recognised across Salesforce, HubSpot and Segment; ${count(totals.active)} active buyers`,
    `  Expected value  ${money(totals.expectedValue)} over the next 12 months`,
    `  Value at risk   ${money(totals.valueAtRisk)}, ${count(totals.atRisk)} ${totals.atRisk === 1 ? 'customer is' : 'customers are'} both valuable and likely to leave`,
    `  On the records  ${count(report.fieldsWritten)} fields written on ${count(report.recordsWritten)} records`,
    `  Tasks           ${count(report.tasksOpened)} opened now; ${count(report.deferred)} wait for their owner's next day, ${count(report.heldOut)} held out to measure the effect`,
    `  API calls       ${count(context.bill.apiCalls)}; the fewest possible: ${count(context.bill.minimumApiCalls)}`,
    '',
  );
  const atRisk = await open.queries.customers({ limit: SHOWN, after: null, churnBand: 'high' });
  if (atRisk.length > 0) {
    const explained = await Promise.all(atRisk.map((customer) => open.queries.explain(customer.customerId)));
    print(
      'Likely to leave, the most urgent first (churn risk: 100 = most likely to leave)',
      table(
        ['customer', `worth if kept (${currency}/year)`, 'value', 'churn risk', 'engagement', 'why'],
        atRisk.map((customer, index) => [
          customer.name ?? customer.customerId,
          Math.round(Number(customer.valueIfKept12m ?? 0)),
          customer.valueBand ?? '',
          Math.round((customer.churnProbability ?? 0) * 100),
          Math.round(customer.engagement),
          // All of them raise the risk: it is said once, above the table.
          (explained[index]?.reasons[0] ?? '').replace(/ Raises the risk of leaving\.$/, ''),
        ]),
      ),
      '',
    );
  }
  for (const warning of report.model?.report.warnings ?? []) print(`Note: ${warning}`);
  for (const line of await missing(database)) print(`Missing: ${line}`);
  if (report.rejected > 0)
    print(`${count(report.rejected)} records wait in quarantine: staypower quarantine --workspace ${name}`);
  const [first] = atRisk;
  print(
    'Look further:',
    `  npm run staypower -- explain ${first?.customerId ?? 'EMAIL'} --workspace ${name}`,
    '  npm run demo                 (once more: only what is new is read and written)',
  );
}
