import { Marked, type Tokens } from 'marked';
import { type HandbookPage, headingId } from './markdown.ts';
import { PICTURE_SIZE, pictureOf } from './pictures.ts';

/** A heading of a page, as a table of contents and a search want it. */
export interface PageHeading {
  id: string;
  text: string;
  depth: number;
}

/** A page of the site, without the frame around it. */
export interface PageHtml {
  body: string;
  headings: readonly PageHeading[];
}

/**
 * Turns a page into HTML. Headings get GitHub's ids, links to other pages lead to their HTML, tables and code may scroll beside a page that does not.
 *
 * @param pageNames pages of the site; a link to another Markdown file is refused
 * @param pictures names of those in the folder "pictures" of the site; a page does without the others
 * @throws Error naming page and link
 */
export function pageHtml(
  page: HandbookPage,
  pageNames: ReadonlySet<string>,
  pictures: ReadonlySet<string> = new Set(),
): PageHtml {
  const headings: PageHeading[] = [];
  const marked = new Marked({
    // An address in a sentence, such as that of a database, is no link: links are written as such.
    tokenizer: { url: () => undefined },
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const id = headingId(text);
        headings.push({ id, text, depth });
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escapeHtml(siteAddress(href, page.name, pageNames))}">${this.parser.parseInline(tokens)}</a>`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        const picture = pictureOf(text);
        if (picture === null) return escapeHtml(text);
        if (!pictures.has(picture.name)) return '';
        const { width, height } = PICTURE_SIZE;
        return `<figure><img src="pictures/${picture.name}.png" alt="${escapeHtml(picture.alt)}" width="${width}" height="${height}" loading="lazy"></figure>\n`;
      },
      // What scrolls has to be reached by keyboard.
      code({ text }: Tokens.Code) {
        return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
      },
    },
  });
  const body = marked
    .parse(page.markdown, { async: false })
    .replaceAll('<table>', '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
  return { body, headings };
}

/** Text as it stands in HTML, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function siteAddress(href: string, from: string, pageNames: ReadonlySet<string>): string {
  const local = /^(?:\.\.\/)?([a-z-]+)\.md(#.*)?$/.exec(href);
  if (local?.[1] !== undefined && pageNames.has(local[1])) return `${local[1]}.html${local[2] ?? ''}`;
  if (/^(?:https:\/\/|#)/.test(href)) return href;
  throw new Error(
    `${from}.md links to "${href}": expected a page of the handbook (${[...pageNames].join(', ')}), a heading or an https address.`,
  );
}
