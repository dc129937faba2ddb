import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../core/domain/errors.ts';
import { firstYaml, secretLines, VENDORS, type Vendor } from './first-files.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';

/** `staypower init` */
export function initCommand(): Command {
  const command = new Command('init')
    .description('Write a first staypower.yaml and a .env.example here. Overwrites nothing.')
    .addOption(
      new Option('--connect <vendors...>', 'vendors to connect, the most trusted first')
        .choices(VENDORS)
        .default([...VENDORS]),
    )
    .option('--currency <code>', 'reporting currency', 'USD')
    .option('--time-zone <zone>', 'IANA time zone of the calendar days', 'UTC')
    .option('--json', 'one line of JSON on stdout')
    .action(async (options: { connect: readonly Vendor[]; currency: string; timeZone: string; json?: boolean }) => {
      const files = [
        {
          path: resolve('staypower.yaml'),
          text: firstYaml({ ...options, workspace: 'default', vendors: options.connect }),
        },
        { path: resolve('.env.example'), text: environmentOf(options.connect) },
      ];
      const there = files.filter(({ path }) => existsSync(path));
      if (there.length > 0) {
        throw new ConfigError(
          there.map(({ path }) => ({
            path,
            expected: 'no such file yet',
            remedy: 'Edit it, or move it away and run init again.',
          })),
        );
      }
      for (const { path, text } of files) await writeFile(path, text, { flag: 'wx' });
      if (options.json) return printJson({ files: files.map(({ path }) => path) });
      print(
        ...files.map(({ path }) => `Wrote ${path}`),
        'Next: put the secrets of .env.example into the environment, then "staypower check" and "staypower provision --dry-run".',
      );
    });
  return example(command, 'staypower init --connect salesforce hubspot --currency EUR --time-zone Europe/Berlin');
}

function environmentOf(vendors: readonly Vendor[]): string {
  return [
    '# Copy what you need into the environment. A variable that is set must not be empty.',
    ...secretLines(vendors),
    '',
    '# For "staypower connect": the key that encrypts tokens in the store (openssl rand -base64 32). Keep it elsewhere than the store.',
    '# STAYPOWER_KEY=',
    '',
    '# PostgreSQL for production; without it a folder on disk is the store (one process, for trial).',
    '# DATABASE_URL=postgres://user:password@host:5432/staypower',
    '',
  ].join('\n');
}
