import { addDays, type CalendarDay, daysBetween } from '../domain/calendar-day.ts';
import { toMajor } from '../domain/money.ts';
import type { Trial } from '../evaluation/playbook-result.ts';
import { type SourceRank, settle } from '../features/settle.ts';
import type { Sql } from '../ports/database.ts';
import { followUpDays, isContractual, type LeavingRule, leftOn } from '../scores/leaving.ts';
import type { Lifecycle } from '../scores/score.ts';
import { readHistories } from './history.ts';

interface Entry {
  customer_id: string;
  playbook: string;
  crossed_on: CalendarDay;
  arm: string;
  acted: boolean;
  unit: string;
  lifecycle: Lifecycle | null;
  nps: number | null;
}

const HISTORIES_PER_READ = 2_000;

/**
 * The first entry of each customer into each playbook up to a day, in the order of playbook and customer, by the arm it was drawn into. Outcomes are
 * joined as they are known on that day.
 */
export async function readTrials(
  sql: Sql,
  { asOf, rule, rank, currency }: { asOf: CalendarDay; rule: LeavingRule; rank: SourceRank; currency: string },
): Promise<readonly Trial[]> {
  const entries = await sql.query<Entry>(
    `select e.customer_id, e.playbook, e.crossed_on, e.arm, e.acted, coalesce(u.unit, e.customer_id::text) as unit, e.score->>'lifecycle' as lifecycle,
       (select o.value from outcomes o where o.customer_id = e.customer_id and o.kind = 'nps' and o.occurred_on > e.crossed_on
          and o.occurred_on <= $1::date order by o.occurred_on, o.outcome_key limit 1) as nps
     from (
       select distinct on (r.customer_id, r.playbook) r.customer_id, r.playbook, r.crossed_on, r.arm, r.state in ('fired', 'done') as acted, h.score
       from playbook_runs r left join score_history h on h.customer_id = r.customer_id and h.as_of <= r.crossed_on
       where r.crossed_on <= $1::date
       order by r.customer_id, r.playbook, r.crossed_on, h.as_of desc) e
     left join (select customer_id, min(parent_external_id) as unit from customer_records
       where kind = 'contact' and parent_external_id is not null group by customer_id) u on u.customer_id = e.customer_id
     order by e.playbook, e.customer_id`,
    [asOf],
  );
  const trials: Trial[] = [];
  for (let start = 0; start < entries.length; start += HISTORIES_PER_READ) {
    const batch = entries.slice(start, start + HISTORIES_PER_READ);
    const histories = await readHistories(sql, [...new Set(batch.map((entry) => entry.customer_id))]);
    const known = new Map(
      histories.map(({ customerId, transactions, terms }) => [
        customerId,
        { purchases: settle(transactions, asOf, rank).days, terms },
      ]),
    );
    for (const entry of batch) {
      const { purchases, terms } = known.get(entry.customer_id) ?? { purchases: [], terms: [] };
      const isOver = addDays(entry.crossed_on, followUpDays(rule)) <= asOf;
      trials.push({
        playbook: entry.playbook,
        unit: entry.unit,
        treated: entry.arm === 'treated',
        acted: entry.acted,
        followed: isOver ? follow(entry, { purchases, terms, rule, asOf, currency }) : null,
        npsAnswer: entry.nps,
      });
    }
  }
  return trials;
}

function follow(
  { crossed_on: entered, lifecycle }: Entry,
  known: {
    purchases: readonly { day: CalendarDay; amountMinor: bigint }[];
    terms: Parameters<typeof leftOn>[0]['terms'];
    rule: LeavingRule;
    asOf: CalendarDay;
    currency: string;
  },
): NonNullable<Trial['followed']> {
  const { purchases, terms, rule, asOf, currency } = known;
  const end = addDays(entered, rule.horizonDays);
  const after = purchases.filter(({ day }) => day > entered && day <= end);
  const revenue = toMajor(
    after.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    currency,
  );
  if (lifecycle !== 'active') return { kept: after.length > 0, revenue, leadDays: null };
  const days = purchases.map(({ day }) => day);
  const left = leftOn({ purchaseDays: days, terms }, entered, rule, asOf);
  if (left === null) return { kept: true, revenue, leadDays: null };
  // Silence has no day on which it happens: the one on which the customer counts as lapsed stands for it.
  const last = days.findLast((day) => day <= entered) ?? entered;
  const gone = isContractual(rule) ? left : addDays(last, 2 * rule.horizonDays + 1);
  return { kept: false, revenue, leadDays: Math.max(0, daysBetween(entered, gone)) };
}
