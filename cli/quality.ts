import { Command } from 'commander';
import type { QualityCount, QualityEntry } from '../core/ports/quality.ts';
import { RULES } from '../core/quality/rules.ts';
import { createQuality } from '../core/store/quality.ts';
import { actor } from './actor.ts';
import { type WorkspaceOptions, workspaceOptions } from './context.ts';
import { integer } from './options.ts';
import { print, printJson, table } from './output.ts';
import { qualityFixCommand, qualityFixesCommand, qualityUndoFixCommand } from './quality-fix.ts';
import { example } from './steps.ts';
import { inWorkspace } from './with-workspace.ts';

/** Findings shown unless told otherwise. */
const MOST_SHOWN = 20;

/** `staypower quality`: what the rules found, and what to do about it. */
export function qualityCommand(): Command {
  const command = new Command('quality').description(
    'How good the data are: what rules found, what is kept out of the book, and what sets it right.',
  );
  command.addCommand(report(), { isDefault: true });
  for (const each of [rules(), accept(), qualityFixCommand(), qualityFixesCommand(), qualityUndoFixCommand()])
    command.addCommand(each);
  return command;
}

function report(): Command {
  const command = workspaceOptions(
    new Command('report')
      .description('What was found, by connection and rule, with the records that matter most.')
      .option('--connection <id>', 'of one connection alone')
      .option('--rule <name>', 'of one rule alone')
      .option('--accepted', 'what was accepted, too')
      .option('--limit <n>', 'records shown', integer, MOST_SHOWN),
  ).action(
    async (options: WorkspaceOptions & { connection?: string; rule?: string; accepted?: boolean; limit: number }) =>
      inWorkspace(options, async (open, context) => {
        const quality = createQuality(open.workspace.database, context.clock);
        const { counts, days } = await quality.report();
        const findings = await quality.findings({
          limit: options.limit,
          accepted: options.accepted === true,
          ...(options.connection !== undefined && { connectionId: options.connection }),
          ...(options.rule !== undefined && { rule: options.rule }),
        });
        if (context.json) return printJson({ counts, days, findings });
        show(counts, findings);
      }),
  );
  return example(command, 'staypower quality --connection hubspot');
}

function show(counts: readonly QualityCount[], findings: readonly QualityEntry[]): void {
  if (counts.length === 0) {
    print('No rule has found anything.');
    return;
  }
  print(
    table(
      ['connection', 'rule', 'open', 'kept out', 'accepted'],
      counts.map((each) => [each.connectionId, each.rule, each.open, each.keptOut, each.accepted]),
    ),
  );
  if (counts.some(({ rule }) => rule === 'unreadable'))
    print('', '"staypower quarantine" shows what could not be read at all.');
  for (const each of findings) {
    print(
      '',
      `${each.connectionId} ${each.kind === '' ? 'as a whole' : `${each.kind} ${each.externalId}`} (${each.rule}${each.severity === 'warn' ? '' : ', kept out'}${each.acceptedBy === null ? '' : `, accepted by ${each.acceptedBy}`})`,
      `  ${each.message}.`,
      `  ${each.remedy}`,
    );
  }
}

function rules(): Command {
  const command = new Command('rules')
    .description('The rules: what each reads, what it finds, and what it does at worst.')
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(({ json }: { json?: boolean }) => {
      if (json) return printJson({ rules: Object.entries(RULES).map(([name, rule]) => ({ name, ...rule })) });
      for (const [name, { reads, finds, atWorst }] of Object.entries(RULES))
        print(`${name} (${atWorst}): ${finds}. Reads ${reads}.`);
    });
  return example(command, 'staypower quality rules');
}

function accept(): Command {
  const command = workspaceOptions(
    new Command('accept')
      .description(
        'Count what a rule found as it is, until the record changes. All of a rule that tells by what is usual has it learn that anew.',
      )
      .requiredOption('--connection <id>', 'whose')
      .requiredOption('--rule <name>', 'what was found; "staypower quality rules" lists them')
      .option('--record <id>', 'one record alone; all of the rule when left out'),
  ).action(async (options: WorkspaceOptions & { connection: string; rule: string; record?: string }) =>
    inWorkspace(options, async (open, context) => {
      const accepted = await createQuality(open.workspace.database, context.clock).accept(
        {
          connectionId: options.connection,
          rule: options.rule,
          ...(options.record !== undefined && { externalId: options.record }),
        },
        { by: actor() },
      );
      if (context.json) printJson({ accepted });
      else if (accepted === 0)
        print('Nothing of that was open. What cannot be counted at all is mended at its source, not accepted.');
      else print(`${accepted} accepted: the next "staypower run" counts them.`);
    }),
  );
  return example(command, 'staypower quality accept --connection shop --rule duplicate-order --record 4711');
}
