import { describe, expect, it } from 'vitest';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the page of a customer', () => {
  it('keeps a rep’s word on a customer’s scores, and asks no viewer', async () => {
    const address = `${visitor.served.server.url}/#/customers/${visitor.served.activeCustomer}`;
    await visitor.withPage({ ...DESKTOP, role: 'rep' }, async (page) => {
      await page.goto(address);
      await page.getByRole('button', { name: 'Wrong' }).click();
      await page.getByText('Kept. Thank you.').waitFor();
    });
    expect(await visitor.served.database.query('select customer_id, verdict from score_feedback')).toEqual([
      { customer_id: visitor.served.activeCustomer, verdict: 'wrong' },
    ]);
    await visitor.withPage({ ...DESKTOP, role: 'viewer' }, async (page) => {
      await page.goto(address);
      await page.getByRole('heading', { name: 'What would help' }).waitFor();
      expect(await page.getByRole('button', { name: 'Wrong' }).count()).toBe(0);
    });
  });
});
