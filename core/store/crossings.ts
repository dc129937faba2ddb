import type { CalendarDay } from '../domain/calendar-day.ts';
import { armOf } from '../playbooks/holdout.ts';
import type { Playbook } from '../playbooks/schema.ts';
import type { Sql } from '../ports/database.ts';
import { insertRows } from './bulk.ts';

/** A customer who entered the cell of a playbook. */
export interface Crossing {
  customerId: string;
  playbook: Playbook;
  /** The vendor's account it belongs to: colleagues share an arm. */
  account: string | null;
}

/**
 * Notes who entered a playbook's cell. A crossing waits as `queued` (or is `held-out` by the draw) until `plan` gives it to an
 * owner; it is one row, so that a rerun cannot note it twice. Who was treated once stays in that arm.
 */
export async function recordCrossings(sql: Sql, crossings: readonly Crossing[], asOf: CalendarDay): Promise<void> {
  if (crossings.length === 0) return;
  const treated = new Set(
    (
      await sql.query<{ customer_id: string; playbook: string }>(
        `select distinct customer_id, playbook from playbook_runs where customer_id = any($1::uuid[]) and arm = 'treated'`,
        [crossings.map(({ customerId }) => customerId)],
      )
    ).map((row) => `${row.customer_id} ${row.playbook}`),
  );
  await insertRows(sql, {
    table: 'playbook_runs',
    columns: { customer_id: 'uuid', playbook: 'text', crossed_on: 'date', state: 'text', arm: 'text' },
    rows: crossings.map(({ customerId, playbook, account }) => {
      const arm = treated.has(`${customerId} ${playbook.name}`)
        ? 'treated'
        : armOf(playbook.name, account ?? customerId, playbook.holdoutShare);
      return {
        customer_id: customerId,
        playbook: playbook.name,
        crossed_on: asOf,
        state: arm === 'held-out' ? 'held-out' : 'queued',
        arm,
      };
    }),
    onConflict: '(customer_id, playbook, crossed_on) do nothing',
  });
}
