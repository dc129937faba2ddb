import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { openWorkspace } from '../config/wiring.ts';
import { DataError } from '../core/domain/errors.ts';
import { sourceRank } from '../core/pipeline/cycle.ts';
import { createBook } from '../core/store/book.ts';
import { customersCsv } from '../webhooks/api/customers-csv.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';

/** `staypower export`: every customer with its scores of today as a CSV file. */
export function exportCommand(): Command {
  const command = workspaceOptions(
    new Command('export').description(
      'Every customer with its scores as a CSV file, for reports and data warehouses; the same columns as /v1/customers.csv.',
    ),
  )
    .requiredOption('--output <file>', 'where to; a file that is there is replaced once the new one is whole')
    .action(async (options: WorkspaceOptions & { output: string }) => {
      const context = await commandContext(options);
      const { config, clock, json } = context;
      const open = await openWorkspace(config, context, { withConnectors: false });
      try {
        const rank = sourceRank(config.connections.map(({ id }) => ({ connectionId: id })));
        const book = createBook(open.workspace.database, { clock, rank });
        const customers = await book.count({});
        if (customers === 0) {
          throw new DataError({
            field: 'scores',
            expected: `scored customers in workspace "${config.workspace}"`,
            remedy: 'run "staypower run" first',
          });
        }
        await replace(options.output, customersCsv(book, {}, { order: 'name', descending: false }));
        if (json) printJson({ file: options.output, customers });
        else print(`${customers} customers are written to ${options.output}.`);
      } finally {
        await open.close();
      }
    });
  return example(command, 'staypower export --output scores.csv');
}

/** Who reads the file while it is made sees the one before, whole. */
async function replace(file: string, lines: AsyncIterable<string>): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(lines), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
