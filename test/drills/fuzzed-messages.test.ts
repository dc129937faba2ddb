import { describe, it } from 'vitest';
import { fuzzReader, fuzzVerifier, READERS } from '../support/fuzz-verifiers.ts';
import { VERIFIERS } from '../support/verifiers.ts';

const RUNS = 100_000;

describe('a hundred thousand fuzzed messages', () => {
  it.each(VERIFIERS)('$name refuses them and never breaks', (by) => fuzzVerifier(by, RUNS));

  it.each(Object.entries(READERS))('%s are read or refused, and never break the reader', (_, read) => {
    for (const { body } of VERIFIERS) fuzzReader(read, Math.ceil(RUNS / VERIFIERS.length), body);
  });
});
