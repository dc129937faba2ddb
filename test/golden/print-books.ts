import { BOOKS, EXAMPLES, simulatedExamples, simulatedRows } from './simulated-rows.ts';

/** Prints the simulated books as JSON, for figures.py: node test/golden/print-books.ts | python3 test/golden/figures.py */
process.stdout.write(
  JSON.stringify({
    books: Object.fromEntries(
      Object.entries(BOOKS).map(([name, book]) => [name, { extra: book.extra, rows: simulatedRows(book) }]),
    ),
    examples: simulatedExamples(EXAMPLES.seed, EXAMPLES.count),
  }),
);
