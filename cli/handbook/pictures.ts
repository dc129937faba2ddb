import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readHandbook } from './markdown.ts';

/**
 * Where the browser walk puts a picture of each page of the console, by the page's name. None is kept with the sources: a site has those of
 * the last walk, and none where none was walked.
 */
export const PICTURES_FOLDER = join(import.meta.dirname, '../../console/screenshots/handbook');

/** Size of a picture in pixels. */
export const PICTURE_SIZE = { width: 1440, height: 900 } as const;

/** A picture in a page's Markdown: a comment, so that it is not seen where there are no pictures. */
const MARK = /<!-- picture: ([a-z-]+): ([^>]+?) -->/g;

/** A picture that a page asks for. */
interface NamedPicture {
  /** Of the handbook. */
  page: string;
  /** Of the console's page. */
  name: string;
  /** What is to be seen on it, for who does not see it. */
  alt: string;
}

/** The picture that a comment asks for; null for another comment. */
export function pictureOf(comment: string): Pick<NamedPicture, 'name' | 'alt'> | null {
  const [found] = comment.matchAll(MARK);
  return found ? { name: found[1] ?? '', alt: found[2] ?? '' } : null;
}

/** Every picture that the handbook asks for. */
export function picturesNamed(): readonly NamedPicture[] {
  return readHandbook().flatMap(({ name: page, markdown }) =>
    [...markdown.matchAll(MARK)].map(([, name = '', alt = '']) => ({ page, name, alt })),
  );
}

/** Those that there are, by name, without repeats. */
export function picturesThere(): readonly string[] {
  const names = new Set(picturesNamed().map(({ name }) => name));
  return [...names].filter((name) => existsSync(join(PICTURES_FOLDER, `${name}.png`)));
}
