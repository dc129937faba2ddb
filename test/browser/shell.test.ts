import { describe, expect, it } from 'vitest';
import { DESKTOP, PHONE, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('what is around every page', () => {
  it('opens and closes its menu on a phone by the keyboard, and follows the chosen look', async () => {
    await visitor.withPage({ ...DESKTOP, size: PHONE }, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/`);
      const menu = page.getByRole('button', { name: 'Menu' });
      await menu.focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Look').selectOption('dark');
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(16, 21, 27)');
      await page.keyboard.press('Escape');
      await page.getByRole('navigation').waitFor({ state: 'hidden' });
    });
  });
});
