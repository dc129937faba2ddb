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
});
