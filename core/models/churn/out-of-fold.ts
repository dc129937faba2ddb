import type { TreeRow } from '../trees/table.ts';
import { balanced, type Imbalance } from './imbalance.ts';
import type { FittedMember, Member, MemberContext } from './members.ts';

/** A member fitted to all rows, and what fits to other rows said of each. */
export interface TrainedMember {
  readonly name: string;
  readonly fitted: FittedMember;
  /** Log-odds of each row by a fit that did not see it. */
  readonly outOfFold: readonly number[];
}

/** The rows outside a fold, or all of them, as treated for a rare outcome. */
export type TrainingRows = (treatment: Imbalance, withoutFold: number | null) => readonly TreeRow[];

/** Treats each set of training rows once, for all members. Whatever is done, is done after the fold was set apart. */
export function trainingRows(rows: readonly TreeRow[], folds: Int32Array, context: MemberContext): TrainingRows {
  const known = new Map<string, readonly TreeRow[]>();
  return (treatment, withoutFold) => {
    const key = `${treatment} ${withoutFold}`;
    const treated =
      known.get(key) ??
      balanced(
        rows.filter((_, row) => folds[row] !== withoutFold),
        context.features,
        treatment,
        context.random,
      );
    known.set(key, treated);
    return treated;
  };
}

/**
 * Fits a member to all rows, and once without each fold. A forest's out-of-bag predictions save it the folds, unless rows were invented:
 * those resemble the rows set apart.
 *
 * @param folds of each row, 0..k - 1
 */
export function trainMember(
  member: Member,
  rows: readonly TreeRow[],
  folds: Int32Array,
  context: MemberContext & { imbalance: Imbalance },
  trainingSet: TrainingRows = trainingRows(rows, folds, context),
): TrainedMember {
  const treatment = member.treatment(context.imbalance);
  const fitted = member.fit(trainingSet(treatment, null), context);
  if (fitted.outOfBag && treatment !== 'smote') {
    return { name: member.name, fitted, outOfFold: withoutGaps(fitted.outOfBag) };
  }
  const outOfFold = new Array<number>(rows.length).fill(0);
  for (const fold of new Set(folds)) {
    const out = [...folds.keys()].filter((row) => folds[row] === fold);
    const part = member.fit(trainingSet(treatment, fold), context);
    const said = part.logOdds(out.map((row) => rows[row] as TreeRow));
    for (const [position, row] of out.entries()) outOfFold[row] = said[position] as number;
  }
  return { name: member.name, fitted, outOfFold };
}

/** A row that every tree drew has no prediction: it gets the mean of the others. */
function withoutGaps(logOdds: readonly number[]): readonly number[] {
  const known = logOdds.filter((each) => !Number.isNaN(each));
  const mean = known.reduce((sum, each) => sum + each, 0) / Math.max(known.length, 1);
  return logOdds.map((each) => (Number.isNaN(each) ? mean : each));
}
