import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults } from './look.ts';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('signing in', () => {
  it('asks who is not signed in, says what is wrong, and takes them to where they wanted to go', async () => {
    await visitor.withPage({ ...DESKTOP, role: null }, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/settings`);
      await page.getByLabel('Name or e-mail').fill('admin@people.example');
      await page.getByLabel('Password').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('Name or password is wrong.').waitFor();
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
      await page.getByLabel('Password').fill(visitor.served.adminPassword);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
    });
  });
});
