import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';
import { escapeHtml, htmlPage } from '../../cli/charts.ts';
import type { Json } from '../../core/domain/json.ts';
import { FORMATS } from './format.ts';
import type { ReportChart, ReportTable, Section } from './section.ts';
import { SOURCES } from './sources.ts';

/** What came of a section: its figures, or why there are none. */
export type Outcome = { figures: Json } | { notRun: string };

/** The report: Markdown, one page of HTML with the charts in it, and the charts as files. */
export interface Report {
  markdown: string;
  html: string;
  /** SVG by file name. */
  charts: ReadonlyMap<string, string>;
}

const TEXTS = join(import.meta.dirname, 'text');

/** The text of a section as it is written: prose with placeholders, and no number of its own. */
export function textOf(id: string): string {
  return readFileSync(join(TEXTS, `${id}.md`), 'utf8');
}

/**
 * Fills the texts with figures. A placeholder is `{{path.to.figure | format}}`, `{{table NAME}}`, `{{chart NAME}}` or `{{commands}}`; sources are
 * cited as `[@key]`.
 *
 * @throws Error for a placeholder that names nothing
 */
export function renderReport(sections: readonly Section[], outcomes: ReadonlyMap<string, Outcome>): Report {
  const charts = new Map<string, string>();
  const cited: string[] = [];
  const parts = sections.map((section) => {
    const outcome = outcomes.get(section.id);
    if (!outcome || 'notRun' in outcome) {
      return `## ${section.title}\n\nNot run: ${outcome?.notRun ?? 'not asked for'}.\n`;
    }
    return filled(section, outcome.figures, charts);
  });
  const text = `${textOf('introduction').trim()}\n\n${parts.join('\n')}`.replace(
    /\[@([a-z-]+)\]/g,
    (_, key: string) => {
      if (SOURCES[key] === undefined) throw new Error(`The source "${key}" is not in sources.ts.`);
      if (!cited.includes(key)) cited.push(key);
      return `[${cited.indexOf(key) + 1}]`;
    },
  );
  const sources = cited.map((key, index) => `${index + 1}. ${SOURCES[key]}`);
  const markdown = `${text.trim()}\n\n## Sources\n\n${sources.join('\n')}\n`;
  return { markdown, html: asHtml(markdown, charts), charts };
}

function filled(section: Section, figures: Json, charts: Map<string, string>): string {
  const tables = section.tables(figures);
  const drawn = section.charts(figures);
  return textOf(section.id).replace(/\{\{\s*([^}]+?)\s*\}\}/g, (_, inner: string) => {
    const [kind, name = ''] = inner.split(/\s+/);
    if (inner === 'commands') return commandsOf(section);
    if (kind === 'table') return markdownTable(named(tables, name, section));
    if (kind === 'chart') return chartLink(section.id, name, named(drawn, name, section), charts);
    const [path = '', format] = inner.split('|').map((part) => part.trim());
    return written(valueAt(figures, path, section.id), format, path);
  });
}

function named<T>(all: Readonly<Record<string, T>>, name: string, { id }: Section): T {
  const found = all[name];
  if (found === undefined) throw new Error(`${id}.md asks for "${name}"; there are ${Object.keys(all).join(', ')}.`);
  return found;
}

function valueAt(figures: Json, path: string, id: string): Json {
  return path.split('.').reduce<Json>((at, key) => {
    const next = (at as Readonly<Record<string, Json>> | null)?.[key];
    if (next === undefined) throw new Error(`${id}.md asks for "${path}", and there is no "${key}" in it.`);
    return next;
  }, figures);
}

function written(value: Json, format: string | undefined, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || format === undefined || !(format in FORMATS)) {
    throw new Error(`"${path}" is ${JSON.stringify(value)}: expected text, or a number with a format of format.ts.`);
  }
  return FORMATS[format as keyof typeof FORMATS](value);
}

function commandsOf({ id, commands }: Section): string {
  const quoted = (word: string) => (/[^\w./=-]/.test(word) ? `"${word}"` : word);
  const lines = [
    `npm run methods -- --only ${id}`,
    ...Object.values(commands).map((args) => `staypower ${args.map(quoted).join(' ')}`),
  ];
  return `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;
}

function markdownTable({ header, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((each) => each.replaceAll('|', '\\|')).join(' | ')} |`;
  const isNumber = header.map((_, column) => rows.every((row) => !/[a-z]{2}/i.test(row[column] ?? '')));
  return [line(header), line(isNumber.map((each) => (each ? '--:' : ':--'))), ...rows.map(line)].join('\n');
}

function chartLink(id: string, name: string, { says, svg }: ReportChart, charts: Map<string, string>): string {
  const file = `${id}-${name}.svg`;
  charts.set(file, svg);
  return `![${says}](charts/${file})\n\n*${says}*`;
}

function asHtml(markdown: string, charts: ReadonlyMap<string, string>): string {
  const marked = new Marked({
    renderer: {
      image: ({ href, text }) => {
        const svg = charts.get(href.replace('charts/', ''));
        if (svg === undefined) throw new Error(`The page asks for ${href}, which was not drawn.`);
        return svg.replace('<svg ', `<svg role="img" aria-label="${escapeHtml(text)}" `);
      },
    },
  });
  const [, title = '', body = ''] = /^# (.+)\n([\s\S]*)$/.exec(markdown) ?? [];
  return htmlPage(title, [marked.parse(body, { async: false })]);
}
