import { isUnavailable, VendorError } from '../../core/domain/errors.ts';
import type { WriteResult, WriteRow } from '../../core/domain/fields.ts';
import type { Lane, ScoreWriter, ShownValues } from '../../core/ports/connector.ts';
import { API_VERSION } from './api-versions.ts';
import { BATCH_ROWS } from './batches.ts';
import type { HubSpotClient } from './client.ts';
import { messageOf, vendorCodeOf } from './errors.ts';
import { PROPERTY_PREFIX, propertiesOf } from './mapping.ts';
import { readObjects } from './read-objects.ts';
import { type BatchFault, batchSchema } from './replies.ts';

/** A row with its place among the results. */
interface Numbered {
  place: number;
  row: WriteRow;
}

type Failed = Exclude<WriteResult, { status: 'written' }>;

const OBJECTS = { contact: 'contacts', account: 'companies' } as const;

/** Writes score fields onto existing contacts and companies, a hundred in a call, by the client of the lane. */
export function createScoreWriter(clients: Readonly<Record<Lane, HubSpotClient>>): ScoreWriter {
  return {
    batchRows: BATCH_ROWS,
    kinds: ['contact', 'account'],
    carries: () => true,
    read: (records, names) => readScores(clients.live, records, names),
    write: async (rows, lane = 'batch') => {
      const client = clients[lane];
      const results: (WriteResult | undefined)[] = rows.map(() => undefined);
      const failures: unknown[] = [];
      const batches = (['contact', 'account'] as const).flatMap((kind) =>
        distinctBatches(rows.map((row, place) => ({ place, row })).filter(({ row }) => row.recordKind === kind)),
      );
      await Promise.all(
        batches.map(async (batch) => {
          try {
            await writeBatch(client, batch, results);
          } catch (error) {
            if (!isUnavailable(error)) throw error;
            failures.push(error);
            for (const { place } of batch) {
              results[place] ??= { status: 'retry', vendorCode: error.code, message: error.message };
            }
          }
        }),
      );
      const [first] = failures;
      if (failures.length > 0 && failures.length === batches.length) throw first;
      return results.map((result) => result ?? { status: 'written' });
    },
  };
}

/** What contacts and companies hold of our properties; null for one that is gone or was merged into another. In order. */
async function readScores(
  client: HubSpotClient,
  records: readonly Pick<WriteRow, 'recordKind' | 'externalId'>[],
  names: readonly string[],
): Promise<readonly (ShownValues | null)[]> {
  const found = new Map<string, ShownValues>();
  for (const kind of ['contact', 'account'] as const) {
    const ids = records.filter((record) => record.recordKind === kind).map((record) => record.externalId);
    const reader = { object: OBJECTS[kind], properties: names.map((name) => PROPERTY_PREFIX + name) };
    for (const { id, properties } of await readObjects(client, reader, ids)) {
      found.set(
        `${kind} ${id}`,
        Object.fromEntries(names.map((name) => [name, properties[PROPERTY_PREFIX + name] ?? null])),
      );
    }
  }
  return records.map(({ recordKind, externalId }) => found.get(`${recordKind} ${externalId}`) ?? null);
}

/** Batches in which no record is twice: HubSpot refuses those. A record's second row goes into a later batch. */
function distinctBatches(rows: readonly Numbered[]): readonly (readonly Numbered[])[] {
  const batches: Numbered[][] = [];
  let waiting = rows;
  while (waiting.length > 0) {
    const batch = new Map<string, Numbered>();
    const later: Numbered[] = [];
    for (const each of waiting) {
      if (batch.size < BATCH_ROWS && !batch.has(each.row.externalId)) batch.set(each.row.externalId, each);
      else later.push(each);
    }
    batches.push([...batch.values()]);
    waiting = later;
  }
  return batches;
}

/** Writes one batch and notes the rows that failed. Where HubSpot does not say which those are, halves are sent until it shows. */
async function writeBatch(
  client: HubSpotClient,
  batch: readonly Numbered[],
  results: (WriteResult | undefined)[],
): Promise<void> {
  const [first] = batch;
  if (!first) return;
  let reply: { written: ReadonlySet<string>; faults: readonly BatchFault[] };
  try {
    reply = await send(client, batch);
  } catch (error) {
    if (!(error instanceof VendorError) || error.retry !== 'never') throw error;
    // Either one row spoiled the whole batch, or it is about all rows alike.
    const failed = rejection(error.vendorCode, error.message);
    if (batch.length > 1 && !concernsAll(error)) await writeHalves(client, batch, results);
    else for (const { place } of batch) results[place] = failed;
    return;
  }
  if (reply.faults.length === 0) return;
  const named = new Map<string, BatchFault>();
  for (const fault of reply.faults) for (const id of idsOf(fault)) named.set(id, fault);
  const suspects = batch.filter(({ row }) => !named.has(row.externalId) && !reply.written.has(row.externalId));
  for (const { place, row } of batch) {
    const fault = named.get(row.externalId);
    if (fault) results[place] = resultOf(fault);
  }
  const unnamed = reply.faults.filter((fault) => !batch.some(({ row }) => idsOf(fault).has(row.externalId)));
  const [fault] = unnamed;
  if (!fault || suspects.length === 0) return;
  const [suspect] = suspects;
  if (suspects.length === 1 && suspect) results[suspect.place] = resultOf(fault);
  else await writeHalves(client, suspects, results);
}

async function writeHalves(
  client: HubSpotClient,
  batch: readonly Numbered[],
  results: (WriteResult | undefined)[],
): Promise<void> {
  const middle = batch.length >> 1;
  await writeBatch(client, batch.slice(0, middle), results);
  await writeBatch(client, batch.slice(middle), results);
}

async function send(
  client: HubSpotClient,
  batch: readonly Numbered[],
): Promise<{ written: ReadonlySet<string>; faults: readonly BatchFault[] }> {
  const kind = batch[0]?.row.recordKind ?? 'contact';
  const reply = await client.call({
    method: 'POST',
    path: `/crm/objects/${API_VERSION}/${OBJECTS[kind]}/batch/update`,
    body: {
      inputs: batch.map(({ row }) => ({
        id: row.externalId,
        // Comes back with an error of this row.
        objectWriteTraceId: row.externalId,
        properties: propertiesOf(row.values),
      })),
    },
    reply: batchSchema,
  });
  return { written: new Set(reply.results.map((record) => record.id)), faults: reply.errors ?? [] };
}

/** The rows that an error within a batch is about. */
function idsOf(fault: BatchFault): ReadonlySet<string> {
  const { context } = fault;
  return new Set(['ids', 'id', 'objectWriteTraceId'].flatMap((key) => context?.[key] ?? []));
}

/** A missing field, or an answer that makes no sense, is no matter of one row: halves would meet it again. */
function concernsAll(error: VendorError): boolean {
  return error.vendorCode === 'PROPERTY_DOESNT_EXIST' || error.vendorCode === 'UNREADABLE';
}

function resultOf(fault: BatchFault): Failed {
  const vendorCode = vendorCodeOf(fault);
  const message = messageOf(fault);
  return /RATE_LIMIT|INTERNAL|UNAVAILABLE|TIMEOUT|LOCKED/.test(fault.category ?? '')
    ? { status: 'retry', vendorCode, message }
    : rejection(vendorCode, message);
}

function rejection(vendorCode: string, message: string): Failed {
  return {
    status: 'rejected',
    vendorCode: vendorCode || 'UNKNOWN',
    message: message || 'HubSpot refused the row without saying why.',
    remedy: remedyFor(vendorCode),
  };
}

function remedyFor(vendorCode: string): string {
  switch (vendorCode) {
    case 'OBJECT_NOT_FOUND':
      return 'The record was deleted or merged in HubSpot; the next pull brings that. Nothing needs to be done.';
    case 'PROPERTY_DOESNT_EXIST':
      return 'Run "staypower provision": a score field is missing in HubSpot. Then replay.';
    case 'INVALID_OPTION':
      return 'Add the option to the score field in HubSpot, or delete the field and provision it again. Then replay.';
    default:
      return 'A rule of the HubSpot account refuses this record. Give it what the rule asks for, or relax the rule, then replay.';
  }
}
