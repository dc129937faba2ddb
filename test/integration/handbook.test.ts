import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANDBOOK_FOLDER, headingId, readHandbook } from '../../cli/handbook/markdown.ts';
import { escapeHtml, pageHtml } from '../../cli/handbook/page-html.ts';
import { picturesThere } from '../../cli/handbook/pictures.ts';
import type { SearchEntry } from '../../cli/handbook/search-index.ts';
import { handbookSite } from '../../cli/handbook/site.ts';
import { program } from '../../cli/program.ts';
import { shippedPlaybooks } from '../../config/playbook-files.ts';
import { CHURN_MODELS } from '../../core/models/churn/churn-classifier.ts';
import { TRANSACTION_MODELS } from '../../core/models/clv/transaction-models.ts';
import { PROVISIONED_FIELDS } from '../../core/scores/fields.ts';
import { OPERATIONS } from '../../webhooks/api/contract/index.ts';
import { type Server, type ServerParts, startServer } from '../../webhooks/server.ts';
import { WITHOUT_API } from '../support/without-api.ts';

const pages = readHandbook();
const reports = { name: 'bi', markdown: readFileSync(join(HANDBOOK_FOLDER, '../bi.md'), 'utf8') };
const site = await handbookSite();

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

  test.each([...pages, reports])('$name: each command is one that the program takes', async ({ markdown }) => {
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

describe('its site', () => {
  const html = [...site].filter(([name]) => name.endsWith('.html'));

  test('a link to a page that it does not have is refused by name', () => {
    const page = { name: 'rep', title: 'For reps', markdown: 'See [there](lost.md).' };
    expect(() => pageHtml(page, new Set(['rep']))).toThrow('rep.md links to "lost.md"');
  });

  test('a picture that was made stands in the page with what is on it, and another leaves no trace', () => {
    const markdown = 'See.\n\n<!-- picture: overview: The "book" at a glance -->\n\n<!-- picture: lost: Nothing -->\n';
    const { body } = pageHtml({ name: 'rep', title: 'For reps', markdown }, new Set(['rep']), new Set(['overview']));
    expect(body).toContain('<img src="pictures/overview.png" alt="The &quot;book&quot; at a glance" width="1440"');
    expect(body).not.toMatch(/lost|&lt;/);
  });

  test('what is written between angle brackets is text', () => {
    const page = { name: 'rep', title: 'For reps', markdown: '```sh\nstaypower explain <b>\n```\n' };
    expect(pageHtml(page, new Set(['rep'])).body).toContain('staypower explain &lt;b&gt;');
  });

  test.each(html)('%s: each address on it is a file of the site, and each part of one is there', (_, text) => {
    const addresses = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses).toContain('index.html');
    for (const address of addresses.filter((each) => !/^(https:|data:,$)/.test(each))) {
      const picture = /^pictures\/(.+)\.png$/.exec(address)?.[1];
      if (picture !== undefined) {
        expect(picturesThere(), address).toContain(picture);
        continue;
      }
      const [file = '', id] = address.split('#');
      const target = file === '' ? text : site.get(file);
      expect(target, address).toBeDefined();
      if (id !== undefined) expect(target, address).toContain(`id="${id}"`);
    }
  });

  test.each(html)('%s: no script, style or handler stands in the page', (_, text) => {
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! src="search\.js" defer><)/);
  });

  test('a search leads to the part of the page where the words stand', () => {
    const entries = JSON.parse(site.get('search.json') ?? '[]') as readonly SearchEntry[];
    const { href } = entries.find(({ text }) => text.includes('held out at random')) ?? { href: '' };
    expect(href).toBe('manager.html#did-the-calls-help-or-would-those-customers-have-stayed-anyway');
    for (const entry of entries) {
      const [file = '', id] = entry.href.split('#');
      expect(site.get(file), entry.href).toContain(`id="${id}"`);
    }
  });

  describe('as the server gives it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'staypower-handbook-'));
    let server: Server;
    beforeAll(async () => {
      const nothing = { health: async () => ({}) } as unknown as ServerParts['queries'];
      const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
      server = await startServer(
        { ...WITHOUT_API, queries: nothing, webhooks: Router(), handbookFolder: folder, logger },
        0,
      );
    });
    afterAll(async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('before it is built the answer says how to build it', async () => {
      const response = await fetch(`${server.url}/docs/`);
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('npm run build:docs');
    });

    test('its files stand below /docs, under a policy that allows no script of another place', async () => {
      for (const [name, text] of site) writeFileSync(join(folder, name), text);
      const start = await fetch(`${server.url}/docs`);
      expect([start.status, new URL(start.url).pathname]).toEqual([200, '/docs/']);
      expect(start.headers.get('content-security-policy')).toContain("default-src 'self'");
      const found = await fetch(`${server.url}/docs/search.json`);
      expect(await found.json()).toEqual(JSON.parse(site.get('search.json') ?? ''));
      expect((await fetch(`${server.url}/docs/lost.html`)).status).toBe(404);
    });
  });
});

describe('its reference', () => {
  test('has a page for every command, with its options, its example and those of its parts', () => {
    for (const command of program().commands) {
      const text = site.get(`command-${command.name()}.html`) ?? '';
      expect(text, command.name()).toContain(`staypower ${command.name()}`);
      for (const part of [command, ...command.commands]) {
        for (const { flags } of part.options) expect(text, flags).toContain(`<code>${escapeHtml(flags)}</code>`);
      }
      expect(text, command.name()).toMatch(/<pre tabindex="0"><code>staypower /);
      expect(site.get('commands.html')).toContain(`href="command-${command.name()}.html"`);
    }
    expect(site.get('command-models.html')).toContain('staypower models promote');
  });

  test('has every model that values and churn are told by', () => {
    const names = [...TRANSACTION_MODELS.map(({ name }) => name), 'gamma-gamma'];
    for (const name of names) expect(site.get('models-value.html')).toContain(name);
    for (const name of CHURN_MODELS) expect(site.get('models-churn.html')).toContain(name);
    expect(site.get('models-survival.html')).toContain('Cox');
    expect(site.get('models.html')).toContain('href="models-value.html"');
  });

  const rows = (name: string) => [...(site.get(name) ?? '').matchAll(/<tr>\n<td>/g)].length;

  test('has every field, with its name at both vendors', () => {
    expect(rows('fields.html')).toBe(PROVISIONED_FIELDS.length);
    expect(site.get('fields.html')).toContain(
      '<td><code>staypower_clv_12m</code></td>\n<td><code>Staypower_Clv_12m__c</code></td>',
    );
  });

  test('has every operation of the API', () => {
    expect(rows('api.html')).toBe(OPERATIONS.length);
  });

  test('has settings at every depth, those of a vendor under its name, and what they take', () => {
    const settings = site.get('settings.html');
    const row = (...cells: readonly string[]) => cells.map((cell) => `<td>${cell}</td>`).join('\n');
    expect(settings).toContain(row('<code>server.port</code>', 'integer', '<code>8080</code>'));
    expect(settings).toContain(row('<code>exchangeRates.rates[].rate</code>', 'number', 'required'));
    expect(settings).toContain('<code>connections[hubspot].settings.appId</code>');
    expect(settings).toContain('<code>playbooks[].steps[wait].days</code>');
  });

  test('says the rule of each shipped playbook in words', async () => {
    const shipped = await shippedPlaybooks();
    const text = site.get('playbooks.html') ?? '';
    expect([...text.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id)).toEqual(shipped.map(({ name }) => name));
    expect(text).toContain('10 % of those who enter are held out at random, for good');
  });
});
