import { describe, expect, it } from 'vitest';
import { DESKTOP, PHONE, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the data quality of the connections', () => {
  it('shows what rules found to everybody, records to reps, and lets admins accept', async () => {
    const address = `${visitor.served.server.url}/#/connections`;
    await visitor.withPage({ ...DESKTOP, role: 'viewer' }, async (page) => {
      await page.goto(address);
      await page.getByRole('rowheader', { name: /^Future date/ }).waitFor();
      expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0);
      expect(await page.getByText('Set right what a connection says').count()).toBe(0);
    });
    await visitor.withPage({ ...DESKTOP, role: 'rep', size: PHONE }, async (page) => {
      await page.goto(address);
      await page
        .getByRole('row', { name: /Negative order/ })
        .getByRole('button', { name: 'Show' })
        .click();
      const records = page.getByRole('region', { name: 'Records of the rule' });
      await records.getByText(/expected zero or more, found "-40.00"/).waitFor();
      expect(await page.getByRole('button', { name: /^Accept/ }).count()).toBe(0);
    });
    await visitor.withPage(DESKTOP, async (page, errors) => {
      await page.goto(address);
      await page
        .getByRole('row', { name: /Future date/ })
        .getByRole('button', { name: 'Show' })
        .click();
      await page.getByRole('button', { name: 'Accept year-2062 as it is' }).click();
      await page.getByText('1 finding accepted: counted as it is with the next run.').waitFor();
      await page
        .getByRole('row', { name: /Future date/ })
        .getByText('and 1 accepted')
        .waitFor();
      // What cannot be counted at all is not accepted.
      await page
        .getByRole('row', { name: /Negative order/ })
        .getByRole('button', { name: 'Show' })
        .click();
      await page
        .getByRole('region', { name: 'Records of the rule' })
        .getByRole('rowheader', { name: 'transaction below' })
        .waitFor();
      expect(await page.getByRole('button', { name: 'Accept below as it is' }).count()).toBe(0);
      expect(errors).toEqual([]);
    });
  });

  it('lets an admin make a fix for a connection from a day on, and undo it', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/connections`);
      await page.getByText('Set right what a connection says from a day on').click();
      await page.getByLabel('First day of the sales it is about').fill('2026-05-04');
      await page.getByLabel('Why', { exact: true }).fill('the shop sends cents');
      await page.getByRole('button', { name: 'Make the fix' }).click();
      await page.getByText(/the next run counts them by it/).waitFor();
      const row = page.getByRole('row', { name: /Amounts divided by 100/ });
      await row.getByText('the shop sends cents').waitFor();
      await row.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
      await row.getByText(/^Undone by/).waitFor();
    });
  });
});
