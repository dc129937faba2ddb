import { describe, expect, it } from 'vitest';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the connections', () => {
  it('pauses and resumes for an admin, and says to everybody why nothing is written', async () => {
    const address = `${visitor.served.server.url}/#/connections`;
    const writing = 'Scores and tasks are written to the CRMs as they change.';
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(address);
      await page.getByLabel('Reason for a pause').fill('CRM migration');
      await page.keyboard.press('Enter');
      await page.getByText('CRM migration. Reading and scoring go on.').waitFor();
      await visitor.withPage({ ...DESKTOP, role: 'viewer' }, async (other) => {
        await other.goto(address);
        await other.getByText('CRM migration. Reading and scoring go on.').waitFor();
        expect(await other.getByRole('button', { name: 'Resume' }).count()).toBe(0);
      });
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByText(writing).waitFor();
    });
  });
});
