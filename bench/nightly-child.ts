/**
 * One worker's part of a nightly run: every step over what is due, beside other processes that do the same. Prints seconds and rows of
 * each step and the peak of its memory.
 */
import { calendarDay } from '../core/domain/calendar-day.ts';
import { cycle, type Step } from '../core/pipeline/cycle.ts';
import { openStore } from '../core/store/open.ts';
import { fakeConnector } from '../test/support/fake-connector.ts';

const { DATABASE_URL = '', WORKSPACE = '', AS_OF = '' } = process.env;
const steps: readonly Step[] = ['identify', 'features', 'score', 'plan', 'write-back', 'act'];

const database = await openStore({ databaseUrl: DATABASE_URL, folder: '', workspace: WORKSPACE });
const workspace = {
  name: WORKSPACE,
  database,
  connectors: [fakeConnector()],
  playbooks: [],
  timeZone: 'UTC',
  currency: 'USD',
  clock: { now: () => new Date() },
};
const figures: { step: Step; seconds: number; rows: number }[] = [];
for (const step of steps) {
  let rows = 0;
  const started = performance.now();
  await cycle(workspace, {
    asOf: calendarDay(AS_OF),
    steps: [step],
    onStep: ({ done }) => {
      rows = Math.max(rows, done);
    },
  });
  figures.push({ step, seconds: (performance.now() - started) / 1_000, rows });
}
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
await database.close();
process.stdout.write(`${JSON.stringify({ figures, peakMegabytes })}\n`);
