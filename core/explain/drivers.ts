import { falseDiscovery } from '../math/false-discovery.ts';
import { compareProportions } from '../math/proportions.ts';

/** A customer on a past day: its cohort, what was true of it, and whether it left afterwards. */
export interface DriverExample {
  cohort: string;
  /** Factors that held; those that no example has are not tested. */
  factors: ReadonlySet<string>;
  left: boolean;
}

/** Something that goes with leaving, or with staying. An association: what was not measured may be behind it. */
export interface Driver {
  factor: string;
  /** Null for the whole book. */
  cohort: string | null;
  /** Customers of whom the factor held, and of whom it did not. */
  withFactor: number;
  withoutFactor: number;
  /** Share of each who left. */
  leftWith: number;
  leftWithout: number;
  /** leftWith - leftWithout with its 95 % interval: above 0 goes with leaving. */
  difference: number;
  low: number;
  high: number;
  /** Adjusted for all tests made (Benjamini and Hochberg). */
  qValue: number;
}

/** A factor is tested where so many customers have it and so many do not. */
const LEAST_CUSTOMERS = 20;
const FALSE_SHARE = 0.05;

/** Tests every factor in the whole book and in every cohort, and keeps what stands after correction for all of these tests; largest differences first. */
export function driversOf(examples: readonly DriverExample[]): { drivers: readonly Driver[]; tests: number } {
  const factors = [...new Set(examples.flatMap((example) => [...example.factors]))].sort();
  const cohorts = Map.groupBy(examples, (example) => example.cohort);
  const groups = [
    { cohort: null, members: examples },
    ...[...cohorts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([cohort, members]) => ({ cohort, members })),
  ];
  const tested = groups.flatMap(({ cohort, members }) =>
    factors.flatMap((factor) => {
      const count = (has: boolean) => {
        const those = members.filter((each) => each.factors.has(factor) === has);
        return { count: those.filter(({ left }) => left).length, of: those.length };
      };
      const having = count(true);
      const lacking = count(false);
      if (having.of < LEAST_CUSTOMERS || lacking.of < LEAST_CUSTOMERS) return [];
      return [{ factor, cohort, having, lacking, ...compareProportions(having, lacking) }];
    }),
  );
  const qValues = falseDiscovery(tested.map(({ pValue }) => pValue));
  const drivers = tested
    .map(
      ({ factor, cohort, having, lacking, difference, low, high }, index): Driver => ({
        factor,
        cohort,
        withFactor: having.of,
        withoutFactor: lacking.of,
        leftWith: having.count / having.of,
        leftWithout: lacking.count / lacking.of,
        difference,
        low,
        high,
        qValue: qValues[index] ?? 1,
      }),
    )
    .filter(({ qValue }) => qValue <= FALSE_SHARE)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  return { drivers, tests: tested.length };
}
