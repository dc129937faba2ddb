import { type Covariate, designColumns } from '../models/survival/covariates.ts';
import { cell } from '../models/survival/design.ts';
import type { SurvivalRow } from '../models/survival/survival-row.ts';
import { concordance } from './concordance.ts';

/** Ranks customers by one column, up or down. */
export interface SingleColumn {
  name: string;
  /** The higher, the sooner the event. */
  risk(row: SurvivalRow): number;
}

/** The column that alone has the highest concordance on these rows: what a model of many columns must beat. Null without columns. */
export function bestSingleColumn(rows: readonly SurvivalRow[], covariates: readonly Covariate[]): SingleColumn | null {
  const durations = rows.map(({ duration }) => duration);
  const events = rows.map(({ event }) => event);
  let best: SingleColumn | null = null;
  let reached = 0;
  for (const column of designColumns(covariates)) {
    const values = rows.map((row) => cell(row, column));
    const found = concordance(durations, events, values).concordance;
    if (Math.abs(found - 0.5) < reached) continue;
    reached = Math.abs(found - 0.5);
    const sign = found < 0.5 ? -1 : 1;
    best = { name: column.name, risk: (row) => sign * cell(row, column) };
  }
  return best;
}
