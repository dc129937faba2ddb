import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { putPlaybook } from '../config/change-playbooks.ts';
import { configFile } from '../config/load.ts';
import { playbookNamed, playbookProblems, readPlaybookFile, shippedPlaybooks } from '../config/playbook-files.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { workspaceFile } from '../config/workspaces.ts';
import { ConfigError } from '../core/domain/errors.ts';
import { ruleInWords } from '../core/playbooks/rule-in-words.ts';
import type { Playbook } from '../core/playbooks/schema.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { simulatePlaybookCommand } from './simulate-playbook.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower playbooks`: what is done when a customer enters a state, and what it would have done. */
export function playbooksCommand(): Command {
  const command = new Command('playbooks').description(
    'What is done when a customer enters a state: the rules in words, what they would have done, and files to pass on.',
  );
  for (const each of [list(), validate(), exportOne(), importOne(), simulatePlaybookCommand()])
    command.addCommand(each);
  return command;
}

function list(): Command {
  const command = workspaceOptions(
    new Command('list').description(
      'The playbooks of this workspace with their rules and runs, and those that are shipped.',
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    return withWorkspace(context, async (open) => {
      const playbooks = await open.playbooks.list();
      const shipped = (await shippedPlaybooks())
        .filter(({ name }) => !playbooks.some((each) => each.name === name))
        .map((playbook) => ({ name: playbook.name, description: playbook.description, rule: ruleInWords(playbook) }));
      if (context.json) return printJson({ playbooks, shipped });
      for (const { name, description, enabled, rule, runs } of playbooks) {
        print(
          `${name}${enabled ? '' : ' (switched off)'}${description === '' ? '' : `: ${description}`}`,
          ...rule.map((sentence) => `  ${sentence}`),
          `  So far: ${runs.fired} acted on, ${runs.heldOut} held out, ${runs.queued} queued, ${runs.waiting} waiting for a later step, ${runs.letGo} let go.`,
          '',
        );
      }
      if (shipped.length > 0) {
        print('Shipped, not in use ("staypower playbooks import NAME"):');
        print(...shipped.map(({ name, description }) => `  ${name}: ${description}`));
      }
    });
  });
  return example(command, 'staypower playbooks list --workspace demo');
}

function validate(): Command {
  const command = workspaceOptions(
    new Command('validate')
      .description('Whether playbooks can be used as they stand: those of the configuration, or files.')
      .argument('[files...]', 'playbook files instead'),
  ).action(async (files: readonly string[], options: WorkspaceOptions) => {
    const context = await commandContext(options);
    const playbooks =
      files.length === 0 ? context.config.playbooks : await Promise.all(files.map((file) => readPlaybookFile(file)));
    assertUsable(playbooks, context.config);
    if (context.json) return printJson({ valid: playbooks.map(({ name }) => name) });
    for (const playbook of playbooks) print(`${playbook.name} can be used.`, ...ruleInWords(playbook), '');
  });
  return example(command, 'staypower playbooks validate win-back.yaml');
}

function exportOne(): Command {
  const command = workspaceOptions(
    new Command('export')
      .description(
        'One playbook as a file for another workspace or organisation: one of the configuration, or a shipped one.',
      )
      .argument('<name>', 'its name')
      .option('--output <file>', 'where to; stdout when left out'),
  ).action(async (name: string, options: WorkspaceOptions & { output?: string }) => {
    const { config, json } = await commandContext(options);
    const playbook = config.playbooks.find((each) => each.name === name) ?? (await playbookNamed(name));
    const text = stringify(playbook);
    if (options.output !== undefined) await writeFile(options.output, text, { flag: 'wx' });
    if (json) printJson({ playbook, file: options.output ?? null });
    else print(options.output === undefined ? text.trimEnd() : `Written to ${options.output}.`);
  });
  return example(command, 'staypower playbooks export at-risk-and-valuable --output save.yaml');
}

function importOne(): Command {
  const command = workspaceOptions(
    new Command('import')
      .description(
        'Put a playbook into the configuration file, in the place of the one of its name: a file, or a shipped one.',
      )
      .argument('<playbook>', 'a .yaml file, or the name of a shipped playbook')
      .option('--dry-run', 'say what would be done, and do nothing'),
  ).action(async (given: string, options: WorkspaceOptions & { dryRun?: boolean }) => {
    const context = await commandContext(options);
    const file =
      options.config === undefined && options.workspace !== undefined
        ? workspaceFile(options.workspace, context.env)
        : configFile(options.config, context.env);
    if (file === null) {
      throw new ConfigError([
        {
          path: 'staypower.yaml',
          expected: 'a configuration file that the playbook can be put into',
          found: 'none',
          remedy: 'Make one with "staypower init".',
        },
      ]);
    }
    const playbook = await playbookNamed(given);
    const { playbooks: present } = context.config;
    const changed = await putPlaybook(file, playbook, present, context.env);
    assertUsable(changed.config.playbooks, changed.config);
    if (!options.dryRun) await changed.write();
    const replaced = present.some(({ name }) => name === playbook.name);
    if (context.json) return printJson({ playbook: playbook.name, file, replaced, written: !options.dryRun });
    print(
      `${playbook.name} ${options.dryRun ? 'would be' : 'is'} ${replaced ? 'replaced' : 'added'} in ${file}.`,
      ...ruleInWords(playbook),
    );
  });
  return example(command, 'staypower playbooks import second-order --dry-run');
}

function assertUsable(playbooks: readonly Playbook[], config: ResolvedConfig): void {
  const problems = playbookProblems(
    playbooks,
    config.connections.map(({ id }) => id),
    config.planning.actions.map(({ name }) => name),
  );
  if (problems.length > 0) throw new ConfigError([...problems]);
}
