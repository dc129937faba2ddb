import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { HANDBOOK_FOLDER, headingId, readHandbook } from '../../config/handbook/markdown.ts';

const pages = readHandbook();

/** Lines of a page's shell blocks. */
const shellLines = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));

/** The `staypower` lines, also those that a checkout runs by npm and those inside a sentence. */
const commandLines = (markdown: string): readonly string[] =>
  [...shellLines(markdown), ...[...markdown.matchAll(/`((?:staypower|npm run) [^`]+)`/g)].map(([, line = '']) => line)]
    .map((line) =>
      line.replace(/^npm run staypower -- /, 'staypower ').replace(/^npm run demo(?: --)?/, 'staypower demo'),
    )
    .filter((line) => line.startsWith('staypower ') && !line.includes('...'));

/** Words of a line as a shell would give them; quotes are all that the pages use. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/**
 * Gives a line to the parser of its command, with everything but the work itself.
 *
 * @throws CommanderError where the command, an option or an argument is not there, or a value is refused
 */
async function parse(line: string): Promise<string> {
  const [, name = '', ...args] = words(line);
  const camel = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const file = join(import.meta.dirname, '../../cli', `${name}.ts`);
  if (!existsSync(file)) throw new Error(`${line}: there is no command ${name}`);
  const module = (await import(file)) as Record<string, () => Command>;
  const command = module[`${camel}Command`]?.();
  if (!command) throw new Error(`${line}: cli/${name}.ts has no ${camel}Command`);
  let reached = '';
  const quiet = (each: Command) => {
    each.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (each.commands.length === 0) {
      each.action(() => {
        reached = each.name();
      });
    }
    for (const inner of each.commands) quiet(inner);
  };
  quiet(command);
  await command.parseAsync(args, { from: 'user' });
  return reached;
}

/** Targets of a page's links, those of images included. */
const links = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

const headings = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => headingId(heading));

describe('what holds the handbook to the product', () => {
  test.each([
    ['a command that is not there', 'staypower scroe'],
    ['an option that is not there', 'staypower run --fast'],
    ['a part that is not there', 'staypower playbooks delete x'],
    ['an argument that is missing', 'staypower playbooks simulate'],
    ['a value that is no number', 'staypower advise --limit many'],
  ])('%s is refused', async (_, line) => {
    await expect(parse(line)).rejects.toThrow();
  });

  test('a heading is linked to as on GitHub', () => {
    expect(headingId("What is the best use of my team's hours?")).toBe('what-is-the-best-use-of-my-teams-hours');
    expect(headingId('3. Read, and see')).toBe('3-read-and-see');
  });
});

describe('the handbook', () => {
  test('has a page for each person, and a tour', () => {
    expect(pages.map(({ name }) => name)).toEqual(['admin', 'manager', 'operator', 'rep', 'tour']);
  });

  test.each(pages)('$name: each command is one that the program takes', async ({ markdown }) => {
    const lines = commandLines(markdown);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(await parse(line), line).not.toBe('');
  });

  test.each(pages)('$name: each link leads to a page and heading that are there', ({ name, markdown }) => {
    expect(new Set(headings(markdown)).size, 'headings that are alike').toBe(headings(markdown).length);
    for (const link of links(markdown).filter((each) => !/^https?:/.test(each))) {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? `${name}.md` : path;
      expect(existsSync(join(HANDBOOK_FOLDER, target)), link).toBe(true);
      if (heading === undefined) continue;
      const page = pages.find((each) => `${each.name}.md` === target);
      expect(headings(page?.markdown ?? ''), link).toContain(heading);
    }
  });
});
