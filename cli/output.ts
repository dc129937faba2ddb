import { ConfigError, StaypowerError } from '../core/domain/errors.ts';

/** One line of JSON, alone on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Text for a person, on stdout. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Text beside the result: on stderr, so that stdout stays the result's. */
export function tell(...lines: readonly string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** A table with aligned columns; numbers to the right. Cells are cut at 60 characters. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => clip(String(cell))));
  const widths = header.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Says what went wrong and what to do, and returns the exit code. */
export function reportError(error: unknown, json: boolean): number {
  const known = error instanceof StaypowerError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    printJson({
      error: {
        code: known ? error.code : 'internal',
        message,
        ...(error instanceof ConfigError && { problems: error.problems }),
      },
    });
  }
  tell(known ? message : `Something unexpected happened: ${message}`);
  if (!known && error instanceof Error && process.env['LOG_LEVEL'] === 'debug') tell(error.stack ?? '');
  if (!known) tell('Run the command again with LOG_LEVEL=debug to see where, and report it with that output.');
  return 1;
}
