import { Command, Option } from 'commander';
import type { WiringContext } from '../config/wiring.ts';
import { type OpenWorkspace, openWorkspace } from '../config/wiring.ts';
import { createCsv, csvSettingsSchema } from '../connectors/csv/index.ts';
import { createSegmentReader, segmentSettingsSchema } from '../connectors/segment/index.ts';
import { DataError } from '../core/domain/errors.ts';
import { cycle, type OnStep } from '../core/pipeline/cycle.ts';
import type { Connector } from '../core/ports/connector.ts';
import { bookCounts } from '../core/store/queries.ts';
import { listQuarantine } from '../core/store/replay.ts';
import { type CommandContext, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { type ArchiveReport, importArchive } from './import-archive.ts';
import { print, printJson, tell } from './output.ts';
import { createProgress } from './progress.ts';
import { example } from './steps.ts';

const KINDS = ['transactions', 'contacts', 'segment'] as const;

interface ImportOptions extends WorkspaceOptions {
  kind: (typeof KINDS)[number];
  columns?: Record<string, string>;
  delimiter: string;
  connection?: string;
}

/** Faulty rows that are shown; all of them wait in quarantine. */
const FAULTS_SHOWN = 10;

/** `staypower import FILE` */
export function importCommand(): Command {
  const command = workspaceOptions(
    new Command('import')
      .description(
        'Bring in contacts or transactions from a CSV file, or the history of Segment from its archive. Again changes nothing.',
      )
      .argument(
        '<file...>',
        'one CSV file; or files and folders of newline-delimited JSON of Segment, as its S3 destination lays them down; gzip allowed',
      ),
  )
    .addOption(new Option('--kind <kind>', 'what the file holds').choices(KINDS).default('transactions'))
    .option('--columns <list>', 'columns by what they hold, e.g. customerId=Kunde,date=Datum,amount=Betrag', columnList)
    .option('--delimiter <character>', 'what stands between columns', ',')
    .option('--connection <id>', 'connection that the records belong to (default: csv, or segment)')
    .action(importFiles);
  return example(
    command,
    'staypower import orders.csv --columns customerId=Kunde,date=Datum,amount=Betrag',
    'staypower import segment-logs/ --kind segment',
  );
}

async function importFiles(files: readonly string[], options: ImportOptions): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  const progress = createProgress(context.json);
  try {
    const { database } = open.workspace;
    const archive =
      options.kind === 'segment' ? await importSegment(files, open, options, context, progress.step) : null;
    const connectors =
      archive === null ? [csvConnector(onlyOne(files), options, { ...context, ...context.config })] : [];
    const report = await cycle(
      { ...open.workspace, connectors },
      { asOf: context.asOf, steps: ['pull', 'identify', 'features'], onStep: progress.step },
    );
    progress.stop();
    const imported = report.pulled + (archive?.pulled ?? 0);
    const rejected = report.rejected + (archive?.rejected ?? 0);
    const counts = await bookCounts(database);
    if (rejected > 0) {
      process.exitCode = 1;
      const waiting = await listQuarantine(database, FAULTS_SHOWN);
      for (const each of waiting.filter(({ stage }) => stage === 'pull' || stage === 'inbox')) {
        tell(`${each.externalId}: ${each.message}. ${each.remedy}`);
      }
    }
    const from = archive === null ? { file: files[0] } : { files: archive.files, filesKnown: archive.filesKnown };
    if (context.json) return printJson({ ...from, imported, rejected, customers: counts.customers });
    print(
      `${imported.toLocaleString('en')} records new or changed from ${files.join(', ')}; ${counts.customers.toLocaleString('en')} customers in workspace "${context.config.workspace}".`,
    );
    if (archive !== null && archive.filesKnown > 0)
      print(`${archive.filesKnown} of ${archive.files} files had been read before.`);
    if (rejected > 0) print(`${rejected} rows wait in quarantine: "staypower quarantine" lists them with what to do.`);
  } finally {
    progress.stop();
    await open.close();
  }
}

function onlyOne(files: readonly string[]): string {
  const [file, ...others] = files;
  if (file !== undefined && others.length === 0) return file;
  throw new DataError({
    field: '<file>',
    expected: 'one CSV file',
    found: `${files.length} files`,
    remedy: 'import them one after the other',
  });
}

/** Reads a Segment archive by the settings of its connection, or the usual ones where none is configured. */
function importSegment(
  files: readonly string[],
  { workspace, inbox }: OpenWorkspace,
  options: ImportOptions,
  { clock, config }: CommandContext,
  onStep: OnStep,
): Promise<ArchiveReport> {
  const connectionId = options.connection ?? 'segment';
  const connection = config.connections.find(({ id, vendor }) => id === connectionId && vendor === 'segment');
  const settings = connection?.vendor === 'segment' ? connection.settings : segmentSettingsSchema.parse({});
  const inbound = createSegmentReader(config, settings);
  return importArchive(files, { database: workspace.database, inbox, inbound, connectionId, clock }, (file, lines) =>
    onStep({ step: 'pull', detail: file, done: lines, total: null }),
  );
}

function csvConnector(
  file: string,
  options: ImportOptions,
  context: Pick<WiringContext, 'clock' | 'logger'> & { timeZone: string; currency: string },
): Connector {
  const parsed = csvSettingsSchema.safeParse({
    delimiter: options.delimiter === '\\t' ? '\t' : options.delimiter,
    [options.kind]: { file, columns: options.columns ?? {} },
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataError({
      field: issue?.path.at(-1) === 'columns' || issue?.path.includes('columns') ? '--columns' : '--delimiter',
      expected: issue?.message ?? 'settings that can be used',
      remedy:
        'see "staypower import --help" for an example; the names are customerId, date, amount, email, name, orderId and so on',
    });
  }
  const { clock, logger, timeZone, currency } = context;
  const connectionId = options.connection ?? 'csv';
  return createCsv({ connectionId, clock, logger, timeZone, currency }, parsed.data, process.cwd());
}

function columnList(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [name, column] = pair.split('=');
      if (!name || !column) {
        throw new DataError({
          field: '--columns',
          expected: 'a list such as customerId=Kunde,date=Datum,amount=Betrag',
          found: pair,
          remedy: 'write each as NAME=COLUMN',
        });
      }
      return [name.trim(), column.trim()];
    }),
  );
}
