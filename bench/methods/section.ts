import type { Json } from '../../core/domain/json.ts';

/** A table of the report: cells are words, or numbers as `format.ts` writes them. */
export interface ReportTable {
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A chart of the report: what it shows in a sentence, and an SVG element. */
export interface ReportChart {
  says: string;
  svg: string;
}

/** What a section measures with. */
export interface Measuring {
  /** Runs one of the section's commands of the product in the folder of the data, and resolves to what it printed as JSON. */
  command(name: string): Promise<unknown>;
  /** Path of a data file. */
  file(name: string): string;
  /** Figures of sections that ran before this one; null where one could not run. */
  figuresOf(id: string): Json | null;
  say(line: string): void;
}

/**
 * One section of the methods report. What `measure` returns is all that its text, tables and charts may say in numbers; it holds no duration
 * and no moment, so that another run on the same code and data gives the same.
 */
export interface Section {
  id: string;
  title: string;
  /** Files of the data folder; without one of them the section does not run, and says so. */
  files: readonly string[];
  /** Commands of the product by name, as arguments of `staypower`. */
  commands: Readonly<Record<string, readonly string[]>>;
  measure(measuring: Measuring): Promise<Json>;
  tables(figures: Json): Readonly<Record<string, ReportTable>>;
  charts(figures: Json): Readonly<Record<string, ReportChart>>;
}

/**
 * A section whose figures have a type of their own. Figures are JSON: what comes back from a file is what was measured.
 */
export function section<Figures extends object>(given: {
  id: string;
  title: string;
  files?: readonly string[];
  commands?: Readonly<Record<string, readonly string[]>>;
  measure(measuring: Measuring): Promise<Figures>;
  tables?(figures: Figures): Readonly<Record<string, ReportTable>>;
  charts?(figures: Figures): Readonly<Record<string, ReportChart>>;
}): Section {
  return {
    id: given.id,
    title: given.title,
    files: given.files ?? [],
    commands: given.commands ?? {},
    measure: async (measuring) => JSON.parse(JSON.stringify(await given.measure(measuring))) as Json,
    tables: (figures) => given.tables?.(figures as unknown as Figures) ?? {},
    charts: (figures) => given.charts?.(figures as unknown as Figures) ?? {},
  };
}
