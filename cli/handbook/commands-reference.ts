import type { Command } from 'commander';
import { program } from '../program.ts';
import type { HandbookPage } from './markdown.ts';
import { table } from './markdown-table.ts';

/** A page that lists the commands, and one for each, made of what the command line itself takes. */
export function commandPages(): readonly HandbookPage[] {
  const commands = program().commands;
  const rows = commands.map((command) => [`[${command.name()}](${pageName(command)}.md)`, command.description()]);
  const list: HandbookPage = {
    name: 'commands',
    title: 'Commands',
    markdown: [
      '# Commands',
      'Every command of `staypower`. `staypower COMMAND --help` says the same as its page. Exit codes: 0 is well, 1 a failure that the message explains, 3 an alarm or a difference.',
      table(['command', 'what it does'], rows),
    ].join('\n\n'),
  };
  return [list, ...commands.map(commandPage)];
}

function pageName(command: Command): string {
  return `command-${command.name()}`;
}

function commandPage(command: Command): HandbookPage {
  const title = `staypower ${command.name()}`;
  return {
    name: pageName(command),
    title,
    below: 'commands',
    markdown: [`# ${title}`, ...partsOf(command, title), 'All of them: [Commands](commands.md).'].join('\n\n'),
  };
}

/** What a command takes, and after it each of its parts under a heading. */
function partsOf(command: Command, called: string): readonly string[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const takes = command.registeredArguments;
  const parts = help.visibleCommands(command).filter((part) => part.name() !== 'help');
  const example = exampleOf(command);
  return [
    command.description(),
    code(`${called} ${command.usage()}`),
    ...(takes.length > 0
      ? [
          table(
            ['argument', 'what it is'],
            takes.map((each) => [`\`${each.name()}\``, help.argumentDescription(each)]),
          ),
        ]
      : []),
    ...(options.length > 0
      ? [
          table(
            ['option', 'what it does'],
            options.map((each) => [`\`${each.flags}\``, help.optionDescription(each)]),
          ),
        ]
      : []),
    ...(example === null ? [] : [code(example)]),
    ...parts.flatMap((part) => [`## ${called} ${part.name()}`, ...partsOf(part, `${called} ${part.name()}`)]),
  ];
}

/** The example below a command's help; null where its parts have theirs. */
function exampleOf(command: Command): string | null {
  let text = '';
  command.configureOutput({
    writeOut: (each) => {
      text += each;
    },
  });
  command.outputHelp();
  const lines = /\nExample:\n([\s\S]*)$/.exec(text)?.[1];
  return lines === undefined ? null : lines.trimEnd().replace(/^ {2}/gm, '');
}

function code(text: string): string {
  return `\`\`\`\n${text.trim()}\n\`\`\``;
}
