import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { PICTURES_FOLDER } from '../../cli/handbook/pictures.ts';
import { accessibilityFaults, chartFaults, layoutFaults } from './look.ts';
import { DESKTOP, SIZES, THEMES, visitConsole } from './visit.ts';

const visitor = visitConsole();
const SCREENSHOTS = resolve(PICTURES_FOLDER, '..');

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
    address: () => `#/customers/${visitor.served.activeCustomer}`,
    charts: [
      /^Still a customer/,
      /^Churn risk .*median customer/,
      /^Expected value .*median customer/,
      /^Engagement .*median customer/,
      /^Orders and events/,
    ],
  },
] as const;

describe.skipIf(visitor.whyNot !== null)('the charts of the console', () => {
  for (const size of SIZES) {
    for (const theme of THEMES) {
      it(`are all there, whole and legible, ${size.name}, ${theme}`, async () => {
        await visitor.withPage({ role: 'viewer', size, theme }, async (page) => {
          for (const { name, address, charts } of PAGES) {
            await page.goto(`${visitor.served.server.url}/${address()}`);
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
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/segments`);
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
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/segments`);
      await page.getByLabel('Compared with').selectOption('7');
      const cells = page.locator('.grid.moves tbody td');
      await cells.first().waitFor();
      const numbers = (await cells.allTextContents()).map((text) => Number(text.replace(/[^\d]/g, '')));
      const [scored] = await visitor.served.database.query<{ count: number }>(
        `select count(*)::int as count from scores where score->>'segment' is not null`,
      );
      expect(numbers.reduce((sum, each) => sum + each, 0)).toBe(scored?.count);
    });
  });
});
