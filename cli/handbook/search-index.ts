import type { HandbookPage } from './markdown.ts';
import { headingId } from './markdown.ts';

/** A part of a page that a search finds: a heading and what stands below it, up to the next one. */
export interface SearchEntry {
  page: string;
  heading: string;
  /** Relative address. */
  href: string;
  /** Plain text, one line. */
  text: string;
}

/** What can be found on some pages, in their order: `search.js` reads it. */
export function searchIndex(pages: readonly HandbookPage[]): readonly SearchEntry[] {
  return pages.flatMap((page) =>
    sections(page.markdown).map(({ heading, text }) => ({
      page: page.title,
      heading,
      href: `${page.name}.html#${headingId(heading)}`,
      text,
    })),
  );
}

/** Lines that begin with "#" inside a code block are comments, not headings. */
function sections(markdown: string): readonly { heading: string; text: string }[] {
  const found: { heading: string; lines: string[] }[] = [];
  let inCode = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const heading = inCode ? undefined : /^#{1,6} (.+)$/.exec(line)?.[1];
    if (heading !== undefined) found.push({ heading, lines: [] });
    else found.at(-1)?.lines.push(line);
  }
  return found.map(({ heading, lines }) => ({ heading, text: plain(lines.join(' ')) }));
}

function plain(markdown: string): string {
  return markdown
    .replace(/<!--.*?-->/g, ' ')
    .replace(/```\w*/g, ' ')
    .replace(/\]\([^)]*\)/g, '')
    .replace(/[`*|[]|-{3,}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
