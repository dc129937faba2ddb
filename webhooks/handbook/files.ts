import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

/**
 * The handbook: files that link to each other only relatively, so that they work below any path of a proxy. Where they are not built the
 * answer says how to build them.
 *
 * @param folder what `npm run build:docs` made
 */
export function handbookFiles(folder: string): Router {
  const router = Router();
  router.use((_req, res, next) => {
    if (existsSync(join(folder, 'index.html'))) return next();
    res
      .status(503)
      .type('text')
      .send('The handbook is not built. Run "npm ci && npm run build:docs", then reload this page.\n');
  });
  router.use(express.static(folder));
  return router;
}
