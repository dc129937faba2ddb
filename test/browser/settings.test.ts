import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './look.ts';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the settings', () => {
  it('gives an admin a person’s first password once, and the person can sign in with it', async () => {
    const password = await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/settings`);
      await page.getByLabel('Name or e-mail').fill('new@people.example');
      await page.getByRole('button', { name: 'Add person' }).click();
      const secret = page.getByRole('dialog').locator('code');
      await secret.waitFor();
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
      return (await secret.textContent()) ?? '';
    });
    await visitor.withPage({ ...DESKTOP, role: null }, async (page) => {
      await page.goto(visitor.served.server.url);
      await page.getByLabel('Name or e-mail').fill('new@people.example');
      await page.getByLabel('Password').fill(password);
      await page.keyboard.press('Enter');
      await page.getByText('new@people.example (viewer)').waitFor();
    });
  });

  it('names secrets and forgets people for admins alone, and shows the value of no secret', async () => {
    const address = `${visitor.served.server.url}/#/settings`;
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(address);
      await page.getByRole('row', { name: /HUBSPOT_CLIENT_SECRET .*2 values count.*NEW,OLD, then NEW/ }).waitFor();
      expect(await page.content()).not.toMatch(/new-secret|old-secret|a-token/);
      await page.getByLabel('E-mail address, customer id, user id or record id').fill('nobody@people.example');
      await page.keyboard.press('Enter');
      await page.getByText('Nothing is held on such a person.').waitFor();
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
    });
    await visitor.withPage({ ...DESKTOP, role: 'rep' }, async (page) => {
      await page.goto(address);
      await page.getByRole('heading', { name: 'Your password' }).waitFor();
      expect(await page.getByRole('heading', { name: /Secrets|Forget a person/ }).count()).toBe(0);
    });
  });
});
