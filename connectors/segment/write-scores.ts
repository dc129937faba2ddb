import { isUnavailable, type StaypowerError, VendorError } from '../../core/domain/errors.ts';
import { isClear, type WriteResult, type WriteRow } from '../../core/domain/fields.ts';
import { hashOf } from '../../core/domain/stable-json.ts';
import type { ConnectorContext } from '../http/context.ts';
import { retrying } from '../http/retry.ts';
import { type Identify, sendBatch, type TrackingEndpoint } from './client.ts';
import { TRAIT_PREFIX } from './echo.ts';
import { eventBytes, inBatches, MOST_EVENT_BYTES } from './limits.ts';
import { userIdOf } from './mapping.ts';

/** A row on its way, with its place among the results. */
interface Outgoing {
  index: number;
  identify: Identify;
  bytes: number;
}

/**
 * Writes scores as traits `staypower_*` of the user, by identify. One result per row, in order; a batch that Segment does not take
 * for good is halved until the row at fault stands alone.
 *
 * The messageId is a hash of the user, the values and the time of this write: the same in every repeat of it, so that Segment drops
 * doubles; another in the next write, so that a value that moves there and back within Segment's day of remembering arrives.
 *
 * @throws AuthError, RateLimitError, VendorError when nothing was written and the fault is not of a row
 */
export async function writeScores(
  context: ConnectorContext,
  endpoint: TrackingEndpoint,
  rows: readonly WriteRow[],
): Promise<readonly WriteResult[]> {
  const at = context.clock.now();
  const results: WriteResult[] = rows.map(() => ({ status: 'retry', vendorCode: '', message: 'It was not sent.' }));
  const outgoing: Outgoing[] = [];
  for (const [index, row] of rows.entries()) {
    const prepared = prepare(row, context.connectionId, at);
    if ('status' in prepared) results[index] = prepared;
    else outgoing.push({ index, ...prepared });
  }
  let written = 0;
  for (const batch of inBatches(outgoing, ({ bytes }) => bytes)) {
    try {
      await send(batch, (index, result) => {
        results[index] = result;
        if (result.status === 'written') written += 1;
      });
    } catch (error) {
      if (!isUnavailable(error) || written === 0) throw error;
      // What was written stays known; the rest waits for the next run, as the next batch would fare no better.
      break;
    }
  }
  return results;

  async function send(batch: readonly Outgoing[], settle: (index: number, result: WriteResult) => void): Promise<void> {
    try {
      const identifies = batch.map(({ identify }) => identify);
      // Few: what is not written now waits in the outbox and is tried again by the next run.
      await retrying(() => sendBatch(endpoint, identifies, at), { retries: 2 });
      for (const { index } of batch) settle(index, { status: 'written' });
    } catch (error) {
      if (!(error instanceof VendorError) || error.retry !== 'never') throw error;
      const [only] = batch;
      if (batch.length === 1 && only) return settle(only.index, refusedRow(error));
      const middle = batch.length >> 1;
      await send(batch.slice(0, middle), settle);
      await send(batch.slice(middle), settle);
    }
  }
}

function prepare(
  row: WriteRow,
  connectionId: string,
  at: Date,
): { identify: Identify; bytes: number } | Extract<WriteResult, { status: 'rejected' }> {
  const userId = row.recordKind === 'contact' ? userIdOf(row.externalId) : null;
  if (userId === null) {
    return {
      status: 'rejected',
      vendorCode: 'no_user_id',
      message: 'Scores can be written to a Segment user alone, and this record has no userId.',
      remedy: 'Nothing is to be done until the visitor identifies: the score then follows by itself.',
    };
  }
  const traits = Object.fromEntries(
    Object.entries(row.values).map(([name, value]) => [TRAIT_PREFIX + name, isClear(value) ? null : value]),
  );
  const messageId = `staypower-${hashOf([connectionId, userId, traits, at.toISOString()])}`;
  const identify = { userId, messageId, traits };
  const bytes = eventBytes({ ...identify, context: { active: false, integration: { name: 'staypower' } } });
  if (bytes <= MOST_EVENT_BYTES) return { identify, bytes };
  return {
    status: 'rejected',
    vendorCode: 'event_too_large',
    message: `Segment takes 32 KB an event, and the values of this record make ${bytes} bytes.`,
    remedy: 'Shorten the texts among the values.',
  };
}

function refusedRow(error: StaypowerError & { status: number }): WriteResult {
  return {
    status: 'rejected',
    vendorCode: String(error.status),
    message: 'Segment refused the event of this record and gave no reason.',
    remedy: 'Look at its values in quarantine; the write key’s source may have a tracking plan that blocks them.',
  };
}
