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

  it('shows an admin what is wrong at its line, tries the draft on the past, saves it, and it is in force', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/playbooks/new?from=second-order`);
      const text = page.getByLabel('Playbook (YAML)');
      await page.getByText('It can be used.').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('Second Order');
      await page.getByText('1 problem before it can be used').waitFor();
      const save = page.getByRole('button', { name: 'Save' });
      expect(await save.isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Line 1' }).click();
      expect(await text.evaluate((area) => (area as HTMLTextAreaElement).selectionEnd)).toBeGreaterThan(0);
      await page.getByLabel('Name', { exact: true }).fill('ask-again');
      await page.getByLabel('Left alone after a task').fill('45');
      await page.getByText('It can be used.').waitFor();
      expect(await text.inputValue()).toContain('coolDownDays: 45');
      await page.getByRole('button', { name: 'What would it have done in 90 days?' }).click();
      await page.getByRole('heading', { name: /it would have opened/ }).waitFor();
      expect(await accessibilityFaults(page, axe.source)).toEqual([]);
      await save.click();
      await page.getByRole('heading', { name: 'Ask again' }).waitFor();
      await page.getByText('For 45 days after a task of any playbook').waitFor();
    });
    expect(
      await visitor.served.database.query(`select detail from audit_log where action = 'playbook-changed'`),
    ).toEqual([{ detail: { playbook: 'ask-again', did: 'added' } }]);
  });

  it('lets a rep try a change that only an admin can save, and switches one off', async () => {
    const address = `${visitor.served.server.url}/#/playbooks/edit/at-risk-and-valuable`;
    await visitor.withPage({ ...DESKTOP, role: 'rep' }, async (page) => {
      await page.goto(address);
      await page.getByText('It can be used.').waitFor();
      expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    });
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/playbooks`);
      await page.getByRole('button', { name: 'Switch off' }).first().click();
      await page.getByText('It is switched off: nobody enters it.').waitFor();
      await page.getByRole('button', { name: 'Switch on' }).first().click();
      await page.getByText('It is switched off: nobody enters it.').waitFor({ state: 'detached' });
    });
  });
});
