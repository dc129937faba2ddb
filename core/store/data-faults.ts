import type { DataFaults } from '../features/data-faults.ts';
import type { Sql } from '../ports/database.ts';
import type { RuleName } from '../quality/rules.ts';

interface Found {
  customerId: string;
  kind: string;
  rule: RuleName;
  severity: string;
  count: number;
}

/** What rules found about some customers' data and nobody has accepted; who has none is absent. */
export async function readDataFaults(
  sql: Sql,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, DataFaults>> {
  const found = await sql.query<Found>(
    `select r.customer_id as "customerId", f.kind, f.rule, f.severity, count(*)::int as count
     from customer_records r
     join quality_findings f on f.connection_id = r.connection_id and f.contact_external_id = r.external_id
     where r.customer_id = any($1::uuid[]) and r.kind = 'contact' and f.accepted_at is null group by 1, 2, 3, 4`,
    [customerIds],
  );
  return new Map([...Map.groupBy(found, ({ customerId }) => customerId)].map(([id, mine]) => [id, faultsOf(mine)]));
}

function faultsOf(found: readonly Found[]): DataFaults {
  const facts = found.filter(({ kind }) => kind === 'transaction' || kind === 'event');
  const sum = (some: readonly Found[]) => some.reduce((total, { count }) => total + count, 0);
  const has = (...rules: readonly RuleName[]) => found.some(({ rule }) => rules.includes(rule));
  return {
    keptOut: sum(facts.filter(({ severity }) => severity !== 'warn')),
    odd: sum(facts.filter(({ severity }) => severity === 'warn')),
    doubtfulIdentity: has('email-crowd'),
    testAccount: has('test-account'),
    damagedContact: found.some(
      ({ kind, rule }) =>
        kind === 'contact' && (['email-invalid', 'encoding-damage', 'schema'] as RuleName[]).includes(rule),
    ),
  };
}
