import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { independentColumns } from '../../math/independent-columns.ts';
import { averageRanks, pearson } from '../../math/ranks.ts';
import type { ModelArtifact } from '../../ports/model.ts';
import { weibullAft } from '../survival/accelerated-failure-time.ts';
import { cox } from '../survival/cox.ts';
import type { FittedSurvivalModel } from '../survival/survival-model.ts';
import type { SurvivalRow } from '../survival/survival-row.ts';
import type { FeatureSpec, TreeRow } from '../trees/table.ts';
import type { FittedMember, Member, MemberContext, Tenure } from './members.ts';
import { type DesignFeature, designNames, learnDesign, writeOut } from './table-design.ts';

/** A column that goes with the tenure itself, as a total over time does: it grows with staying, and foretells nothing. Rank correlation. */
const GOES_WITH_TENURE = 0.8;
const FORMAT_VERSION = 1;

interface Parameters {
  features: readonly FeatureSpec[];
  /** Index of the tenure among the features, and the horizon in its unit. */
  tenureAt: number;
  horizon: number;
  /** Indices of the features that are covariates. */
  used: readonly number[];
  design: readonly DesignFeature[];
  /** Of the columns written out, those with a coefficient. */
  columns: readonly number[];
}

interface Survival {
  name: string;
  fit(rows: readonly SurvivalRow[], names: readonly string[]): FittedSurvivalModel;
  load(artifact: Json): FittedSurvivalModel;
}

const SURVIVAL: readonly Survival[] = [
  {
    name: 'cox',
    fit: (rows, names) => cox.fit(rows, { covariates: names.map(numeric), ties: 'efron' }),
    load: cox.load,
  },
  {
    name: 'weibull-aft',
    fit: (rows, names) => weibullAft.fit(rows, { covariates: names.map(numeric) }),
    load: weibullAft.load,
  },
];

const numeric = (name: string) => ({ name, kind: 'number' }) as const;

/**
 * Survival models as churn models, where it is known how long each customer had been here when they left or at the end of what is known:
 * the log-odds of leaving within the horizon before that, of who was still here at its start: 1 - S(t) / S(t - horizon).
 */
export const SURVIVAL_MEMBERS: readonly Member[] = SURVIVAL.map(
  (survival): Member => ({
    name: survival.name,
    // Nobody counts twice in a risk set.
    treatment: () => 'none',
    fit: (rows, context) => fitMember(survival, rows, context),
    load: (artifact) => {
      const saved = artifact as unknown as ModelArtifact;
      if (saved?.model !== `churn-${survival.name}` || saved.formatVersion !== FORMAT_VERSION) {
        throw new DataError({
          field: 'model',
          expected: `a saved churn-${survival.name} of format ${FORMAT_VERSION}`,
          found: `${saved?.model} of format ${saved?.formatVersion}`,
          remedy: 'train again',
        });
      }
      const { survival: inner, ...parameters } = saved.parameters as unknown as Parameters & { survival: Json };
      return member(survival, survival.load(inner), parameters, saved.diagnostics);
    },
  }),
);

function fitMember(survival: Survival, rows: readonly TreeRow[], { features, tenure }: MemberContext): FittedMember {
  const { tenureAt, horizon } = placeOf(features, tenure);
  const durations = rows.map((row, index) => tenureOf(row, index, features, tenureAt));
  const growing = features.filter((_, f) => f !== tenureAt && goesWith(rows, f, durations));
  const used = [...features.keys()].filter((f) => f !== tenureAt && !growing.includes(features[f] as FeatureSpec));
  const { design, warnings } = learnDesign(pick(rows, used), pickOf(features, used));
  const written = writeOut(pick(rows, used), design).columns;
  const columns = independentColumns(written);
  const names = designNames(design);
  const fitted = survival.fit(
    rows.map(({ label }, index) => ({
      // Time is measured in whole units: who left in the first one was here for part of it.
      duration: Math.max(durations[index] as number, horizon / 2),
      event: label === 1,
      values: columns.map((column) => written[index]?.[column] as number),
    })),
    columns.map((column) => names[column] ?? ''),
  );
  return member(
    survival,
    fitted,
    { features, tenureAt, horizon, used, design, columns },
    {
      ...fitted.diagnostics,
      warnings: [
        ...growing.map(({ name }) => `${name} goes with the tenure itself: the survival models do without it.`),
        ...warnings,
        ...fitted.diagnostics.warnings,
      ],
    },
  );
}

function member(
  survival: Survival,
  fitted: FittedSurvivalModel,
  parameters: Parameters,
  diagnostics: FittedMember['diagnostics'],
): FittedMember {
  const { features, tenureAt, horizon, used, design, columns } = parameters;
  return {
    diagnostics,
    logOdds: (rows) => {
      const written = writeOut(pick(rows, used), design).columns;
      return rows.map((row, index) => {
        const tenure = Math.max(tenureOf(row, index, features, tenureAt), horizon / 2);
        const values = columns.map((column) => written[index]?.[column] as number);
        const stays = fitted.conditionalSurvival(
          { duration: 0, event: false, values },
          Math.max(tenure - horizon, 0),
          Math.min(horizon, tenure),
        );
        return logOddsOfLeaving(stays ?? 1);
      });
    },
    notices: (rows) => writeOut(pick(rows, used), design).notices,
    save: () => ({
      model: `churn-${survival.name}`,
      formatVersion: FORMAT_VERSION,
      parameters: { ...(parameters as unknown as Record<string, Json>), survival: fitted.save() as unknown as Json },
      diagnostics,
    }),
  };
}

function logOddsOfLeaving(stays: number): number {
  const safe = Math.min(Math.max(stays, 1e-6), 1 - 1e-6);
  return Math.log((1 - safe) / safe);
}

function placeOf(features: readonly FeatureSpec[], tenure: Tenure | undefined): { tenureAt: number; horizon: number } {
  const tenureAt = features.findIndex(({ name, kind }) => name === tenure?.feature && kind === 'number');
  if (tenure && tenureAt >= 0) return { tenureAt, horizon: tenure.horizon };
  throw new DataError({
    field: tenure?.feature ?? 'tenure',
    expected: 'a column of numbers: how long each customer has been here',
    remedy: 'name the column of the tenure, or leave the survival models out',
  });
}

function tenureOf({ values }: TreeRow, row: number, features: readonly FeatureSpec[], tenureAt: number): number {
  const tenure = values[tenureAt];
  if (typeof tenure === 'number' && tenure >= 0) return tenure;
  throw new DataError({
    row,
    field: features[tenureAt]?.name ?? 'tenure',
    expected: 'a time of zero or more: how long the customer has been here',
    found: String(tenure),
    remedy: 'fill it in, or leave out --tenure',
  });
}

function goesWith(rows: readonly TreeRow[], f: number, durations: readonly number[]): boolean {
  const known = rows.flatMap(({ values }, row) => {
    const value = values[f];
    return typeof value === 'number' && !Number.isNaN(value) ? [{ value, duration: durations[row] as number }] : [];
  });
  if (known.length < 2) return false;
  const correlation = pearson(
    averageRanks(known.map(({ value }) => value)),
    averageRanks(known.map(({ duration }) => duration)),
  );
  return Math.abs(correlation) > GOES_WITH_TENURE;
}

function pick(rows: readonly TreeRow[], used: readonly number[]): readonly TreeRow[] {
  return rows.map((row) => ({ ...row, values: used.map((f) => row.values[f]) }));
}

function pickOf(features: readonly FeatureSpec[], used: readonly number[]): readonly FeatureSpec[] {
  return used.map((f) => features[f] as FeatureSpec);
}
