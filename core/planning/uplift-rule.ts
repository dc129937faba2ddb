import type { FeatureSpec, TreeValue } from '../models/trees/table.ts';
import { qini, rankingOf } from './qini.ts';
import type { TrialRow } from './uplift-learners.ts';

/** A rule that fits in one line: first those to whom it applies, or those to whom it does not. */
export interface OneLineRule {
  /** In words, such as "womens > 0.5". */
  says: string;
  applies(values: readonly TreeValue[]): boolean;
}

/** Thresholds tried for a number, at quantiles. */
const THRESHOLDS = 10;

/** The rule with the largest Qini on these rows, of all that ask about one feature. Null when no feature varies. */
export function bestRule(rows: readonly TrialRow[], features: readonly FeatureSpec[]): OneLineRule | null {
  let best: { rule: OneLineRule; value: number } | null = null;
  for (const [at, { name, kind }] of features.entries()) {
    for (const rule of kind === 'number' ? numberRules(rows, at, name) : categoryRules(rows, at, name)) {
      const value = qini(rows, rankingOf(rows.map(({ values }) => Number(rule.applies(values)))));
      if (best === null || value > best.value) best = { rule, value };
    }
  }
  return best?.rule ?? null;
}

function numberRules(rows: readonly TrialRow[], at: number, name: string): readonly OneLineRule[] {
  const known = rows
    .flatMap(({ values }) => (typeof values[at] === 'number' ? [values[at]] : []))
    .sort((a, b) => a - b);
  const distinct = [...new Set(known)];
  const cuts =
    distinct.length <= THRESHOLDS
      ? distinct.slice(1).map((value, i) => (value + (distinct[i] as number)) / 2)
      : [
          ...new Set(
            Array.from(
              { length: THRESHOLDS - 1 },
              (_, i) => known[Math.floor(((i + 1) * known.length) / THRESHOLDS)] as number,
            ),
          ),
        ];
  return cuts.flatMap((cut) => [
    { says: `${name} > ${cut}`, applies: (values) => Number(values[at] ?? Number.NaN) > cut },
    { says: `${name} <= ${cut}`, applies: (values) => Number(values[at] ?? Number.NaN) <= cut },
  ]);
}

function categoryRules(rows: readonly TrialRow[], at: number, name: string): readonly OneLineRule[] {
  const levels = [...new Set(rows.map(({ values }) => values[at] ?? null))].filter((level) => level !== null).sort();
  return levels.length < 2
    ? []
    : levels.flatMap((level) => [
        { says: `${name} is ${level}`, applies: (values) => values[at] === level },
        { says: `${name} is not ${level}`, applies: (values) => values[at] !== level },
      ]);
}
