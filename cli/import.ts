import { Command, Option } from 'commander';
import type { WiringContext } from '../config/wiring.ts';
import { type OpenWorkspace, openWorkspace } from '../config/wiring.ts';
import { createCsv, csvSettingsSchema } from '../connectors/csv/index.ts';
import { readSegmentFile } from '../connectors/segment/index.ts';
import { DataError } from '../core/domain/errors.ts';
import type { RejectedRecord } from '../core/domain/records.ts';
import { cycle } from '../core/pipeline/cycle.ts';
import type { Connector } from '../core/ports/connector.ts';
import type { InboxMessage } from '../core/ports/engine.ts';
import { land } from '../core/store/landing.ts';
import { bookCounts } from '../core/store/queries.ts';
import { listQuarantine } from '../core/store/replay.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
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
const MESSAGES_PER_APPEND = 500;

/** `staypower import FILE` */
export function importCommand(): Command {
  const command = workspaceOptions(
    new Command('import')
      .description(
        'Bring in contacts or transactions from a CSV file, or the history of Segment from its archive. Again changes nothing.',
      )
      .argument('<file>', 'CSV, or newline-delimited JSON of Segment; gzip allowed'),
  )
    .addOption(new Option('--kind <kind>', 'what the file holds').choices(KINDS).default('transactions'))
    .option('--columns <list>', 'columns by what they hold, e.g. customerId=Kunde,date=Datum,amount=Betrag', columnList)
    .option('--delimiter <character>', 'what stands between columns', ',')
    .option('--connection <id>', 'connection that the records belong to (default: csv, or segment)')
    .action(importFile);
  return example(
    command,
    'staypower import orders.csv --columns customerId=Kunde,date=Datum,amount=Betrag',
    'staypower import segment-log.gz --kind segment',
  );
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const context = await commandContext(options);
  const open = await openWorkspace(context.config, context, { withConnectors: false });
  const progress = createProgress(context.json);
  try {
    const { database } = open.workspace;
    const segment = options.kind === 'segment';
    const connectionId = options.connection ?? (segment ? 'segment' : 'csv');
    const connectors: Connector[] = segment
      ? []
      : [csvConnector(file, connectionId, options, { ...context, ...context.config })];
    const faults = segment ? await importMessages(open, connectionId, file, context) : 0;
    const report = await cycle(
      { ...open.workspace, connectors },
      { asOf: context.asOf, steps: ['pull', 'identify', 'features'], onStep: progress.step },
    );
    progress.stop();
    const rejected = report.rejected + faults;
    const counts = await bookCounts(database);
    if (rejected > 0) {
      process.exitCode = 1;
      for (const each of (await listQuarantine(database, FAULTS_SHOWN)).filter((fault) => fault.stage === 'pull')) {
        tell(`${each.externalId}: ${each.message}. ${each.remedy}`);
      }
    }
    if (context.json) return printJson({ file, imported: report.pulled, rejected, customers: counts.customers });
    print(
      `${report.pulled.toLocaleString('en')} records new or changed from ${file}; ${counts.customers.toLocaleString('en')} customers in workspace "${context.config.workspace}".`,
    );
    if (segment) print('Messages are in the inbox: the next "staypower run" takes them up.');
    if (rejected > 0) print(`${rejected} rows wait in quarantine: "staypower quarantine" lists them with what to do.`);
  } finally {
    progress.stop();
    await open.close();
  }
}

function csvConnector(
  file: string,
  connectionId: string,
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
  return createCsv({ connectionId, clock, logger, timeZone, currency }, parsed.data, process.cwd());
}

/** Puts the messages of a Segment archive into the inbox, as webhooks would have. Returns how many lines could not be read. */
async function importMessages(
  open: OpenWorkspace,
  connectionId: string,
  file: string,
  context: Pick<WiringContext, 'clock'>,
): Promise<number> {
  let messages: InboxMessage[] = [];
  const rejected: RejectedRecord[] = [];
  for await (const line of readSegmentFile(file)) {
    if ('rejected' in line) rejected.push(line.rejected);
    else messages.push(line.message);
    if (messages.length < MESSAGES_PER_APPEND) continue;
    await open.inbox.append(connectionId, messages);
    messages = [];
  }
  await open.inbox.append(connectionId, messages);
  await land(open.workspace.database, {
    connectionId,
    records: [],
    rejected,
    cursor: null,
    now: context.clock.now(),
  });
  return rejected.length;
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
