import { describe, expect, it } from 'vitest';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the overview', () => {
  it('lists the customers of a cell of the grid, and the cell says how many', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/`);
      const cell = page.locator('.grid tbody tr').first().locator('td a').first();
      const customers = (await cell.locator('strong').textContent()) ?? '';
      await cell.focus();
      await page.keyboard.press('Enter');
      await page.getByText(new RegExp(`^${customers} customers?$`)).waitFor();
      expect(page.url()).toContain('valueBand=high');
    });
  });
});
