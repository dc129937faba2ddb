import { defineConfig } from 'vitest/config';

/**
 * Three projects: `main` is what `npm test` runs; `drills` are the long fault and crash drills of `npm run test:drills`; `browser` walks the
 * console in the system's browser (`npm run test:browser`).
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/skip-reporter.ts'],
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.ts'],
          exclude: ['test/drills/**', 'test/browser/**'],
          // For what hangs; how fast something is, bench/ says.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'drills',
          include: ['test/drills/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/built-book.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
