import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
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
 * filter to its rows, and tasks while scrolling; each beside the processor's time that page and server took, which a busy machine does
 * not stretch. 2,000 customers are scored, and copied with other numbers.
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
    const figures = await walk(browser, await context.newPage(), served);
    if (args.includes('--json')) console.log(JSON.stringify({ console: figures }));
    else {
      const rows = Object.entries(figures).map(([what, { ms, processorMs }]) => [what, ms, processorMs]);
      console.log(table(['console, 100,000 customers', 'ms', 'of the processor'], rows));
    }
  } finally {
    await browser.close();
    await served.close();
  }
}

/** How long something took, in whole milliseconds: by the clock, and of the processors that page and server were on. */
interface Figure {
  ms: number;
  processorMs: number;
}

async function walk(browser: Browser, page: Page, { server }: ServedConsole): Promise<Record<string, Figure>> {
  const list = `${server.url}/#/customers`;
  const figures: Record<string, Figure> = {};
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const timed = (work: () => Promise<unknown>) => figureOf(devTools, work);
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
  await page
    .getByText(/^100,\d{3} customers/)
    .first()
    .waitFor();
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
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] });
  await page.evaluate(scroll);
  figures['longest task in 100 steps of scrolling'] = longestTask((await browser.stopTracing()).toString());
  return figures;
}

/** Runs in the page. */
async function scroll(): Promise<void> {
  const { document } = globalThis as unknown as {
    document: { querySelector(of: string): { scrollBy(x: number, y: number): void } | null };
  };
  for (let step = 0; step < 100; step += 1) {
    document.querySelector('.table-wrap')?.scrollBy(0, 900);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The longest task of the page's main thread in a trace, by the clock and by the processor: not always the same one. */
function longestTask(trace: string): Figure {
  interface TraceEvent {
    name: string;
    pid: number;
    tid: number;
    args?: { name?: string };
    /** Microseconds, and those on the processor. */
    dur?: number;
    tdur?: number;
  }
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const laidOut = new Set(traceEvents.filter(({ name }) => name === 'Layout').map(({ pid }) => pid));
  const threads = traceEvents.filter(
    ({ name, args, pid }) => name === 'thread_name' && args?.name === 'CrRendererMain' && laidOut.has(pid),
  );
  const tasks = traceEvents.filter(
    (event) => event.name.endsWith('RunTask') && threads.some(({ pid, tid }) => pid === event.pid && tid === event.tid),
  );
  if (tasks.length === 0) throw new Error('The trace has no task of the page.');
  return {
    ms: Math.round(Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1_000),
    processorMs: Math.round(Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000),
  };
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
  // As a cycle does once a day.
  await sql.query('vacuum (analyze)');
}

async function figureOf(devTools: CDPSession, work: () => Promise<unknown>): Promise<Figure> {
  const pageSeconds = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const [pageBefore, serverBefore, began] = [await pageSeconds(), process.cpuUsage(), performance.now()];
  await work();
  const ms = Math.round(performance.now() - began);
  const { user, system } = process.cpuUsage(serverBefore);
  const ofPage = Math.max((await pageSeconds()) - pageBefore, 0) * 1_000;
  return { ms, processorMs: Math.round((user + system) / 1_000 + ofPage) };
}

async function median(once: () => Promise<Figure>): Promise<Figure> {
  const all: Figure[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) all.push(await once());
  const middle = (of: keyof Figure) =>
    all.map((figure) => figure[of]).sort((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? 0;
  return { ms: middle('ms'), processorMs: middle('processorMs') };
}
