import { InvalidArgumentError } from 'commander';

/** Reads a whole number of zero or more from an option. */
export function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number of zero or more.');
  return Number(text);
}
