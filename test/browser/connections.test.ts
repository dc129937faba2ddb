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

  it('shows everybody what was written, and keeps taking it back, uninstalling and setting up for admins', async () => {
    const address = `${visitor.served.server.url}/#/connections`;
    const forAdmins = ['Set up', 'Uninstall'];
    for (const role of ['viewer', 'rep', 'admin'] as const) {
      await visitor.withPage({ ...DESKTOP, role }, async (page) => {
        await page.goto(address);
        await page.getByRole('heading', { name: 'Written to the CRMs' }).waitFor();
        await page.getByRole('region', { name: 'Write runs' }).waitFor();
        const seen = await Promise.all(
          forAdmins.map((name) => page.getByRole('heading', { name, exact: true }).count()),
        );
        const takesBack = await page.getByRole('button', { name: /what taking back run/ }).count();
        expect({ role, seen, takesBack }).toEqual(
          role === 'admin' ? { role, seen: [1, 1], takesBack: 1 } : { role, seen: [0, 0], takesBack: 0 },
        );
        await page.goto(`${address}/setup/check`);
        const ask = role === 'admin' ? 'Check the connections' : 'Setting up is for admins: ask one of yours.';
        await page.getByText(ask).first().waitFor();
      });
    }
  });
});
