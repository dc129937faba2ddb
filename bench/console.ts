import { chromium, type Page } from 'playwright-core';
import { table } from '../cli/output.ts';
import type { Sql } from '../core/ports/database.ts';
import {
  BROWSER_ARGUMENTS,
  CHROMIUM,
  type ServedConsole,
  serveConsole,
  whyNoBrowser,
} from '../test/support/console.ts';

const SCORED = 2_000;
const COPIES = 49;
const REPEATS = 5;

/**
 * The console over 100,000 customers in the embedded store, in the browser: until the first rows are there, from a click on an order or a
 * filter to its rows, and tasks of over 50 ms while scrolling. 2,000 customers are scored, and copied with other numbers.
 */
export async function benchConsole(args: readonly string[]): Promise<void> {
  const reason = whyNoBrowser();
  if (reason !== null) {
    console.log(`console: skipped, ${reason}`);
    return;
  }
  const served = await serveConsole({ customers: SCORED });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...BROWSER_ARGUMENTS] });
  try {
    await multiply(served.database);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies([{ name: 'staypower_session', value: served.cookies.viewer, url: served.server.url }]);
    const figures = await walk(await context.newPage(), served);
    if (args.includes('--json')) console.log(JSON.stringify({ console: figures }));
    else {
      const rows = Object.entries(figures).map(([what, ms]) => [what, Math.round(ms)]);
      console.log(table(['console, 100,000 customers', 'ms (median; count of long tasks)'], rows));
    }
  } finally {
    await browser.close();
    await served.close();
  }
}

async function walk(page: Page, { server }: ServedConsole): Promise<Record<string, number>> {
  const list = `${server.url}/#/customers`;
  const figures: Record<string, number> = {};
  const firstRow = () => page.locator('.row a').first().waitFor();
  figures['overview shown'] = await median(async () => {
    await page.goto('about:blank');
    return timed(async () => {
      await page.goto(server.url);
      await page.getByText('What playbooks have kept').waitFor();
    });
  });
  figures['list: first rows'] = await median(async () => {
    await page.goto('about:blank');
    return timed(async () => {
      await page.goto(list);
      await firstRow();
    });
  });
  await page.getByText('100,000 customers').waitFor();
  for (const column of ['Expected value', 'Churn risk', 'Customer', 'Engagement']) {
    const button = page.getByRole('button', { name: column, exact: true });
    figures[`list: in order of ${column.toLowerCase()}`] = await timed(async () => {
      const answered = page.waitForResponse((response) => response.url().includes('customer-list'));
      await button.click();
      await answered;
      await firstRow();
    });
  }
  for (const [label, value] of [
    ['Churn risk', 'medium'],
    ['Value if kept', 'high'],
    ['Stands', 'active'],
  ] as const) {
    figures[`list: filtered by ${label.toLowerCase()}`] = await timed(async () => {
      const answered = page.waitForResponse((response) => response.url().includes('customer-list'));
      await page.getByLabel(label).selectOption(value);
      await answered;
      await firstRow();
    });
  }
  await page.goto('about:blank');
  await page.goto(list);
  await firstRow();
  figures['tasks over 50 ms in 100 steps of scrolling'] = await page.evaluate(longTasksWhileScrolling);
  return figures;
}

/** Runs in the page. */
async function longTasksWhileScrolling(): Promise<number> {
  const { document, PerformanceObserver } = globalThis as unknown as {
    document: { querySelector(of: string): { scrollBy(x: number, y: number): void } | null };
    PerformanceObserver: new (seen: (list: { getEntries(): unknown[] }) => void) => { observe(of: object): void };
  };
  let tasks = 0;
  new PerformanceObserver((list) => {
    tasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
  for (let step = 0; step < 100; step += 1) {
    document.querySelector('.table-wrap')?.scrollBy(0, 900);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return tasks;
}

/** Copies every customer with other numbers, under other names. */
async function multiply(sql: Sql): Promise<void> {
  const columns = await sql.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = current_schema() and table_name = 'scores' and is_generated = 'NEVER' order by ordinal_position`,
  );
  const copied = columns.map(({ name }) => {
    if (name === 'customer_id') return `md5(customer_id::text || $1)::uuid`;
    if (name === 'score')
      return `score || jsonb_build_object('clv12m', (score->>'clv12m')::float8 * (1 + $1::int / 50.0),
        'valueIfKept12m', (score->>'valueIfKept12m')::float8 * (1 + $1::int / 50.0))`;
    return name;
  });
  const originals = 'customer_id in (select customer_id from bench_originals)';
  await sql.query('create table bench_originals as select customer_id from scores');
  for (let copy = 1; copy <= COPIES; copy += 1) {
    await sql.query(
      `insert into customers (customer_id, name, do_not_contact, dirty, created_at)
       select md5(customer_id::text || $1)::uuid, name || '-' || $1, do_not_contact, false, created_at from customers where ${originals}`,
      [String(copy)],
    );
    await sql.query(
      `insert into scores (${columns.map(({ name }) => name).join(', ')}) select ${copied.join(', ')} from scores where ${originals}`,
      [String(copy)],
    );
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function median(once: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) all.push(await once());
  return all.sort((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? 0;
}
