import { Command, InvalidArgumentError, Option } from 'commander';
import { calendarDay } from '../core/domain/calendar-day.ts';
import { DataError } from '../core/domain/errors.ts';
import type { QualityTransform } from '../core/ports/quality.ts';
import { createQuality } from '../core/store/quality.ts';
import { actor } from './actor.ts';
import { type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { inWorkspace } from './with-workspace.ts';

interface FixOptions extends WorkspaceOptions {
  connection: string;
  from: string;
  until?: string;
  divideBy?: string;
  multiplyBy?: string;
  shiftHours?: number;
  currency?: string;
  reason: string;
}

/** `staypower quality fix` */
export function qualityFixCommand(): Command {
  const powers = ['10', '100', '1000'];
  const command = workspaceOptions(
    new Command('fix')
      .description(
        'Set right what a connection says of its sales from one day on. What it said stays on record: a fix can be undone.',
      )
      .requiredOption('--connection <id>', 'whose sales')
      .requiredOption('--from <day>', 'the first day of sales it is about, as the source has it')
      .requiredOption('--reason <text>', 'why; kept in the audit log')
      .option('--until <day>', 'the last day (default: for good)')
      .addOption(new Option('--divide-by <n>', 'amounts: cents that were given as euros').choices(powers))
      .addOption(new Option('--multiply-by <n>', 'amounts: euros that were given as thousands').choices(powers))
      .option('--shift-hours <h>', 'instants, later (2) or earlier (-2)', hours)
      .option('--currency <code>', 'the currency they are in, such as EUR'),
  ).action(async (options: FixOptions) =>
    inWorkspace(options, async (open, context) => {
      const made = await createQuality(open.workspace.database, context.clock).fix(
        {
          connectionId: options.connection,
          transform: transformOf(options),
          from: calendarDay(options.from),
          until: options.until === undefined ? null : calendarDay(options.until),
          reason: options.reason,
        },
        { by: actor() },
      );
      if (context.json) printJson(made);
      else
        print(
          `Fix ${made.fixId} is about up to ${made.sales} sales on record, and those to come: the next "staypower run" counts them by it.`,
        );
    }),
  );
  return example(
    command,
    'staypower quality fix --connection shop --from 2026-05-04 --divide-by 100 --reason "the shop sends cents since its update"',
  );
}

/** `staypower quality fixes` */
export function qualityFixesCommand(): Command {
  const command = workspaceOptions(
    new Command('fixes').description('The fixes in force and those that were undone, the newest first.'),
  ).action(async (options: WorkspaceOptions) =>
    inWorkspace(options, async (open, context) => {
      const fixes = await createQuality(open.workspace.database, context.clock).fixes();
      if (context.json) return printJson({ fixes });
      if (fixes.length === 0) print('There is no fix.');
      for (const fix of fixes) {
        print(
          `${fix.fixId} ${fix.connectionId} from ${fix.from}${fix.until === null ? '' : ` to ${fix.until}`}: ${inWords(fix.transform)}`,
          `  ${fix.reason} (${fix.madeBy}, ${fix.madeAt}${fix.undoneAt === null ? '' : `; undone by ${fix.undoneBy}, ${fix.undoneAt}`})`,
        );
      }
    }),
  );
  return example(command, 'staypower quality fixes');
}

/** `staypower quality undo-fix` */
export function qualityUndoFixCommand(): Command {
  const command = workspaceOptions(
    new Command('undo-fix')
      .description('Count the sales of a fix as their source says again.')
      .argument('<fix>', 'its id; "staypower quality fixes" shows it'),
  ).action(async (fixId: string, options: WorkspaceOptions) =>
    inWorkspace(options, async (open, context) => {
      const undone = await createQuality(open.workspace.database, context.clock).undoFix(fixId, { by: actor() });
      if (undone === null) {
        throw new DataError({
          field: 'fix',
          expected: 'the id of a fix in force',
          found: fixId,
          remedy: '"staypower quality fixes" lists them',
        });
      }
      if (context.json) printJson(undone);
      else print(`Undone: the next "staypower run" counts up to ${undone.sales} sales as their source says.`);
    }),
  );
  return example(command, 'staypower quality undo-fix 3f0c6a1e-9a43-4a77-8f6e-0d7c5b1f2a90');
}

function transformOf({ divideBy, multiplyBy, shiftHours, currency }: FixOptions): QualityTransform {
  const said: QualityTransform[] = [];
  if (divideBy !== undefined) said.push({ do: 'scale', powerOfTen: -Math.log10(Number(divideBy)) });
  if (multiplyBy !== undefined) said.push({ do: 'scale', powerOfTen: Math.log10(Number(multiplyBy)) });
  if (shiftHours !== undefined) said.push({ do: 'shift-hours', hours: shiftHours });
  if (currency !== undefined) said.push({ do: 'currency', currency });
  const [transform, ...more] = said;
  if (transform !== undefined && more.length === 0) return transform;
  throw new DataError({
    field: 'fix',
    expected: 'one of --divide-by, --multiply-by, --shift-hours and --currency',
    found: String(said.length),
    remedy: 'make a fix for each of several things',
  });
}

function inWords(transform: QualityTransform): string {
  switch (transform.do) {
    case 'scale':
      return `amounts ${transform.powerOfTen < 0 ? 'divided' : 'multiplied'} by ${10 ** Math.abs(transform.powerOfTen)}`;
    case 'shift-hours':
      return `instants ${Math.abs(transform.hours)} hours ${transform.hours < 0 ? 'earlier' : 'later'}`;
    case 'currency':
      return `currency ${transform.currency}`;
  }
}

function hours(text: string): number {
  if (!/^-?\d{1,2}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It must be a whole number of hours such as -2.');
  return Number(text);
}
