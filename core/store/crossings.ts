import type { CalendarDay } from '../domain/calendar-day.ts';
import { entersCell } from '../playbooks/cell.ts';
import { armOf } from '../playbooks/holdout.ts';
import type { Playbook } from '../playbooks/schema.ts';
import type { Sql } from '../ports/database.ts';
import type { Score } from '../scores/score.ts';
import { insertRows } from './bulk.ts';

/** A customer that was just scored. */
export interface ScoredCustomer {
  customerId: string;
  before: Score | null;
  after: Score;
  /** The vendor's account it belongs to: colleagues share an arm. */
  account: string | null;
}

/**
 * Notes who entered a playbook's cell. A crossing waits as `queued` (or is `held-out` by the draw) until `plan` gives it to an
 * owner; it is one row, so that a rerun cannot note it twice.
 */
export async function recordCrossings(
  sql: Sql,
  playbooks: readonly Playbook[],
  scored: readonly ScoredCustomer[],
  context: { asOf: CalendarDay; churnCutoff: number },
): Promise<void> {
  for (const playbook of playbooks.filter((each) => each.enabled)) {
    const crossed = scored.filter(({ before, after }) => entersCell(playbook, before, after, context.churnCutoff));
    await insertRows(sql, {
      table: 'playbook_runs',
      columns: { customer_id: 'uuid', playbook: 'text', crossed_on: 'date', state: 'text', arm: 'text' },
      rows: crossed.map(({ customerId, account }) => {
        const arm = armOf(playbook.name, account ?? customerId, playbook.holdoutShare);
        return {
          customer_id: customerId,
          playbook: playbook.name,
          crossed_on: context.asOf,
          state: arm === 'held-out' ? 'held-out' : 'queued',
          arm,
        };
      }),
      onConflict: '(customer_id, playbook, crossed_on) do nothing',
    });
  }
}
