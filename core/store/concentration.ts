import type { Sql } from '../ports/database.ts';
import type { Concentration } from '../ports/engine.ts';

/** The parts of the book that are looked at, the most valuable first. */
const PARTS = [0.01, 0.05, 0.1, 0.2, 0.5];

/**
 * How much of the expected value of 12 months the most valuable part of the customers holds. The value at the edge of each part comes from an
 * index, and one sum over the book counts what lies above.
 *
 * @returns the smallest part first; none where nothing is expected of anybody
 */
export async function concentrationOf(sql: Sql): Promise<readonly Concentration[]> {
  const scored = "lifecycle <> 'prospect' and clv_12m is not null";
  const [book] = await sql.query<{ customers: number; value: number | null }>(
    `select count(*)::int as customers, sum(clv_12m) as value from scores where ${scored}`,
  );
  if (!book?.value) return [];
  const { customers: all, value } = book;
  const found: Concentration[] = [];
  for (const part of PARTS) {
    const customers = Math.ceil(part * all);
    const [edge] = await sql.query<{ value: number }>(
      `select clv_12m as value from scores where ${scored} order by clv_12m desc limit 1 offset $1::int`,
      [customers - 1],
    );
    const [above] = await sql.query<{ customers: number; value: number | null }>(
      `select count(*)::int as customers, sum(clv_12m) as value from scores where ${scored} and clv_12m > $1::float8`,
      [edge?.value ?? 0],
    );
    // Those at the edge are alike: as many of them as there is room for.
    const atEdge = (customers - (above?.customers ?? 0)) * (edge?.value ?? 0);
    found.push({ part, customers, shareOfValue: ((above?.value ?? 0) + atEdge) / value });
  }
  return found;
}
