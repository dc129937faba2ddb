import type { Coefficient } from '../survival/survival-model.ts';
import type { FittedTableLogistic } from './table-logistic.ts';

/** A coefficient as an odds ratio, in words. */
export interface OddsRatio extends Coefficient {
  /** exp(estimate): what the odds are multiplied with for one unit more, or for this level instead of the reference. */
  oddsRatio: number;
  /** e.g. "Contract Two year instead of Month-to-month goes with odds of leaving 74 % lower (95 %: 68 % to 79 % lower)." */
  sentence: string;
}

/**
 * The odds ratios of a fitted regression, those least likely to be chance first. They say what goes together when everything else in the
 * table is held equal, not what causes what. A penalty draws them towards 1.
 *
 * @param event what happens, as a noun, e.g. "leaving"
 */
export function oddsRatios({ design, regression }: FittedTableLogistic, event: string): readonly OddsRatio[] {
  const subjects = design.flatMap((feature) => {
    if (feature.kind === 'category') {
      const [reference = ''] = feature.levels;
      return feature.levels.slice(1).map((level) => `${feature.name} ${level} instead of ${reference}`);
    }
    const oneMore = `One more of ${feature.name}`;
    return feature.missing ? [oneMore, `${feature.name} not known`] : [oneMore];
  });
  return regression.coefficients
    .map((coefficient, j) => ({
      ...coefficient,
      oddsRatio: Math.exp(coefficient.estimate),
      sentence: sentence(subjects[j] ?? coefficient.name, coefficient, event),
    }))
    .sort((a, b) => (a.pValue ?? 1) - (b.pValue ?? 1) || Math.abs(b.estimate) - Math.abs(a.estimate));
}

function sentence(subject: string, { estimate, low, high }: Coefficient, event: string): string {
  if (estimate === 0) return `${subject} makes no difference to the odds of ${event}.`;
  const interval = low === null || high === null ? '' : ` (95 %: ${change(low)} to ${change(high)})`;
  const doubt = low !== null && high !== null && low < 0 && high > 0 ? ', which may be chance' : '';
  return `${subject} goes with odds of ${event} ${change(estimate)}${interval}${doubt}.`;
}

/** How odds change by a log odds ratio: a factor where a percentage would need four digits. */
function change(estimate: number): string {
  const ratio = Math.exp(estimate);
  if (ratio >= 10) return `${ratio.toPrecision(3)} times as high`;
  const percent = Math.abs(ratio - 1) * 100;
  const digits = percent < 1 ? percent.toPrecision(1) : percent.toFixed(percent < 10 ? 1 : 0);
  return `${digits} % ${ratio < 1 ? 'lower' : 'higher'}`;
}
