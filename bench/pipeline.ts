import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../cli/output.ts';
import { resolveConfig } from '../config/load.ts';
import { openWorkspace } from '../config/wiring.ts';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { cycle, STEPS, type Step } from '../core/pipeline/cycle.ts';
import { PROVISIONED_FIELDS } from '../core/scores/fields.ts';
import { sandboxProcess } from './sandbox-process.ts';

const AS_OF = '2026-10-31';

interface StepFigure {
  step: Step;
  seconds: number;
  rows: number;
}

/**
 * One first cycle over a generated book, step by step. The sandbox runs in a process of its own with the vendors' real limits, so
 * that what is measured is this side; HubSpot's limit (190 calls in 10 s) sets the pace of its share.
 */
export async function benchPipeline(args: readonly string[]): Promise<void> {
  const json = args.includes('--json');
  const sizes = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  for (const customers of sizes.length > 0 ? sizes : [10_000]) {
    const { figures, peakMegabytes, records } = await measure(customers);
    const total = figures.reduce((sum, figure) => sum + figure.seconds, 0);
    if (json) {
      console.log(JSON.stringify({ customers, records, totalSeconds: total, peakMegabytes, steps: figures }));
      continue;
    }
    console.log(
      `\n${customers.toLocaleString('en')} people, ${records.toLocaleString('en')} records; ${total.toFixed(1)} s, peak ${peakMegabytes} MB`,
    );
    console.log(
      table(
        ['step', 'seconds', 'share %', 'rows', 'rows/s'],
        figures.map(({ step, seconds, rows }) => [
          step,
          Math.round(seconds * 10) / 10,
          Math.round((100 * seconds) / total),
          rows,
          Math.round(rows / Math.max(seconds, 0.001)),
        ]),
      ),
    );
  }
}

async function measure(
  customers: number,
): Promise<{ figures: readonly StepFigure[]; peakMegabytes: number; records: number }> {
  const home = await mkdtemp(join(tmpdir(), 'staypower-bench-'));
  const sandbox = await sandboxProcess(home, ['--customers', String(customers), '--as-of', AS_OF]);
  try {
    const env = { ...sandbox.env, DATABASE_URL: process.env['DATABASE_URL'] };
    const config = resolveConfig(
      { workspace: `bench_${customers}`, connections: [{ vendor: 'salesforce' }, { vendor: 'hubspot' }] },
      env,
    );
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error };
    const open = await openWorkspace(
      config,
      { env, home, clock: { now: () => new Date() }, logger },
      { withConnectors: true },
    );
    try {
      for (const { fields } of open.workspace.connectors)
        await fields?.provision(PROVISIONED_FIELDS, { dryRun: false });
      const figures: StepFigure[] = [];
      let records = 0;
      for (const step of STEPS) {
        let rows = 0;
        const started = performance.now();
        const report = await cycle(open.workspace, {
          asOf: calendarDay(AS_OF),
          steps: [step],
          onStep: (progress) => {
            rows = Math.max(rows, progress.done);
          },
        });
        if (step === 'pull') {
          rows = report.pulled;
          records = report.pulled;
        }
        if (step === 'write-back') rows = report.recordsWritten;
        figures.push({ step, seconds: (performance.now() - started) / 1_000, rows });
      }
      return { figures, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024), records };
    } finally {
      await open.close();
    }
  } finally {
    await sandbox.stop();
    await rm(home, { recursive: true, force: true });
  }
}
