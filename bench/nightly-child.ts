/**
 * One worker's part of a nightly run: every step over what is due, beside other processes that do the same. Prints seconds and rows of
 * each step and the peak of its memory.
 */
import { calendarDay } from '../core/domain/calendar-day.ts';
import { cycle, type Step } from '../core/pipeline/cycle.ts';
import { openStore } from '../core/store/open.ts';
import { nightlyWorkspace } from './nightly-book.ts';

const { DATABASE_URL = '', WORKSPACE = '', AS_OF = '' } = process.env;
/** In the pull nothing is new by now; what is old enough is removed with it. */
const steps: readonly Step[] = ['pull', 'identify', 'features', 'score', 'plan', 'write-back', 'act'];

const database = await openStore({ databaseUrl: DATABASE_URL, folder: '', workspace: WORKSPACE });
const asOf = calendarDay(AS_OF);
const workspace = nightlyWorkspace(WORKSPACE, database, asOf);
const figures: { step: Step; seconds: number; rows: number }[] = [];
for (const step of steps) {
  let rows = 0;
  const started = performance.now();
  await cycle(workspace, {
    asOf,
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
