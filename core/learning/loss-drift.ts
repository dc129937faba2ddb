import { adaptiveWindow } from './adwin.ts';
import { pageHinkley } from './page-hinkley.ts';

/** A rise of the loss that chance does not explain. */
export interface LossAlarm {
  detector: 'adwin' | 'page-hinkley';
  /** Index of the loss at which it was seen. */
  at: number;
}

/** Chance of a false alarm by ADWIN's bound. */
export const ADWIN_DELTA = 0.002;
/** In squared errors of a probability: half a point above the mean is no rise; the sum of rises may go to 30, which gave
 * half a false alarm in 10,000 errors at a rate of .2 (npm run test:drills -- learning). */
export const LOSS_PAGE_HINKLEY = { tolerance: 0.005, threshold: 30 } as const;

/** Watches losses of 0..1 in the order in which they became known, with two detectors; falls are no alarms. */
export function lossDrift(losses: Iterable<number>): readonly LossAlarm[] {
  const window = adaptiveWindow(ADWIN_DELTA);
  const rises = pageHinkley(LOSS_PAGE_HINKLEY);
  const alarms: LossAlarm[] = [];
  let at = 0;
  for (const loss of losses) {
    const before = window.mean;
    if (window.add(loss) && window.mean > before) alarms.push({ detector: 'adwin', at });
    if (rises(loss)) alarms.push({ detector: 'page-hinkley', at });
    at += 1;
  }
  return alarms;
}
