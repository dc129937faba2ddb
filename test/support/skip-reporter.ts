import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** What a machine may lack: peers that a parity test compares with, and a browser. All else that is skipped there is a mistake. */
const MAY_BE_MISSING = /python3-|npm ci --prefix|there is no browser at/;
const DATA = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');

/**
 * Counts skipped tests by their reason. Where everything they need is there (CI, with the reference data beside the checkout), a
 * skip fails the run: a path that is wrong must not look like data that is absent.
 */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const reasons = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = (result.state === 'skipped' && result.note) || 'no reason given';
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of reasons) console.log(`skipped ${count}: ${reason}`);
    const mistaken = [...reasons.keys()].filter((reason) => !MAY_BE_MISSING.test(reason));
    if (process.env['CI'] && existsSync(DATA) && mistaken.length > 0) {
      console.error(`Skipped although what they need is there: ${mistaken.join('; ')}`);
      process.exitCode = 1;
    }
  }
}
