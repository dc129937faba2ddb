import { parseMoney } from '../domain/money.ts';
import { type MonthTotal, monthOf, type SaleFigure, totalByMonth } from '../domain/sale-figures.ts';
import type { Connector } from '../ports/connector.ts';
import type { Database } from '../ports/database.ts';
import type { SourceTotals } from '../ports/source-totals.ts';

/** Where our records and the source's differ. */
export interface Difference {
  stream: 'accounts' | 'contacts' | 'transactions';
  /** Null for people and companies, and for sales without a date. */
  month: string | null;
  currency: string | null;
  here: { count: number; amount: string | null };
  there: { count: number; amount: string | null };
  /** Ids that the source has and we do not, at most as many as asked for; `waiting` those among them that are in quarantine. */
  missingHere: readonly string[];
  waiting: readonly string[];
  /** Ids that we have and the source does not. */
  missingThere: readonly string[];
  /** Ids that both have, with another amount, currency or month. */
  different: readonly string[];
}

/** What was compared, and how it came out. */
export interface Reconciliation {
  connectionId: string;
  compared: { accounts: number; contacts: number; sales: number };
  differences: readonly Difference[];
}

/** Compares what a connection brought with what its source says it has: people and companies by number, sales by month and currency. */
export async function reconcile(
  database: Database,
  connector: Connector,
  totals: SourceTotals,
  { timeZone, mostIds }: { timeZone: string; mostIds: number },
): Promise<Reconciliation> {
  const { connectionId } = connector;
  const ours = await ourSales(database, connectionId, timeZone);
  const theirs = await totals.salesByMonth();
  const differences: Difference[] = [];
  const compared = { accounts: 0, contacts: 0, sales: theirs.reduce((sum, total) => sum + total.count, 0) };
  for (const stream of ['accounts', 'contacts'] as const) {
    const here = await ourCount(database, connectionId, stream);
    const there = await totals.count(stream);
    compared[stream] = there;
    if (here === there) continue;
    const ids = await differingIds(database, connectionId, stream, totals);
    differences.push({
      stream,
      month: null,
      currency: null,
      here: { count: here, amount: null },
      there: { count: there, amount: null },
      different: [],
      ...ids,
    });
  }
  const byKey = new Map(totalByMonth(ours.values()).map((total) => [keyOf(total), total]));
  const keys = new Map([...byKey, ...theirs.map((total) => [keyOf(total), total] as const)]);
  const theirsByKey = new Map(added(theirs).map((total) => [keyOf(total), total]));
  for (const [key, { month, currency }] of [...keys].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const none: MonthTotal = { month, currency, count: 0, amount: '0' };
    const here = byKey.get(key) ?? none;
    const there = theirsByKey.get(key) ?? none;
    if (here.count === there.count && isSame(here.amount, there.amount, currency)) continue;
    const found = await totals.salesOf(month);
    differences.push({
      stream: 'transactions',
      month,
      currency,
      here: { count: here.count, amount: here.amount },
      there: { count: there.count, amount: there.amount },
      ...differingSales(ours, found, { month, currency }),
      waiting: [],
    });
  }
  return {
    connectionId,
    compared,
    differences: await Promise.all(
      differences.map(async (difference) => limited(await withWaiting(database, connectionId, difference), mostIds)),
    ),
  };
}

function keyOf({ month, currency }: Pick<MonthTotal, 'month' | 'currency'>): string {
  return `${month ?? ''} ${currency}`;
}

function isSame(a: string, b: string, currency: string): boolean {
  return parseMoney(a, currency).amountMinor === parseMoney(b, currency).amountMinor;
}

/** Totals of several objects of a source by month and currency. */
function added(totals: readonly MonthTotal[]): readonly MonthTotal[] {
  const sums = totalByMonth(totals.map((total) => ({ ...total, externalId: '' })));
  const counts = new Map<string, number>();
  for (const total of totals) counts.set(keyOf(total), (counts.get(keyOf(total)) ?? 0) + total.count);
  return sums.map((sum) => ({ ...sum, count: counts.get(keyOf(sum)) ?? 0 }));
}

/** Our sales of a connection as they landed, whether or not their buyer is known. */
async function ourSales(
  database: Database,
  connectionId: string,
  timeZone: string,
): Promise<ReadonlyMap<string, SaleFigure>> {
  const sales = new Map<string, SaleFigure>();
  const rows = await database.query<{ external_id: string; at: string; amount: string | null; currency: string }>(
    `select external_id, payload->>'occurredAt' as at, payload->>'amount' as amount, payload->>'currency' as currency
     from source_records
     where connection_id = $1 and kind = 'transaction' and not deleted and payload->>'transactionKind' = 'order'`,
    [connectionId],
  );
  for (const { external_id: externalId, at, amount, currency } of rows) {
    sales.set(externalId, { externalId, month: monthOf(at, timeZone), amount, currency });
  }
  return sales;
}

const KINDS = { accounts: 'account', contacts: 'contact' } as const;

async function ourCount(database: Database, connectionId: string, stream: keyof typeof KINDS): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from source_records where connection_id = $1 and kind = $2 and not deleted',
    [connectionId, KINDS[stream]],
  );
  return row?.count ?? 0;
}

async function differingIds(
  database: Database,
  connectionId: string,
  stream: keyof typeof KINDS,
  totals: SourceTotals,
): Promise<Pick<Difference, 'missingHere' | 'missingThere' | 'waiting'>> {
  const rows = await database.query<{ external_id: string }>(
    'select external_id from source_records where connection_id = $1 and kind = $2 and not deleted',
    [connectionId, KINDS[stream]],
  );
  const here = new Set(rows.map((row) => row.external_id));
  const missingHere: string[] = [];
  for await (const ids of totals.ids(stream)) for (const id of ids) if (!here.delete(id)) missingHere.push(id);
  return { missingHere, missingThere: [...here], waiting: [] };
}

function differingSales(
  ours: ReadonlyMap<string, SaleFigure>,
  found: readonly SaleFigure[],
  { month, currency }: Pick<MonthTotal, 'month' | 'currency'>,
): Pick<Difference, 'missingHere' | 'missingThere' | 'different'> {
  const isOfGroup = (figure: SaleFigure) => figure.month === month && figure.currency === currency;
  const theirs = new Map(found.filter(isOfGroup).map((figure) => [figure.externalId, figure]));
  const missingHere = [...theirs.keys()].filter((id) => !ours.has(id));
  const missingThere = [...ours.values()].filter((figure) => isOfGroup(figure) && !theirs.has(figure.externalId));
  const different = [...theirs.values()].filter((figure) => {
    const our = ours.get(figure.externalId);
    return our && (!isOfGroup(our) || !isSame(our.amount ?? '0', figure.amount ?? '0', currency));
  });
  return {
    missingHere,
    missingThere: missingThere.map((figure) => figure.externalId),
    different: different.map((figure) => figure.externalId),
  };
}

/** Tells which of the missing records are known and wait in quarantine. */
async function withWaiting(database: Database, connectionId: string, difference: Difference): Promise<Difference> {
  if (difference.missingHere.length === 0) return difference;
  const rows = await database.query<{ external_id: string }>(
    `select external_id from quarantine where connection_id = $1 and stage = 'pull' and external_id = any($2::text[])`,
    [connectionId, difference.missingHere],
  );
  return { ...difference, waiting: rows.map((row) => row.external_id).sort() };
}

function limited(difference: Difference, mostIds: number): Difference {
  const { missingHere, missingThere, different, waiting } = difference;
  return {
    ...difference,
    missingHere: missingHere.slice(0, mostIds),
    missingThere: missingThere.slice(0, mostIds),
    different: different.slice(0, mostIds),
    waiting: waiting.slice(0, mostIds),
  };
}
