import type { CalendarDay } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import { settle } from '../features/settle.ts';
import type { AdvisedDecision, AdvisedOption } from '../planning/advised-action.ts';
import { nothingSpent, type Spending } from '../planning/advised-budget.ts';
import type { FollowedDecision } from '../planning/review-decisions.ts';
import type { Sql } from '../ports/database.ts';
import { followUpDays, type LeavingRule, leftOn } from '../scores/leaving.ts';
import type { Score } from '../scores/score.ts';
import { readHistories } from './history.ts';

const HISTORIES_PER_READ = 2_000;

/** Which crossing a decision is about, and whom it costs time. */
interface About {
  customerId: string;
  score: Pick<Score, 'churnProbability' | 'valueIfKept12m'>;
  playbook: string;
  crossedOn: CalendarDay;
  decidedOn: CalendarDay;
  ownerId: string | null;
  /** What the choice takes beside time. */
  money: number;
}

/** Keeps a decision with its probabilities, in the commit that carries it out; one for each crossing. */
export async function keepDecision(
  sql: Sql,
  { choice, propensity, options }: AdvisedDecision,
  { customerId, score, playbook, crossedOn, decidedOn, ownerId, money }: About,
): Promise<void> {
  await sql.query(
    `insert into advised_actions (customer_id, playbook, crossed_on, decided_on, action, propensity, options, owner_id, channel, minutes, money,
       is_offer, cost, churn_probability, value_if_kept_12m)
     values ($1::uuid, $2, $3::date, $4::date, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (customer_id, playbook, crossed_on) do nothing`,
    [
      customerId,
      playbook,
      crossedOn,
      decidedOn,
      choice?.action.name ?? null,
      propensity,
      JSON.stringify(options),
      ownerId,
      choice?.action.channel ?? null,
      choice?.action.minutes ?? 0,
      money,
      (choice?.action.discountShare ?? 0) > 0,
      choice?.cost ?? 0,
      score.churnProbability,
      score.valueIfKept12m,
    ],
  );
}

/** What decisions of a day have spent, of all playbooks. */
export async function spentOn(sql: Sql, day: CalendarDay): Promise<Spending> {
  const rows = await sql.query<{
    owner: string;
    channel: string;
    customers: number;
    minutes: number;
    money: number;
    offers: number;
  }>(
    `select coalesce(owner_id, '') as owner, channel, count(*)::int as customers, sum(minutes) as minutes, sum(money) as money,
       count(*) filter (where is_offer)::int as offers
     from advised_actions where decided_on = $1::date and action is not null group by 1, 2`,
    [day],
  );
  const spent = nothingSpent();
  for (const { owner, channel, customers, minutes, money, offers } of rows) {
    spent.minutes.set(owner, (spent.minutes.get(owner) ?? 0) + minutes);
    spent.channels.set(channel, (spent.channels.get(channel) ?? 0) + customers);
    spent.money += money;
    spent.offers += offers;
  }
  return spent;
}

/** Decisions that were followed to the end of the churn horizon, with what came of them. In the order of playbook and customer. */
export async function readFollowedDecisions(
  sql: Sql,
  { asOf, rule, rank }: { asOf: CalendarDay; rule: LeavingRule; rank: SourceRank },
): Promise<readonly FollowedDecision[]> {
  const rows = await sql.query<{
    customer_id: string;
    playbook: string;
    decided_on: CalendarDay;
    action: string | null;
    propensity: number;
    options: readonly AdvisedOption[];
    cost: number;
    churn_probability: number;
    value_if_kept_12m: number;
  }>(
    `select customer_id, playbook, decided_on, action, propensity, options, cost, churn_probability, value_if_kept_12m
     from advised_actions where decided_on + $2::int <= $1::date order by playbook, customer_id, crossed_on`,
    [asOf, followUpDays(rule)],
  );
  const decisions: FollowedDecision[] = [];
  for (let start = 0; start < rows.length; start += HISTORIES_PER_READ) {
    const batch = rows.slice(start, start + HISTORIES_PER_READ);
    const ids = [...new Set(batch.map((row) => row.customer_id))];
    const followed = new Map(
      (await readHistories(sql, ids)).map(({ customerId, transactions, terms }) => [
        customerId,
        { purchaseDays: settle(transactions, asOf, rank).days.map(({ day }) => day), terms },
      ]),
    );
    for (const row of batch) {
      const known = followed.get(row.customer_id) ?? { purchaseDays: [], terms: [] };
      decisions.push({
        playbook: row.playbook,
        action: row.action,
        propensity: row.propensity,
        options: row.options,
        cost: row.cost,
        valueIfKept12m: row.value_if_kept_12m,
        churnProbability: row.churn_probability,
        left: leftOn(known, row.decided_on, rule, asOf) !== null,
      });
    }
  }
  return decisions;
}
