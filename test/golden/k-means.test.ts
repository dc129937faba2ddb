import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { columnIndex, readTable } from '../../cli/read-table.ts';
import { kMeans } from '../../core/math/k-means.ts';
import { seededRandom } from '../../core/math/random.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? join(import.meta.dirname, '../../../shared/data');

/** Inertia of scikit-learn 1.2.1, the better of two KMeans(k, n_init=10) with seeds 0 and 1 (k-means-figures.py). */
const SETS = [
  { file: 'iranian_churn.csv', columns: null, inertia: { 3: 27800.444, 5: 21806.174, 8: 15500.451 } },
  {
    file: 'online_shoppers_intention.csv',
    columns:
      'Administrative,Administrative_Duration,Informational,Informational_Duration,ProductRelated,ProductRelated_Duration,BounceRates,ExitRates,PageValues',
    inertia: { 3: 67872.583, 5: 52911.331 },
  },
  {
    file: 'telco_churn.csv',
    columns: 'tenure,MonthlyCharges,TotalCharges',
    inertia: { 3: 6186.204, 5: 3111.323, 8: 1862.639 },
  },
] as const;

describe.each(SETS)('k-means on $file', ({ file, columns, inertia }) => {
  beforeEach(({ skip }) => skip(!existsSync(join(folder, file)), `no ${join(folder, file)}; set STAYPOWER_DATA_DIR`));

  it('does not end above scikit-learn by more than a thousandth', async () => {
    const table = await readTable(join(folder, file));
    const names = columns?.split(',') ?? table.header.slice(0, -1);
    const at = names.map((name) => columnIndex(table, name));
    const raw = table.rows.map(({ cells }) => at.map((index) => Number(cells[index]) || 0));
    const means = at.map((_, j) => raw.reduce((sum, row) => sum + (row[j] ?? 0), 0) / raw.length);
    const deviations = at.map((_, j) =>
      Math.sqrt(raw.reduce((sum, row) => sum + ((row[j] ?? 0) - (means[j] ?? 0)) ** 2, 0) / raw.length),
    );
    const rows = raw.map((row) => row.map((value, j) => (value - (means[j] ?? 0)) / (deviations[j] ?? 1)));
    for (const [k, theirs] of Object.entries(inertia)) {
      const found = kMeans(rows, { k: Number(k), starts: 10, random: seededRandom(1) });
      expect(found.inertia / theirs).toBeLessThan(1.001);
    }
  });
});
