import { describe, expect, it } from 'vitest';
import { DataError, NotFittedError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';
import type { FittedModel, ModelFamily } from '../../core/ports/model.ts';

/** A model family with what the suite needs to try it. */
export interface ModelUnderTest<Row, Prediction, Options> {
  family: ModelFamily<Row, Prediction, Options>;
  options: Options;
  /** Some hundred rows that it can be fitted to. */
  rows: readonly Row[];
  /** Rows that hold nothing to learn, e.g. no repeat purchase. */
  nothingToLearn: readonly Row[];
  /** Rows of which one value is no number, with the field that the error must name. */
  unusable: readonly { row: Row; field: string }[];
  /** The probabilities in a prediction; none for an amount. */
  probabilities(prediction: Prediction): readonly number[];
  /** Characters of JSON that a saved model may have; 2,000 for one of a few parameters. */
  largestArtifact?: number;
  /** False for models without a log-likelihood. */
  likelihood?: boolean;
  /** Everything else that a fitted model can be asked of a row, as plain values. */
  ask(model: FittedModel<Row, Prediction>, row: Row): unknown;
}

/** What holds of every model (core/ports/model.ts). */
export function testModel<Row, Prediction, Options>(
  name: string,
  {
    family,
    options,
    rows,
    nothingToLearn,
    unusable,
    probabilities,
    largestArtifact = 2_000,
    likelihood = true,
    ask,
  }: ModelUnderTest<Row, Prediction, Options>,
): void {
  describe(`${name} as a model`, () => {
    const answers = (model: FittedModel<Row, Prediction>) =>
      rows.slice(0, 50).map((row) => ({ prediction: model.predict([row])[0], more: ask(model, row) }));

    it('refuses to be fitted to nothing, or to rows that hold nothing to learn, and says what to do', () => {
      expect(() => family.fit([], options)).toThrow(NotFittedError);
      expect(() => family.fit(nothingToLearn, options)).toThrow(NotFittedError);
      expect(() => family.fit(nothingToLearn, options)).toThrow(/\. [A-Z]/);
    });

    it.each(unusable)('refuses a row with an unusable $field, naming row and field', ({ row, field }) => {
      const spoiled = [...rows.slice(0, 7), row, ...rows.slice(7)];
      expect(() => family.fit(spoiled, options)).toThrow(DataError);
      expect(() => family.fit(spoiled, options)).toThrow(new RegExp(`^row 7, field ${field}:`));
    });

    it('gives the same model from the same rows', () => {
      expect(family.fit(rows, options).save()).toEqual(family.fit(rows, options).save());
    });

    it('does not care about the order of the rows', () => {
      const shuffled = [...rows].reverse();
      const [one, other] = [family.fit(rows, options), family.fit(shuffled, options)];
      for (const [index, answer] of answers(one).entries()) closeTo(answers(other)[index], answer);
    });

    it('says of a row the same, whoever is asked about with it', () => {
      const model = family.fit(rows, options);
      const all = model.predict(rows);
      expect(model.predict([...rows].reverse())).toEqual([...all].reverse());
      expect(model.predict(rows.slice(10, 12))).toEqual(all.slice(10, 12));
      expect(model.predict([])).toEqual([]);
    });

    it('leaves rows and options as they were', () => {
      const frozen = rows.map((row) => deepFreeze(structuredClone(row)));
      const model = family.fit(Object.freeze(frozen), deepFreeze(structuredClone(options)));
      model.predict(frozen);
      expect(frozen).toEqual(rows);
    });

    it('is the same after it was saved as JSON and loaded', () => {
      const model = family.fit(rows, options);
      const loaded = family.load(JSON.parse(JSON.stringify(model.save())) as Json);
      expect(answers(loaded)).toEqual(answers(model));
      expect(loaded.save()).toEqual(model.save());
      expect(loaded.name).toBe(family.name);
      expect(loaded.diagnostics).toEqual(model.diagnostics);
    });

    it.each([
      ['another model', { model: 'no-such-model' }],
      ['a later format', { formatVersion: 999 }],
    ])('refuses to load %s', (_, change) => {
      const saved = { ...family.fit(rows, options).save(), ...change };
      expect(() => family.load(saved as unknown as Json)).toThrow(DataError);
    });

    it.each([null, [], 'text', {}])('refuses to load %j', (artifact) => {
      expect(() => family.load(artifact as Json)).toThrow(DataError);
    });

    it('keeps no training data and nothing but plain JSON in what it saves', () => {
      const text = JSON.stringify(family.fit(rows, options).save());
      expect(text.length).toBeLessThan(largestArtifact);
      expect(JSON.parse(text)).toEqual(family.fit(rows, options).save());
      if (likelihood) expect(text).not.toMatch(/[:[,]null/);
    });

    it('tells how the fit went', () => {
      const { diagnostics } = family.fit(rows, options);
      expect(diagnostics.converged).toBe(true);
      expect(diagnostics.iterations).toBeGreaterThan(0);
      expect(diagnostics.rows).toBeGreaterThan(0);
      expect(Number.isFinite(diagnostics.logLikelihood)).toBe(likelihood);
    });

    it('says probabilities between 0 and 1', () => {
      for (const prediction of family.fit(rows, options).predict(rows)) {
        for (const probability of probabilities(prediction)) {
          expect(probability).toBeGreaterThanOrEqual(0);
          expect(probability).toBeLessThanOrEqual(1);
        }
      }
    });
  });
}

/** Equal values but for rounding: every number to 1e-6 of itself. */
function closeTo(found: unknown, wanted: unknown): void {
  if (typeof wanted === 'number') {
    expect(Math.abs(Number(found) - wanted)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(wanted)));
  } else if (typeof wanted === 'object' && wanted !== null) {
    for (const [key, value] of Object.entries(wanted)) closeTo((found as Record<string, unknown>)[key], value);
  } else expect(found).toEqual(wanted);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
