import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of the handbook as it is written. */
export interface HandbookPage {
  /** File name without ".md". */
  name: string;
  title: string;
  markdown: string;
  /** The page in whose place it stands in the menu; its own when absent. */
  below?: string;
}

/** Where the pages are. */
export const HANDBOOK_FOLDER = join(import.meta.dirname, '../../docs/handbook');

/** Every page of the handbook, by name. */
export function readHandbook(): readonly HandbookPage[] {
  return readdirSync(HANDBOOK_FOLDER)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const markdown = readFileSync(join(HANDBOOK_FOLDER, file), 'utf8');
      return { name: file.slice(0, -'.md'.length), title: /^# (.+)/.exec(markdown)?.[1] ?? file, markdown };
    });
}

/** The id of a heading as GitHub makes it, so that one link works there and on the site. */
export function headingId(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}
