import { describe, expect, it } from 'vitest';
import { CUSTOMERS } from './built-book.ts';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the customers', () => {
  it('keeps a bounded number of rows in the page however far one scrolls', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/customers`);
      const table = page.locator('.table-wrap');
      await table.locator('.row a').first().waitFor();
      await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await table.locator(`[aria-rowindex="${CUSTOMERS + 1}"] a`).waitFor();
      expect(await table.locator('.row').count()).toBeLessThan(50);
    });
  });

  it('searches, sorts, saves the view under a name and finds it again', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/customers`);
      await page.getByLabel('Name, e-mail or id').fill('c39');
      await page.getByText('11 customers').waitFor();
      await page.getByRole('button', { name: 'Customer', exact: true }).click();
      await page.locator('.row a').first().getByText('Customer c39', { exact: true }).waitFor();
      const address = page.url();
      await page.getByRole('button', { name: 'Save view' }).click();
      await page.getByRole('dialog').getByLabel('Name').fill('Thirty-nines');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Forget this view' }).waitFor();
      await page.goto(`${visitor.served.server.url}/#/customers`);
      await page.getByLabel('Saved view').selectOption({ label: 'Thirty-nines' });
      await page.getByText('11 customers').waitFor();
      expect(page.url()).toBe(address);
    });
  });
});
