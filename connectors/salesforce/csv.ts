import { parse } from 'csv-parse';

/** Rows of a CSV text by the names of its header, one after another: the text is in memory, its rows are not. */
export async function* readCsv(text: string): AsyncGenerator<Readonly<Record<string, string>>> {
  for await (const row of parse(text, { columns: true })) yield row as Record<string, string>;
}

/** One line of CSV with its line feed. Cells with commas, quotes or line ends are quoted. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
