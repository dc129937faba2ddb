import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Json } from '../../core/domain/json.ts';
import type { Outcome } from './render.ts';
import type { Section } from './section.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/staypower-methods');

/** How to measure. */
export interface MeasureOptions {
  /** Folder of the public data. */
  dataFolder: string;
  /** Ids of sections that are left out, which the report says. */
  without: readonly string[];
  /** Takes what an earlier run found on the same files by the same section; a plain run measures everything anew. */
  cached: boolean;
  say(line: string): void;
}

/** Runs sections one after the other. A section whose data is not there does not run, and says what is missing. */
export async function measureSections(
  sections: readonly Section[],
  options: MeasureOptions,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const section of sections) {
    const begun = performance.now();
    const outcome = await measure(section, outcomes, options);
    outcomes.set(section.id, outcome);
    const took = `${((performance.now() - begun) / 1_000).toFixed(0)} s`;
    options.say(`${section.id}: ${'notRun' in outcome ? `not run, ${outcome.notRun}` : took}`);
  }
  return outcomes;
}

async function measure(
  section: Section,
  earlier: ReadonlyMap<string, Outcome>,
  { dataFolder, without, cached, say }: MeasureOptions,
): Promise<Outcome> {
  if (without.includes(section.id)) return { notRun: 'left out of this run' };
  const file = (name: string) => join(dataFolder, name);
  const missing = section.files.filter((name) => !existsSync(file(name)));
  if (missing.length > 0) return { notRun: `no ${missing.join(', ')} in the folder of the data (STAYPOWER_DATA_DIR)` };
  const kept = join(CACHE, `${section.id}-${fingerprint(section, dataFolder)}.json`);
  // What reads other sections is made anew: it costs nothing.
  const mayKeep = section.id !== 'asked';
  if (cached && mayKeep && existsSync(kept)) return { figures: JSON.parse(readFileSync(kept, 'utf8')) as Json };
  const figures = await section.measure({
    file,
    say,
    figuresOf: (id) => {
      const found = earlier.get(id);
      return found && 'figures' in found ? found.figures : null;
    },
    command: (name) => {
      const args = section.commands[name];
      if (!args) throw new Error(`The section ${section.id} has no command ${name}.`);
      say(`staypower ${args.join(' ')}`);
      return runCommand(args, dataFolder);
    },
  });
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(kept, JSON.stringify(figures));
  return { figures };
}

/** Of what a section reads: its files, its commands and its own source. */
function fingerprint({ id, files, commands }: Section, dataFolder: string): string {
  const hash = createHash('sha256').update(JSON.stringify(commands));
  for (const name of files) hash.update(readFileSync(join(dataFolder, name)));
  hash.update(readFileSync(join(import.meta.dirname, 'sections', `${id}.ts`)));
  return hash.digest('hex').slice(0, 16);
}

/** Runs a command of the product in a process of its own, in the folder of the data, and reads the JSON it prints. */
async function runCommand(args: readonly string[], folder: string): Promise<unknown> {
  const child = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args, '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  const text = Buffer.concat(parts).toString('utf8');
  if (code !== 0) throw new Error(`staypower ${args.join(' ')} ended with ${code}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
