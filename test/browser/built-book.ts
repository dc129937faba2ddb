import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openStore } from '../../core/store/open.ts';
import { fillBook, whyNoBrowser } from '../support/console.ts';

/** Customers of the book that the files of this folder look at: enough for a window inside its past, which cohorts are foretold on. */
export const CUSTOMERS = 900;

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of a closed store with the book, made once for all files; each serves a copy. */
    book: string;
  }
}

/** Before the first file: makes the book, which takes longer than most files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'staypower-book-'));
  project.provide('book', folder);
  if (whyNoBrowser() === null) {
    const database = await openStore({ databaseUrl: null, folder, workspace: 'test' });
    await fillBook(database, CUSTOMERS);
    await database.close();
  }
  return () => rm(folder, { recursive: true, force: true });
}
