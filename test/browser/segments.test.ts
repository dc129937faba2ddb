import { describe, it } from 'vitest';
import { DESKTOP, visitConsole } from './visit.ts';

const visitor = visitConsole();

describe.skipIf(visitor.whyNot !== null)('the segments', () => {
  it('shows who moved between segments once scores are as old, and says so before', async () => {
    await visitor.withPage(DESKTOP, async (page) => {
      await page.goto(`${visitor.served.server.url}/#/segments`);
      await page.getByText('Scores are kept from 1 Jun 2026 on').waitFor();
      await page.getByLabel('Compared with').selectOption('7');
      await page.getByText('Moved since 13 Jun 2026').waitFor();
      await page.getByText(/^\d+ customers stayed where they were, \d+ came or moved to a better segment/).waitFor();
    });
  });
});
