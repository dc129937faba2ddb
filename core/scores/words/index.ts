import { english } from './english.ts';
import { german } from './german.ts';
import type { Sentences } from './words.ts';

export type { Sentences, Statement } from './words.ts';
export { say } from './words.ts';

/** Languages scores can speak; another one is another file like english.ts and a line here. */
export const LANGUAGES = ['en', 'de'] as const;

const SENTENCES: Readonly<Record<(typeof LANGUAGES)[number], Sentences>> = { en: english, de: german };

/** The sentences of a language. */
export function sentencesOf(language: (typeof LANGUAGES)[number]): Sentences {
  return SENTENCES[language];
}
