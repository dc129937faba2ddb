import { checkTimes } from './check-times.ts';
import { areaUnder, heightAt, type StepCurve, timeAtHeight } from './step-curve.ts';
import type { FittedSurvivalModel } from './survival-model.ts';
import type { SurvivalRow } from './survival-row.ts';

/** The questions of time, for a model whose answer is a curve of steps. */
export function stepSurvival(
  curveOf: (row: SurvivalRow) => StepCurve,
): Pick<FittedSurvivalModel, 'survival' | 'survivalTime' | 'conditionalSurvival' | 'expectedRemaining'> {
  /** The share of those who outlived `elapsed`; null where nobody is known to have. */
  const share = (curve: StepCurve, elapsed: number, part: number | null) => {
    const still = heightAt(curve, elapsed);
    return still === null || still === 0 || part === null ? null : part / still;
  };
  return {
    survival: (row, time) => {
      checkTimes({ time });
      return heightAt(curveOf(row), time);
    },
    survivalTime: (row, level) => timeAtHeight(curveOf(row), level),
    conditionalSurvival: (row, elapsed, ahead) => {
      checkTimes({ elapsed, ahead });
      const curve = curveOf(row);
      return share(curve, elapsed, heightAt(curve, elapsed + ahead));
    },
    expectedRemaining: (row, elapsed, horizon) => {
      checkTimes({ elapsed, horizon });
      const curve = curveOf(row);
      return share(curve, elapsed, areaUnder(curve, elapsed, elapsed + horizon));
    },
  };
}
