import type { CustomerStats } from '../features/stats.ts';
import { isInCell } from '../playbooks/cell.ts';
import { factsOn } from '../playbooks/facts.ts';
import type { Playbook } from '../playbooks/schema.ts';
import { taskOf } from '../playbooks/task.ts';
import type { Sql } from '../ports/database.ts';
import type { TaskPreview } from '../ports/playbooks.ts';
import type { Score } from '../scores/score.ts';

/** So many of the most urgent customers are looked at. */
const LOOKED_AT = 2_000;

/** The playbook's first task, filled in; those in its state first, the most urgent first. Empty before the first scoring. */
export async function previewOf(sql: Sql, playbook: Playbook, limit: number): Promise<readonly TaskPreview[]> {
  const rows = await sql.query<{ customer_id: string; name: string | null; score: Score; stats: CustomerStats }>(
    `select s.customer_id, c.name, s.score, s.stats from scores s join customers c on c.customer_id = s.customer_id
     where not c.do_not_contact order by s.priority desc, s.customer_id limit ${LOOKED_AT}`,
  );
  return rows
    .map((row) => ({ ...row, isIn: isInCell(playbook, row.score, factsOn(row.stats, row.score.asOf)) }))
    .toSorted((a, b) => Number(b.isIn) - Number(a.isIn))
    .slice(0, limit)
    .map(({ customer_id: customerId, name, score, stats, isIn }): TaskPreview => {
      const { asOf } = score;
      const record = { connectionId: '', externalId: '', ownerId: null };
      const { subject, body } = taskOf(playbook.task, '', { name, crossedOn: asOf, score, stats }, record, asOf);
      return { customerId, name, isIn, subject, body };
    });
}
