import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HandbookPage, readHandbook } from './markdown.ts';
import { escapeHtml, type PageHeading, pageHtml } from './page-html.ts';
import { PICTURES_FOLDER, picturesThere } from './pictures.ts';
import { referencePages } from './reference.ts';
import { searchIndex } from './search-index.ts';

const DOCS_FOLDER = join(import.meta.dirname, '../../docs');
const SITE_FOLDER = join(DOCS_FOLDER, 'dist');
/** Order of the menu: who reads most comes first. A page that is not named here comes after these. */
const MENU = ['tour', 'rep', 'manager', 'admin', 'operator'];

/** The handbook as files of a static site, by name, but for its pictures. No script or style stands in a page: the server's content security policy forbids it. */
export async function handbookSite(): Promise<ReadonlyMap<string, string>> {
  const written = readHandbook().toSorted((a, b) => placeOf(a) - placeOf(b));
  const pages = [...written, ...besidePages(), ...methodsPage(), ...(await referencePages())];
  const names = new Set(pages.map(({ name }) => name));
  const pictures = new Set(picturesThere());
  const asset = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
  return new Map([
    ['index.html', frame({ title: 'Handbook', body: welcome(pages), headings: [], pages, current: 'index' })],
    ...pages.map((page): [string, string] => [
      `${page.name}.html`,
      frame({ title: page.title, ...pageHtml(page, names, pictures), pages, current: page.name }),
    ]),
    ...methodsCharts(),
    ['search.json', JSON.stringify(searchIndex(pages))],
    ['search.js', asset('search.js')],
    ['site.css', asset('site.css')],
  ]);
}

function placeOf({ name }: HandbookPage): number {
  const place = MENU.indexOf(name);
  return place < 0 ? MENU.length : place;
}

/** Not of the handbook, but what its pages refer to. */
function besidePages(): readonly HandbookPage[] {
  const read = (name: string) => readFileSync(join(DOCS_FOLDER, `${name}.md`), 'utf8');
  return [
    { name: 'bi', title: 'Reports and data warehouses', markdown: read('bi') },
    { name: 'editions', title: 'What works in which edition', markdown: read('editions') },
  ];
}

const METHODS_FOLDER = join(DOCS_FOLDER, 'methods');

/** The methods report, where `npm run methods` wrote one. */
function methodsPage(): readonly HandbookPage[] {
  const file = join(METHODS_FOLDER, 'methods.md');
  if (!existsSync(file)) return [];
  // The site has no folders: its charts lie beside its pages.
  const markdown = readFileSync(file, 'utf8').replaceAll('](charts/', '](methods-');
  return [{ name: 'methods', title: 'Methods and measurements', markdown }];
}

/** Its charts, by the name that the page asks for. */
function methodsCharts(): readonly [string, string][] {
  const folder = join(METHODS_FOLDER, 'charts');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => [`methods-${file}`, readFileSync(join(folder, file), 'utf8')]);
}

/** The start page: what each page is for, in its own first words. */
function welcome(pages: readonly HandbookPage[]): string {
  const items = inMenu(pages).map(({ name, title, markdown }) => {
    const first = markdown.split('\n\n')[1] ?? '';
    return `<li class="card"><a href="${name}.html">${escapeHtml(title)}</a><p>${escapeHtml(firstSentences(first))}</p></li>`;
  });
  return `<h1>Staypower handbook</h1>\n<ul class="welcome">\n${items.join('\n')}\n</ul>\n`;
}

function firstSentences(paragraph: string): string {
  const sentences = paragraph
    .replaceAll('`', '')
    .replace(/\s+/g, ' ')
    .split(/(?<=\.) /);
  return sentences.slice(0, 2).join(' ');
}

function inMenu(pages: readonly HandbookPage[]): readonly HandbookPage[] {
  return pages.filter(({ below }) => below === undefined);
}

interface Framed {
  title: string;
  body: string;
  headings: readonly PageHeading[];
  pages: readonly HandbookPage[];
  /** Name of the page. */
  current: string;
}

function frame({ title, body, headings, pages, current }: Framed): string {
  const below = pages.find(({ name }) => name === current)?.below;
  const menu = inMenu(pages)
    .map(({ name, title: label }) => {
      // Of a page that stands below another, the other is marked as the part that one is in.
      const here = name === current ? ' aria-current="page"' : name === below ? ' aria-current="true"' : '';
      return `<li><a href="${name}.html"${here}>${escapeHtml(label)}</a></li>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Staypower</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="site.css">
<script src="search.js" defer></script>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<a class="home" href="index.html">Staypower handbook</a>
<form id="search" role="search" hidden>
<label>Search <input type="search" autocomplete="off"></label>
<output id="found-count"></output>
<ul id="found" hidden></ul>
</form>
</header>
<div class="page">
<nav aria-label="Pages">
<ul>
${menu}
</ul>
</nav>
<main id="content">
${contents(headings)}${body}</main>
</div>
</body>
</html>
`;
}

/** The questions of a page, folded above it. */
function contents(headings: readonly PageHeading[]): string {
  const parts = headings.filter(({ depth }) => depth === 2);
  if (parts.length < 3) return '';
  const items = parts.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text.replaceAll('`', ''))}</a></li>`);
  return `<details class="contents"><summary>On this page</summary>\n<ul>\n${items.join('\n')}\n</ul>\n</details>\n`;
}

if (import.meta.main) {
  rmSync(SITE_FOLDER, { recursive: true, force: true });
  mkdirSync(SITE_FOLDER, { recursive: true });
  for (const [name, text] of await handbookSite()) writeFileSync(join(SITE_FOLDER, name), text);
  mkdirSync(join(SITE_FOLDER, 'pictures'));
  for (const name of picturesThere()) {
    copyFileSync(join(PICTURES_FOLDER, `${name}.png`), join(SITE_FOLDER, 'pictures', `${name}.png`));
  }
}
