import { isUnavailable, StaypowerError } from '../domain/errors.ts';
import type { FieldDefinition } from '../domain/fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connector, ScoreWriter } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { Installed } from '../ports/uninstall.ts';
import {
  carriersToClear,
  countCarriers,
  forgetTokens,
  forgetWritten,
  hasTokens,
  type LeftBehind,
  leftBehind,
  openedRecords,
} from '../store/installed.ts';
import { pause } from '../store/pause.ts';

/** Something to be taken out, and what became of it. */
export interface UninstallStep {
  connectionId: string;
  what: Installed['what'] | 'values' | 'members' | 'traits' | 'token';
  name: string;
  on: string;
  outcome: 'remove' | 'removed' | 'left' | 'failed';
  /** Why it was left, or what went wrong and what to do. */
  note: string;
}

/** Records handed to a writer at once. */
const ROWS_PER_ROUND = 5_000;

/**
 * Takes out of the vendors what we put there: open tasks and tickets, fields, groups, permissions, values on records that have no fields of ours,
 * tokens. Everything is looked for at the vendor first, so that it can be repeated, and goes on where it was cut short. What one vendor
 * refuses is reported and the rest goes on; what steps of playbooks did that cannot be told from others' doing is listed and left. The workspace is paused first: nothing is written again until "resume".
 *
 * @param context.dryRun lists, and changes nothing
 * @param context.by who asks, for the pause
 */
export async function unprovision(
  database: Database,
  connectors: readonly Connector[],
  fields: readonly FieldDefinition[],
  context: { clock: Clock; dryRun: boolean; by: string },
): Promise<readonly UninstallStep[]> {
  if (!context.dryRun) {
    await pause(database, { reason: 'uninstalled', by: context.by, since: context.clock.now().toISOString() });
  }
  const steps: UninstallStep[] = [];
  for (const connector of connectors) {
    const { connectionId } = connector;
    try {
      for await (const step of removeFrom(database, connector, fields, context.dryRun)) steps.push(step);
    } catch (error) {
      if (!(error instanceof StaypowerError)) throw error;
      steps.push({ connectionId, what: 'values', name: connectionId, on: '', outcome: 'failed', note: error.message });
    }
  }
  return steps;
}

async function* removeFrom(
  database: Database,
  { connectionId, uninstall, fields: provisioner, scores }: Connector,
  fields: readonly FieldDefinition[],
  dryRun: boolean,
): AsyncGenerator<UninstallStep> {
  let isWhole = true;
  if (uninstall) {
    for (const item of await uninstall.list(fields, await openedRecords(database, connectionId))) {
      const step = { connectionId, what: item.what, name: item.name, on: item.on };
      if (item.leftBecause !== null) yield { ...step, outcome: 'left', note: item.leftBecause };
      else if (dryRun) yield { ...step, outcome: 'remove', note: '' };
      else {
        const fault = await faultOf(() => uninstall.remove(item));
        if (fault !== null) isWhole = false;
        yield { ...step, outcome: fault === null ? 'removed' : 'failed', note: fault ?? '' };
      }
    }
  }
  // With its field a value goes by itself; a vendor without fields has values alone.
  if (scores && !provisioner) {
    const carriers = await countCarriers(database, connectionId);
    const step = { connectionId, what: 'values', name: `values on ${carriers} records`, on: 'profiles' } as const;
    if (carriers > 0 && dryRun) yield { ...step, outcome: 'remove', note: '' };
    else if (carriers > 0) {
      const fault = await clearValues(database, connectionId, scores);
      if (fault !== null) isWhole = false;
      yield { ...step, outcome: fault === null ? 'removed' : 'failed', note: fault ?? '' };
    }
  }
  for (const left of await leftBehind(database, connectionId)) yield { connectionId, ...toldOf(left) };
  if (!dryRun && isWhole) await forgetWritten(database, connectionId, null);
  if (!(await hasTokens(database, connectionId))) return;
  const step = { connectionId, what: 'token', name: 'access by OAuth', on: 'store' } as const;
  if (dryRun) yield { ...step, outcome: 'remove', note: '' };
  // Without access nothing more could be taken out.
  else if (!isWhole)
    yield { ...step, outcome: 'left', note: 'It is needed to take out what failed above. Run it again.' };
  else {
    const fault = uninstall?.leave ? await faultOf(uninstall.leave) : null;
    if (fault === null) await forgetTokens(database, connectionId);
    yield { ...step, outcome: fault === null ? 'removed' : 'failed', note: fault ?? '' };
  }
}

/** What stays, and why. */
function toldOf({ kind, listId, count, traits }: LeftBehind): Omit<UninstallStep, 'connectionId'> {
  return kind === 'list'
    ? {
        what: 'members',
        name: `${count} of list or campaign ${listId}`,
        on: 'list',
        outcome: 'left',
        note: 'It is your own, and somebody may have put them there as well: take them out where they should go.',
      }
    : {
        what: 'traits',
        name: traits.join(', '),
        on: `${count} companies`,
        outcome: 'left',
        note: 'Segment takes no trait of a group back: remove the traits in the destinations that got them.',
      };
}

/** Clears all values of ours on a connection's records, batch by batch. Returns what went wrong. */
async function clearValues(database: Database, connectionId: string, scores: ScoreWriter): Promise<string | null> {
  for (let refused: readonly string[] = []; ; ) {
    const rows = await carriersToClear(database, connectionId, ROWS_PER_ROUND);
    if (rows.length === 0) return refused.length === 0 ? null : `Refused: ${[...new Set(refused)].join(', ')}.`;
    const results = await scores.write(rows);
    const settled = rows.filter((_, index) => results[index]?.status !== 'retry').map((row) => row.externalId);
    if (settled.length === 0) return 'The vendor takes nothing for now. Run it again later.';
    refused = [...refused, ...results.flatMap((each) => (each.status === 'rejected' ? [each.vendorCode] : []))];
    await forgetWritten(database, connectionId, settled);
  }
}

/** What went wrong with one thing; a vendor that cannot be reached at all ends the connection's turn. */
async function faultOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    if (error instanceof StaypowerError) return error.message;
    throw error;
  }
}
