import axe from 'axe-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, layoutFaults } from './look.ts';
import { DESKTOP, PHONE, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the calls', () => {
  beforeAll(async () => {
    const { database } = visitor.served;
    await database.query(
      `insert into outbox (customer_id, action_key, playbook, connection_id, action, state, attempts, not_before, receipt)
       select customer_id, 'p-' || row_number() over (order by priority desc), 'at-risk-and-valuable', 'crm',
         jsonb_build_object('kind', 'task', 'contactExternalId', 'c', 'ownerId', 'o7', 'subject', 'Keep this customer', 'dueOn', '2026-06-20'),
         'done', 1, '2026-06-19', '{"externalId": "t", "readBack": false}'
       from scores where lifecycle = 'active' order by priority desc limit 3`,
    );
  });

  it('are a rep’s own on a phone, once an admin has said who is who; one is ended and the next stands first', async () => {
    const address = `${visitor.served.server.url}/#/calls`;
    await visitor.withPage({ ...DESKTOP, role: 'rep', size: PHONE }, async (page) => {
      await page.goto(address);
      await page.getByText('It is not set yet which of the CRM’s owners you are.').waitFor();
      await visitor.withPage(DESKTOP, async (other) => {
        await other.goto(`${address}?owner=o7`);
        await other.getByRole('heading', { name: 'The 3 calls today' }).waitFor();
        await other.getByLabel('rep-too@people.example').selectOption({ label: 'owner o7' });
        await other.getByRole('heading', { name: 'Who is who' }).waitFor();
        expect(await layoutFaults(other)).toEqual([]);
        expect(await accessibilityFaults(other, axe.source)).toEqual([]);
      });
      await expect
        .poll(
          async () =>
            (await visitor.served.database.query(`select 1 from settings where name = 'queue-owners'`)).length,
        )
        .toBe(1);
      await page.reload();
      await page.getByRole('heading', { name: 'Your 3 calls today' }).waitFor();
      expect(await layoutFaults(page)).toEqual([]);
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
      const second = await page.locator('.call h3').nth(1).textContent();
      await page.getByRole('button', { name: 'Done' }).first().click();
      await page.getByRole('heading', { name: 'Your 2 calls today' }).waitFor();
      expect(await page.locator('.call h3').first().textContent()).toBe(second);
      await page.getByRole('button', { name: 'Useful' }).first().click();
      await page.getByText('Kept. Thank you.').waitFor();
    });
  });
});
