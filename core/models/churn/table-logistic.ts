import { DataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { FittedModel, ModelArtifact, ModelFamily } from '../../ports/model.ts';
import type { FeatureSpec, ScoringNotice, TreeRow } from '../trees/table.ts';
import { type FittedLogistic, type LabelledRow, logistic } from './logistic.ts';
import { type DesignFeature, designNames, learnDesign, writeOut } from './table-design.ts';

export interface TableLogisticOptions {
  readonly features: readonly FeatureSpec[];
  /** Penalties as in LogisticOptions. */
  readonly l2: number;
  readonly l1?: number;
}

/** A fitted logistic regression on a table of numbers and categories: probability of label 1. */
export interface FittedTableLogistic extends FittedModel<TreeRow, number> {
  /** The regression on the columns that the table is written out in. */
  readonly regression: FittedLogistic;
  readonly design: readonly DesignFeature[];
  logOdds(rows: readonly TreeRow[]): readonly number[];
  /** What predict has to work around in these rows, such as categories never seen; empty when nothing. */
  notices(rows: readonly TreeRow[]): readonly ScoringNotice[];
}

/** The model face of logistic regression on a table. */
export interface TableLogisticFamily extends ModelFamily<TreeRow, number, TableLogisticOptions> {
  fit(rows: readonly TreeRow[], options: TableLogisticOptions): FittedTableLogistic;
  load(artifact: Json): FittedTableLogistic;
}

const NAME = 'table-logistic';

/** Logistic regression on the same tables as the trees: categories written out, missing values filled and marked. */
export const tableLogistic: TableLogisticFamily = {
  name: NAME,
  fit: (rows, { features, ...penalties }) => {
    const { design, warnings } = learnDesign(rows, features);
    const featureNames = designNames(design);
    const { columns } = writeOut(rows, design);
    const examples = rows.map(({ label, weight = 1 }, i): LabelledRow => {
      // What is no outcome is refused by the regression itself.
      return { values: columns[i] ?? [], label: label as 0 | 1, weight };
    });
    const regression = logistic.fit(examples, { featureNames, ...penalties });
    const constant = constantColumns(columns, featureNames);
    return fitted(design, regression, [
      ...warnings,
      ...constant.map((name) => `${name} has the same value in every row and says nothing: leave it out.`),
      ...regression.diagnostics.warnings,
    ]);
  },
  load: (artifact) => {
    const saved = artifact as unknown as ModelArtifact;
    if (saved?.model !== NAME || saved.formatVersion !== 1) {
      throw new DataError({
        field: 'model',
        expected: `a saved ${NAME} of format 1`,
        found: `${saved?.model} of format ${saved?.formatVersion}`,
        remedy: 'train again',
      });
    }
    const { design, regression } = saved.parameters as unknown as {
      design: readonly DesignFeature[];
      regression: Json;
    };
    return fitted(design, logistic.load(regression), saved.diagnostics.warnings);
  },
};

function fitted(
  design: readonly DesignFeature[],
  regression: FittedLogistic,
  warnings: readonly string[],
): FittedTableLogistic {
  const diagnostics = { ...regression.diagnostics, warnings };
  const logOdds = (rows: readonly TreeRow[]) => writeOut(rows, design).columns.map(regression.logOdds);
  return {
    name: NAME,
    regression,
    design,
    diagnostics,
    logOdds,
    predict: (rows) => logOdds(rows).map((each) => 1 / (1 + Math.exp(-each))),
    notices: (rows) => writeOut(rows, design).notices,
    save: () => ({
      model: NAME,
      formatVersion: 1,
      parameters: { design: design as unknown as Json, regression: regression.save() as unknown as Json },
      diagnostics,
    }),
  };
}

function constantColumns(columns: readonly (readonly number[])[], names: readonly string[]): readonly string[] {
  const [first = []] = columns;
  return names.filter((_, j) => columns.every((row) => row[j] === first[j]));
}
