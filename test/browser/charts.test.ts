import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_ARGUMENTS, CHROMIUM, type ServedConsole, serveConsole, whyNoBrowser } from '../support/console.ts';
import { accessibilityFaults, chartFaults, layoutFaults } from './look.ts';

const reason = whyNoBrowser();
const SCREENSHOTS = resolve(import.meta.dirname, '../../console/screenshots');
const SIZES = [
  { name: 'phone', width: 390, height: 844 },
  { name: 'desktop', width: 1440, height: 900 },
] as const;

/** A book with enough repeat customers for a window inside its past, which cohorts are foretold on. */
const CUSTOMERS = 900;

/** Training on them is the work of seconds, on a busy machine of minutes. */
const PATIENCE_MS = 400_000;

/** The charts that each page has. */
const PAGES = [
  {
    name: 'segments',
    address: () => '#/segments',
    charts: [/^Share who ordered, by month/, /^Foretold and what came/],
  },
  {
    name: 'models',
    address: () => '#/models',
    charts: [
      /^Backtest/,
      /^Calibration/,
      /^Gain/,
      /^Churn risk$/,
      /^Expected value$/,
      /^Engagement$/,
      /^Drift of the inputs$/,
    ],
  },
  {
    name: 'customer',
    address: () => `#/customers/${served.activeCustomer}`,
    charts: [
      /^Still a customer/,
      /^Churn risk .*median customer/,
      /^Expected value .*median customer/,
      /^Engagement .*median customer/,
      /^Orders and events/,
    ],
  },
] as const;

let browser: Browser;
let served: ServedConsole;

beforeAll(async () => {
  if (reason !== null) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...BROWSER_ARGUMENTS] });
  served = await serveConsole({ customers: CUSTOMERS });
}, PATIENCE_MS);
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

async function withPage(size: (typeof SIZES)[number], theme: 'light' | 'dark', work: (page: Page) => Promise<void>) {
  const { width, height } = size;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  try {
    await context.addCookies([{ name: 'staypower_session', value: served.cookies.viewer, url: served.server.url }]);
    await work(await context.newPage());
  } finally {
    await context.close();
  }
}

describe.skipIf(reason !== null)('the charts of the console', () => {
  for (const size of SIZES) {
    for (const theme of ['light', 'dark'] as const) {
      it(`are all there, whole and legible, ${size.name}, ${theme}`, async () => {
        await withPage(size, theme, async (page) => {
          for (const { name, address, charts } of PAGES) {
            await page.goto(`${served.server.url}/${address()}`);
            for (const title of charts) await page.locator('figcaption', { hasText: title }).first().waitFor();
            expect({ name, faults: await chartFaults(page, charts) }).toEqual({ name, faults: [] });
            expect({ name, faults: await layoutFaults(page) }).toEqual({ name, faults: [] });
            await page.screenshot({
              path: join(SCREENSHOTS, `charts-${name}-${size.name}-${theme}.png`),
              fullPage: true,
            });
          }
        });
      });
    }
  }

  it('say in a table what they draw, and in words how far the forecast was off', async () => {
    await withPage(SIZES[1], 'light', async (page) => {
      await page.goto(`${served.server.url}/#/segments`);
      await page.getByText(/^Foretold on .*Came: .* than foretold\..*\d+ of \d+ cohorts came inside/).waitFor();
      for (const summary of await page.getByText('As a table').all()) await summary.click();
      await page.getByLabel('Show').selectOption({ index: 2 });
      await page.locator('figcaption', { hasText: 'Money a customer so far' }).waitFor();
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
      const row = page.getByRole('table').filter({ hasText: 'Came in' }).getByRole('row').nth(1);
      const amounts = (await row.getByRole('cell').allTextContents()).slice(1).filter((text) => text !== '');
      const soFar = amounts.map((text) => Number(text.replace(/[^\d]/g, '')));
      expect(soFar).toEqual(soFar.toSorted((a, b) => a - b));
      expect(soFar.length).toBeGreaterThan(10);
    });
  });

  it('let moves between segments be read as a table that adds up', async () => {
    await withPage(SIZES[1], 'light', async (page) => {
      await page.goto(`${served.server.url}/#/segments`);
      await page.getByLabel('Compared with').selectOption('7');
      const cells = page.locator('.grid.moves tbody td');
      await cells.first().waitFor();
      const numbers = (await cells.allTextContents()).map((text) => Number(text.replace(/[^\d]/g, '')));
      const [scored] = await served.database.query<{ count: number }>(
        `select count(*)::int as count from scores where score->>'segment' is not null`,
      );
      expect(numbers.reduce((sum, each) => sum + each, 0)).toBe(scored?.count);
    });
  });
});
