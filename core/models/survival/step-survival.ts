import { areaUnder, levelAt, type StepCurve, timeAtLevel } from './step-curve.ts';
import type { FittedSurvivalModel } from './survival-model.ts';
import type { SurvivalRow } from './survival-row.ts';

/** The questions of time, for a model whose answer is a curve of steps. */
export function stepSurvival(
  curveOf: (row: SurvivalRow) => StepCurve,
): Pick<FittedSurvivalModel, 'survival' | 'survivalTime' | 'conditionalSurvival' | 'expectedRemaining'> {
  /** The share of those who outlived `elapsed`; null where nobody is known to have. */
  const share = (curve: StepCurve, elapsed: number, part: number | null) => {
    const still = levelAt(curve, elapsed);
    return still === null || still === 0 || part === null ? null : part / still;
  };
  return {
    survival: (row, time) => levelAt(curveOf(row), time),
    survivalTime: (row, level) => timeAtLevel(curveOf(row), level),
    conditionalSurvival: (row, elapsed, ahead) => {
      const curve = curveOf(row);
      return share(curve, elapsed, levelAt(curve, elapsed + ahead));
    },
    expectedRemaining: (row, elapsed, horizon) => {
      const curve = curveOf(row);
      return share(curve, elapsed, areaUnder(curve, elapsed, elapsed + horizon));
    },
  };
}
