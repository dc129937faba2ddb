/** Settings of a Page-Hinkley test, in the unit of the values. */
export interface PageHinkleySettings {
  /** How much above the mean is no rise yet (delta). */
  tolerance: number;
  /** How far the sum of rises may go (lambda): a higher one gives fewer false alarms, and later ones. */
  threshold: number;
}

/** Values before which nothing is said. */
const FEWEST_VALUES = 30;

/**
 * Page-Hinkley test for a rise of the mean: the sum of what values lie above the mean so far, less a tolerance, against its lowest point
 * (Page 1954, Biometrika 41:100; Hinkley 1971, Biometrika 58:509; as in Gama et al. 2014, ACM Computing Surveys 46:44, section 3.2). Starts
 * anew after an alarm.
 *
 * @returns takes the next value; true for an alarm
 */
export function pageHinkley({ tolerance, threshold }: PageHinkleySettings): (value: number) => boolean {
  let [count, mean, sum, lowest] = [0, 0, 0, 0];
  return (value) => {
    count += 1;
    mean += (value - mean) / count;
    sum += value - mean - tolerance;
    lowest = Math.min(lowest, sum);
    if (count < FEWEST_VALUES || sum - lowest <= threshold) return false;
    [count, mean, sum, lowest] = [0, 0, 0, 0];
    return true;
  };
}
