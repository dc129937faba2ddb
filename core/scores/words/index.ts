import { english } from './english.ts';
import { german } from './german.ts';
import { recordEnglish } from './record-english.ts';
import { recordGerman } from './record-german.ts';
import type { RecordWords } from './record-words.ts';
import type { Sentences } from './words.ts';

export type { Sentences, Statement } from './words.ts';
export { say } from './words.ts';

/** Languages scores can speak; another one is two files, like english.ts and record-english.ts, and a line below each. */
export const LANGUAGES = ['en', 'de'] as const;

const SENTENCES: Readonly<Record<(typeof LANGUAGES)[number], Sentences>> = { en: english, de: german };

/** The sentences of a language. */
export function sentencesOf(language: (typeof LANGUAGES)[number]): Sentences {
  return SENTENCES[language];
}

const RECORD_WORDS: Readonly<Record<(typeof LANGUAGES)[number], RecordWords>> = { en: recordEnglish, de: recordGerman };

/** What a record says around its scores, in a language. */
export function recordWordsOf(language: (typeof LANGUAGES)[number]): RecordWords {
  return RECORD_WORDS[language];
}
