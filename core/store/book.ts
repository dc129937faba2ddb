import { type CalendarDay, calendarDay } from '../domain/calendar-day.ts';
import type { SourceRank } from '../features/settle.ts';
import type { Book, BookOverview } from '../ports/book.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database, Sql } from '../ports/database.ts';
import { createBookList } from './book-list.ts';
import { championAt } from './models.ts';
import { movementsSince } from './movements.ts';
import { playbookEffects } from './playbook-effects.ts';
import { missing } from './queries.ts';

const WEEK_MS = 7 * 86_400_000;
const MOVEMENTS_SHOWN = 8;
/** Later than any model. */
const EVER = calendarDay('9999-12-31');

/** Questions about a workspace's book. */
export function createBook(database: Database, { clock, rank }: { clock: Clock; rank: SourceRank }): Book {
  return {
    ...createBookList(database),
    overview: async () => {
      const model = await championAt(database, EVER);
      const grid = await readGrid(database);
      const asOf = grid.reduce<CalendarDay | null>(
        (latest, cell) => (latest === null || cell.as_of > latest ? cell.as_of : latest),
        null,
      );
      const weekAgo = new Date(clock.now().getTime() - WEEK_MS).toISOString();
      const sum = (of: (cell: GridRow) => number) => grid.reduce((total, cell) => total + of(cell), 0);
      return {
        currency: model?.currency ?? null,
        asOf,
        scoredAt: grid.reduce<string | null>(
          (latest, cell) => (latest === null || cell.scored_at > latest ? cell.scored_at : latest),
          null,
        ),
        horizonDays: model?.horizonDays ?? null,
        customers: await count(database, 'select count(*)::int as count from customers'),
        scored: sum(({ scored }) => scored),
        expectedValue: sum(({ expected }) => expected).toFixed(2),
        valueAtRisk: sum(({ at_risk }) => at_risk).toFixed(2),
        grid: grid.map((cell) => ({
          valueBand: cell.value_band,
          churnBand: cell.churn_band,
          customers: cell.customers,
          valueAtRisk: cell.at_risk.toFixed(2),
        })),
        ...(await movementsSince(database, weekAgo, MOVEMENTS_SHOWN)),
        tasks: await readTasks(database, calendarDay(weekAgo.slice(0, 10))),
        effects: model && asOf ? await playbookEffects(database, { asOf, model, rank }) : [],
        missing: await missing(database),
      };
    },
  };
}

interface GridRow {
  value_band: string | null;
  churn_band: string | null;
  customers: number;
  scored: number;
  at_risk: number;
  expected: number;
  as_of: CalendarDay;
  scored_at: string;
}

function readGrid(sql: Sql): Promise<readonly GridRow[]> {
  return sql.query<GridRow>(
    `select value_band, churn_band, count(*)::int as customers, count(clv_12m)::int as scored,
       coalesce(sum(churn_probability * value_if_kept_12m) filter (where lifecycle = 'active'), 0) as at_risk,
       coalesce(sum(clv_12m), 0) as expected, max(as_of) as as_of, max(scored_at) as scored_at
     from scores group by 1, 2 order by 1, 2`,
  );
}

async function readTasks(sql: Sql, since: CalendarDay): Promise<BookOverview['tasks']> {
  const openedLastWeek = await count(
    sql,
    `select count(*)::int as count from playbook_runs where state in ('fired', 'done') and fired_on >= $1::date`,
    [since],
  );
  const waiting = await count(
    sql,
    `select count(*)::int as count from outbox where state in ('waiting', 'started') and coalesce(action->>'kind', '') in ('task', 'sequence')`,
  );
  const queued = await count(sql, `select count(*)::int as count from playbook_runs where state = 'queued'`);
  return { openedLastWeek, waiting, queued };
}

async function count(sql: Sql, text: string, parameters: readonly unknown[] = []): Promise<number> {
  const [row] = await sql.query<{ count: number }>(text, parameters);
  return row?.count ?? 0;
}
