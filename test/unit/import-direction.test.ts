import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Which top folders a folder may import. `config` means config/ without wiring.ts, which alone may import everything. */
const allowed: Record<string, readonly string[]> = {
  core: ['core'],
  connectors: ['connectors', 'core/ports', 'core/domain'],
  webhooks: ['webhooks', 'core/ports', 'core/domain'],
  sandbox: ['sandbox'],
  config: ['config', 'core', 'connectors', 'webhooks'],
};

const vendors = ['salesforce', 'hubspot', 'segment', 'csv'];

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    if (name === 'node_modules') return [];
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map((match) => relative(root, resolve(dirname(file), match[1] ?? '')));
}

describe('import direction', () => {
  for (const [folder, targets] of Object.entries(allowed)) {
    it(`${folder} imports only ${targets.join(', ')}`, () => {
      const wrong: string[] = [];
      for (const file of sourceFiles(join(root, folder))) {
        for (const target of importsOf(file)) {
          if (!targets.some((prefix) => target.startsWith(`${prefix}/`)))
            wrong.push(`${relative(root, file)} -> ${target}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }

  it('sibling vendors never import each other', () => {
    const wrong: string[] = [];
    for (const vendor of vendors) {
      for (const file of sourceFiles(join(root, 'connectors', vendor))) {
        for (const target of importsOf(file)) {
          if (vendors.some((other) => other !== vendor && target.startsWith(`connectors/${other}/`))) {
            wrong.push(`${relative(root, file)} -> ${target}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('only config/wiring.ts, the command line and tests know every folder', () => {
    const wrong = sourceFiles(join(root, 'config'))
      .filter((file) => !file.endsWith('wiring.ts'))
      .flatMap((file) => importsOf(file).map((target) => `${relative(root, file)} -> ${target}`))
      .filter((line) => line.includes('-> webhooks/'));
    expect(wrong).toEqual([]);
  });
});
