import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureSections } from '../../bench/methods/measure.ts';
import { type Outcome, renderReport, textOf } from '../../bench/methods/render.ts';
import { SECTIONS, TOLD } from '../../bench/methods/sections/index.ts';

const REPORT = resolve(import.meta.dirname, '../../docs/methods');
const data = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const committed = (): ReadonlyMap<string, Outcome> =>
  new Map(Object.entries(JSON.parse(readFileSync(join(REPORT, 'results.json'), 'utf8')) as Record<string, Outcome>));
const told = TOLD.map((id) => {
  const section = SECTIONS.find((each) => each.id === id);
  if (!section) throw new Error(`There is no section ${id}.`);
  return section;
});

describe('the methods report', () => {
  it.each(['introduction', ...TOLD])('%s.md has no digit of its own: every number is a placeholder', (id) => {
    const prose = textOf(id)
      .replace(/```[\s\S]*?```/g, '')
      .replace(/\{\{[^}]*\}\}/g, '')
      .replace(/`[^`\n]*`/g, '')
      .replace(/\[@[a-z-]+\]/g, '')
      // A name, not a figure.
      .replaceAll('CNBD-k', '');
    expect(prose.match(/\d[\d.,]*/g) ?? []).toEqual([]);
  });

  it('refuses a placeholder that names nothing', () => {
    const [section] = told.filter(({ id }) => id === 'trials');
    if (!section) throw new Error('There is no section trials.');
    expect(() => renderReport([section], new Map([['trials', { figures: { planted: [] } }]]))).toThrow(/runs/);
  });

  it('says of a section that could not run what was missing, and shows no figure of it', async () => {
    const [section] = told.filter(({ id }) => id === 'survival');
    if (!section) throw new Error('There is no section survival.');
    const outcomes = await measureSections([section], {
      dataFolder: '/nowhere',
      without: [],
      cached: true,
      say: () => {},
    });
    const { markdown } = renderReport([section], outcomes);
    expect(markdown).toContain('Not run: no rossi.csv, waltons.csv');
    expect(markdown.split('## Survival')[1]?.split('## Sources')[0]).not.toContain('|');
  });

  it('is, as committed, what its results say, with every chart it shows', () => {
    const { markdown, charts } = renderReport(told, committed());
    expect(readFileSync(join(REPORT, 'methods.md'), 'utf8')).toBe(markdown);
    expect(readdirSync(join(REPORT, 'charts')).sort()).toEqual([...charts.keys()].sort());
  });

  describe.each(['trials', 'engagement'])('%s', (id) => {
    it('as committed has the figures of a fresh run', { timeout: 300_000 }, async ({ skip }) => {
      const section = told.find((each) => each.id === id);
      if (!section) throw new Error(`There is no section ${id}.`);
      if (section.files.some((file) => !existsSync(join(data, file)))) {
        return skip(`no ${section.files.join(', ')}; set STAYPOWER_DATA_DIR`);
      }
      const fresh = await measureSections([section], { dataFolder: data, without: [], cached: false, say: () => {} });
      expect(fresh.get(id)).toEqual(committed().get(id));
    });
  });
});
