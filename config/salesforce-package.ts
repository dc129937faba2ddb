import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { apiNameOf } from '../connectors/salesforce/mapping.ts';
import { packageMetadata } from '../connectors/salesforce/package-metadata.ts';
import { REMOVABLE_FIELDS } from '../core/playbooks/provisioned-fields.ts';
import { RECORD_FACTS } from '../core/scores/record-view.ts';

const ROOT = join(import.meta.dirname, '..');
/** Where the package's metadata is. */
export const PACKAGE_FOLDER = join(ROOT, 'connectors/salesforce/package/force-app/main/default');
/** In this order they are one module: what a later one imports from an earlier one is in it already. */
const VIEW_SOURCES = [
  'record-view',
  'words/names-english',
  'words/record-english',
  'words/names-german',
  'words/record-german',
] as const;
const VIEW_FILE = 'lwc/staypowerRecordView/staypowerRecordView.js';

/**
 * Every file of the Salesforce package that is made of the product's own sources, by its path below PACKAGE_FOLDER: metadata of the fields,
 * and the record view with its words, which the component runs in the browser.
 */
export function generatedPackageFiles(): ReadonlyMap<string, string> {
  return new Map([...packageMetadata(REMOVABLE_FIELDS), [VIEW_FILE, viewModule()]]);
}

/** Of the same sources as on the server, without their types, so that card and component cannot say different things. */
function viewModule(): string {
  const names = RECORD_FACTS.map((name) => `  ${name}: '${apiNameOf({ name })}',`);
  const text = [
    '/** Made of core/scores/record-view.ts and core/scores/words by "npm run build:salesforce-package". Change nothing here. */',
    ...VIEW_SOURCES.map((name) => untyped(`core/scores/${name}.ts`)),
    '/** API names of the fields that a record shows. */',
    `export const FIELD_NAMES = {\n${names.join('\n')}\n};`,
    '/** Words in the language of a reader ("de", "en-GB"); English where there are none in it. */',
    `export function wordsOf(language) {\n  return language.startsWith('de') ? recordGerman : recordEnglish;\n}\n`,
  ].join('\n');
  return execFileSync('biome', ['format', `--stdin-file-path=${join(PACKAGE_FOLDER, VIEW_FILE)}`], {
    input: text,
    encoding: 'utf8',
    cwd: ROOT,
  });
}

function untyped(file: string): string {
  const text = stripTypeScriptTypes(readFileSync(join(ROOT, file), 'utf8'));
  return (
    text
      .replace(/^import .*;\n/gm, '')
      // What was said about a type that is gone.
      .replace(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/[ \t]*\n(?:[ \t]*\n)+/g, '')
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}

if (import.meta.main) {
  for (const [path, text] of generatedPackageFiles()) {
    const file = join(PACKAGE_FOLDER, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
