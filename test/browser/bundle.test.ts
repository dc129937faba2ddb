import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { CONSOLE_FOLDER } from '../support/console.ts';

/** What the console may weigh without the charts, as it is sent. */
const MOST_BYTES = 300_000;

it('weighs less than 300 kB without the charts, which come when one is shown', async ({ skip }) => {
  const assets = await readdir(join(CONSOLE_FOLDER, 'assets')).catch(() => null);
  if (assets === null) return skip('the console is not built: npm run build:console');
  const sizes = await Promise.all(
    assets
      .filter((name) => /\.(?:js|css)$/.test(name))
      .map(async (name) => ({
        name: name.replace(/-[\w-]{8}(?=\.)/, ''),
        bytes: gzipSync(await readFile(join(CONSOLE_FOLDER, 'assets', name))).length,
      })),
  );
  const charts = sizes.filter(({ name }) => name.startsWith('echarts'));
  expect(charts).toHaveLength(1);
  const bytes = sizes.reduce((sum, each) => sum + each.bytes, 0) - (charts[0]?.bytes ?? 0);
  console.log(`console: ${bytes} bytes gzipped, charts: ${charts[0]?.bytes}`, sizes);
  expect(bytes).toBeLessThan(MOST_BYTES);
  const page = await readFile(join(CONSOLE_FOLDER, 'index.html'), 'utf8');
  expect(page).not.toContain('echarts');
});
