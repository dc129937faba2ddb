import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { TOUR } from '../../console/src/tour/steps.ts';
import { accessibilityFaults, layoutFaults, settled } from './look.ts';
import { DESKTOP, PHONE, visitConsole } from './visit.ts';

const visitor = visitConsole();

const focusIsInTour = (page: Page) => page.evaluate(() => document.activeElement?.closest('.tour') !== null);

describe.skipIf(visitor.whyNot !== null)('the tour', () => {
  it.each([
    { name: 'desktop', visit: DESKTOP },
    { name: 'phone', visit: { ...DESKTOP, size: PHONE } },
  ])('leads by keyboard alone to everything it points at, on a $name', async ({ visit }) => {
    await visitor.withPage({ ...visit, role: 'viewer' }, async (page, errors) => {
      await page.goto(`${visitor.served.server.url}/#/`);
      await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
      for (const [index, { title }] of TOUR.entries()) {
        await page.getByText(`Tour, ${index + 1} of ${TOUR.length}`).waitFor();
        await page.getByRole('heading', { name: title, level: 2 }).waitFor();
        await page.locator('[data-tour-here]').waitFor({ state: 'attached' });
        expect({ title, marked: await page.locator('[data-tour-here]').count() }).toEqual({ title, marked: 1 });
        expect({ title, focus: await focusIsInTour(page) }).toEqual({ title, focus: true });
        // The page may still be loading what it lists.
        await settled(page);
        await expect.poll(() => layoutFaults(page), { message: title, timeout: 20_000, interval: 250 }).toEqual([]);
        if (index === 0) expect(await accessibilityFaults(page, axe.source)).toEqual([]);
        await page.getByRole('button', { name: /^(Next|Done)$/ }).press('Enter');
      }
      await page.locator('.tour').waitFor({ state: 'detached' });
      expect(await page.locator('[data-tour-here]').count()).toBe(0);
      expect(errors).toEqual([]);
    });
  });

  it('ends with Escape, is not offered again, and can be had again from the menu', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/`);
      await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
      await page.getByRole('button', { name: 'Next' }).press('Enter');
      await page.getByText(`Tour, 2 of ${TOUR.length}`).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('.tour').waitFor({ state: 'detached' });
      await page.reload();
      await page.getByText('What playbooks have kept').waitFor();
      expect(await page.getByRole('button', { name: 'Take the tour' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Tour', exact: true }).click();
      await page.getByText(`Tour, 1 of ${TOUR.length}`).waitFor();
      await page.getByRole('button', { name: 'End the tour' }).click();
      await page.locator('.tour').waitFor({ state: 'detached' });
    });
  });
});
