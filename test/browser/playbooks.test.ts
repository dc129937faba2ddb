import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import { accessibilityFaults, layoutFaults } from './look.ts';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the playbooks', () => {
  it('says to a rep what a playbook would have done, and keeps the question from a viewer', async () => {
    const address = `${visitor.served.server.url}/#/playbooks`;
    await visitor.withPage({ ...DESKTOP, role: 'rep' }, async (page) => {
      await page.goto(address);
      await page.getByRole('button', { name: 'What would it have done?' }).click();
      await page.getByRole('heading', { name: /^From 23 Mar 2026 to 20 Jun 2026 it would have opened/ }).waitFor();
      expect(await layoutFaults(page)).toEqual([]);
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
    });
    await visitor.withPage({ ...DESKTOP, role: 'viewer' }, async (page) => {
      await page.goto(address);
      await page.getByRole('heading', { name: 'Measured effect' }).waitFor();
      expect(await page.getByRole('button', { name: 'What would it have done?' }).count()).toBe(0);
    });
  });
});
