import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { measureSections } from './measure.ts';
import { type Outcome, renderReport } from './render.ts';
import type { Section } from './section.ts';
import { SECTIONS, TOLD } from './sections/index.ts';

const REPORT = resolve(import.meta.dirname, '../../docs/methods');
const DATA = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');

interface Options {
  only?: readonly string[];
  json?: boolean;
  without?: readonly string[];
  cached?: boolean;
}

const command = new Command('methods')
  .description(
    'Measures everything that docs/methods says and writes it anew: Markdown, one page of HTML, the charts, and the figures as JSON. With --only nothing is written: the sections are printed.',
  )
  .option('--only <sections...>', `some of ${SECTIONS.map(({ id }) => id).join(', ')}`)
  .option('--without <sections...>', 'leaves these out, which the report then says')
  .option('--cached', 'takes what an earlier run found for a section on the same files (while texts are written)')
  .option('--json', 'the figures on stdout, nothing else there')
  .addHelpText(
    'after',
    '\nThe public data is read from ../shared/data, or STAYPOWER_DATA_DIR; what is not there is said in the report.\n\nExample:\n  npm run methods\n  npm run methods -- --only trials --json',
  )
  .action(run);

async function run(options: Options): Promise<void> {
  const chosen = options.only ? SECTIONS.filter(({ id }) => options.only?.includes(id)) : SECTIONS;
  const unknown = [...(options.only ?? []), ...(options.without ?? [])].filter(
    (id) => !SECTIONS.some((section) => section.id === id),
  );
  if (unknown.length > 0) {
    command.error(`There is no section ${unknown.join(', ')}: choose of ${SECTIONS.map(({ id }) => id).join(', ')}.`);
  }
  const outcomes = await measureSections(chosen, {
    dataFolder: DATA,
    without: options.without ?? [],
    cached: options.cached === true,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const told = TOLD.flatMap((id) => chosen.find((section) => section.id === id) ?? []);
  const { markdown, html, charts } = renderReport(told, outcomes);
  const results = `${JSON.stringify(Object.fromEntries(outcomes), null, 1)}\n`;
  if (options.json) process.stdout.write(`${JSON.stringify(Object.fromEntries(outcomes))}\n`);
  if (options.only) {
    if (!options.json) process.stdout.write(markdown);
    return;
  }
  writeReport({ told, outcomes, markdown, html, charts, results });
}

function writeReport(given: {
  told: readonly Section[];
  outcomes: ReadonlyMap<string, Outcome>;
  markdown: string;
  html: string;
  charts: ReadonlyMap<string, string>;
  results: string;
}): void {
  rmSync(REPORT, { recursive: true, force: true });
  mkdirSync(join(REPORT, 'charts'), { recursive: true });
  writeFileSync(join(REPORT, 'methods.md'), given.markdown);
  writeFileSync(join(REPORT, 'methods.html'), given.html);
  writeFileSync(join(REPORT, 'results.json'), given.results);
  for (const [name, svg] of given.charts) writeFileSync(join(REPORT, 'charts', name), svg);
}

await command.parseAsync();
