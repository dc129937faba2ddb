import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HandbookPage } from './markdown.ts';

const CORE_FOLDER = join(import.meta.dirname, '../../core');

/** Pages about models, by the folder whose README each is. */
const FAMILIES = [
  { name: 'value', folder: 'models/clv' },
  { name: 'churn', folder: 'models/churn' },
  { name: 'survival', folder: 'models/survival' },
  { name: 'trees', folder: 'models/trees' },
  { name: 'engagement', folder: 'engagement' },
  { name: 'segments', folder: 'segments' },
  { name: 'explanations', folder: 'explain' },
  { name: 'backtest', folder: 'backtest' },
  { name: 'learning', folder: 'learning' },
  { name: 'planning', folder: 'planning' },
] as const;

/** What is assumed, when not to use it, from which paper and how it was checked: the text that lies with the sources of each family. */
export function modelPages(): readonly HandbookPage[] {
  const families = FAMILIES.map(({ name, folder }): HandbookPage => {
    const markdown = readFileSync(join(CORE_FOLDER, folder, 'README.md'), 'utf8').trim();
    return {
      name: `models-${name}`,
      title: /^# (.+)/.exec(markdown)?.[1] ?? name,
      below: 'models',
      markdown: `${markdown}\n\nAll of them: [Models](models.md).`,
    };
  });
  const links = families.map(({ name, title, markdown }) =>
    `- [${title}](${name}.md). ${firstSentence(markdown)}`.trimEnd(),
  );
  const list: HandbookPage = {
    name: 'models',
    title: 'Models',
    markdown: [
      '# Models',
      'What scores are made by: the assumptions of each model in plain words, when not to use it, the paper it is from, and how it was checked. What was chosen for your book, and how well it does there, is on the page Models of the console.',
      links.join('\n'),
    ].join('\n\n'),
  };
  return [list, ...families];
}

/** Empty where the text begins with a list. */
function firstSentence(markdown: string): string {
  const paragraph = (markdown.split('\n\n')[1] ?? '').replace(/\s+/g, ' ');
  if (paragraph.startsWith('- ')) return '';
  return /^.*?[.:](?= |$)/.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph;
}
