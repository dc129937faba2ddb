import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

const YEAR_MS = 365 * 86_400_000;

/**
 * The console: one page at / and its files, which carry a hash in their names and are kept for good. Its addresses are behind "#", so that
 * it works below any path of a proxy. Without a built console / says how to build one.
 *
 * @param folder what `npm run build:console` made
 */
export function consoleFiles(folder: string): Router {
  const router = Router();
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: YEAR_MS, index: false }));
  router.get('/', (_req, res) => {
    if (existsSync(join(folder, 'index.html'))) {
      res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: folder });
    } else {
      res
        .status(503)
        .type('text')
        .send('The console is not built. Run "npm ci && npm run build:console", then reload this page.\n');
    }
  });
  return router;
}
