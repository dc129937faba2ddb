import { addDays, type CalendarDay } from '../domain/calendar-day.ts';
import { patternsAt } from '../engagement/patterns.ts';
import { type Driver, type DriverExample, driversOf } from '../explain/drivers.ts';
import { type Inputs, inputsAt } from '../features/inputs.ts';
import type { CustomerStats } from '../features/stats.ts';
import { followUpDays, type LeavingRule, leftOn, mayLeave } from './leaving.ts';
import type { TrainingCustomer } from './train.ts';

/** What went with leaving in the newest horizon. */
export interface DriverReport {
  /** Customers who were active on the first day, and how many comparisons were made. */
  customers: number;
  tests: number;
  drivers: readonly Driver[];
}

/** Things that may be true of a customer; beside them every kind of event it did lately (`did:` and its key). */
export const FACTORS = [
  'one-order',
  'overdue',
  'support-lately',
  'no-visits',
  'no-meeting',
  'activity-drop',
  'activity-rising',
] as const;
export type Factor = (typeof FACTORS)[number];

/** Decayed count, in the long memory, of one event some four months ago. */
const LATELY = 0.25;
const MOST_DRIVERS = 60;

/** Compares who left in the horizon up to asOf with who stayed, by what was true of them before it; cohorts by year and quarter of the first order, or contract. */
export function trainDrivers(
  sample: readonly TrainingCustomer[],
  options: { asOf: CalendarDay; currency: string; rule: LeavingRule },
): DriverReport {
  const { asOf, currency, rule } = options;
  const cut = addDays(asOf, -followUpDays(rule));
  const examples = sample.flatMap((customer): DriverExample[] => {
    const stats = customer.statsAt(cut);
    const inputs = inputsAt(stats, cut, currency);
    const since = stats.firstPurchase ?? stats.contract?.startedOn;
    if (since === undefined || !mayLeave(inputs, rule)) return [];
    return [
      {
        cohort: quarterOf(since),
        factors: new Set(factorsOf(stats, inputs, cut)),
        left: leftOn(customer, cut, rule, asOf) !== null,
      },
    ];
  });
  const { drivers, tests } = driversOf(examples);
  return { customers: examples.length, tests, drivers: drivers.slice(0, MOST_DRIVERS) };
}

function factorsOf(stats: CustomerStats, inputs: Inputs, day: CalendarDay): readonly string[] {
  const { short, long } = inputs;
  const patterns = stats.rhythm ? patternsAt(stats.rhythm, day) : null;
  const held: Readonly<Record<Factor, boolean>> = {
    'one-order': inputs.purchases === 1,
    overdue: inputs.purchases > 1 && inputs.silenceDays > 1.5 * inputs.meanGapDays,
    'support-lately': short.support >= 0.5,
    'no-visits': long.web + long.email + long.product < LATELY,
    'no-meeting': long.meeting < LATELY,
    'activity-drop': patterns?.drop != null,
    'activity-rising': patterns?.trend === 'rising',
  };
  const did = Object.entries(inputs.named).flatMap(([key, count]) => (count.long >= LATELY ? [`did:${key}`] : []));
  return [...FACTORS.filter((factor) => held[factor]), ...did];
}

function quarterOf(day: CalendarDay): string {
  return `${day.slice(0, 4)} Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}
