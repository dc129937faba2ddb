import { describe, expect, it } from 'vitest';
import type { Json } from '../../core/domain/json.ts';
import { logistic } from '../../core/models/churn/logistic.ts';
import { bgNbd, mbgNbd } from '../../core/models/clv/beta-geometric.ts';
import { gammaGamma } from '../../core/models/clv/gamma-gamma.ts';
import type { ModelArtifact } from '../../core/ports/model.ts';
import { BOOKS, EXAMPLES, type SimulatedRow, simulatedExamples, simulatedRows } from './simulated-rows.ts';

/** A fitted model with these parameters: what its family saves, with other numbers in it. */
function withParameters<Fitted>(
  family: {
    fit(rows: readonly SimulatedRow[], options: object): { save(): ModelArtifact };
    load(artifact: Json): Fitted;
  },
  parameters: Readonly<Record<string, number>>,
): Fitted {
  const saved = family.fit(SMALL, {}).save();
  return family.load({ ...saved, parameters: { ...saved.parameters, ...parameters } } as unknown as Json);
}
const SMALL = simulatedRows({ ...BOOKS['bg-nbd'], customers: 200 });
const near = (found: number, wanted: number, tolerance: number) =>
  expect(Math.abs(found - wanted) / Math.max(Math.abs(wanted), 1e-12)).toBeLessThan(tolerance);

/** CDNOW, 1/10 sample: Fader, Hardie & Lee 2005 for BG/NBD, Batislam et al. 2007 as BTYDplus has it for MBG/NBD; all digits of the fit. */
const bg = withParameters(bgNbd, { r: 0.242594514, alpha: 4.413601713, a: 0.792921862, b: 2.42590637 });
const mbg = withParameters(mbgNbd, { r: 0.524843166, alpha: 6.183085721, a: 0.891359293, b: 1.614002172 });
const NEW = { frequency: 0, recencyWeeks: 0, ageWeeks: 0 };

describe('BG/NBD and MBG/NBD at the parameters of the papers', () => {
  it('expect 1.226 purchases of the papers’ example in 39 weeks (Fader, Hardie & Lee 2005, table 2)', () => {
    expect(bg.expectedPurchases({ frequency: 2, recencyWeeks: 30.43, ageWeeks: 38.86 }, 39)).toBeCloseTo(1.226, 3);
  });

  it.each([
    [1 / 7, 0.0078],
    [1, 0.0532],
    [3, 0.1506],
    [31.8571, 1.0405],
    [32, 1.0437],
    [78, 1.8576],
  ])('expect of a new customer in %d weeks %d purchases (the authors’ spreadsheet)', (weeks, wanted) => {
    expect(Math.abs(bg.expectedPurchases(NEW, weeks) - wanted)).toBeLessThan(5e-4);
  });

  it('give a new customer no purchase in 39 weeks with probability .5738 (BTYD’s manual)', () => {
    const rounded = withParameters(bgNbd, { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 });
    expect(rounded.probabilityOfNoPurchase(NEW, 39)).toBeCloseTo(0.5737864, 6);
  });

  /** Computed with lifetimes and BTYD at these parameters: [x, t_x, T], P(alive), expected purchases in 13, 39, 52 weeks. */
  it.each([
    [
      [2, 30.43, 38.86],
      [0.726609177539, 0.457156112826, 1.22590688503, 1.55857815053],
      [0.706125707229, 0.476837843826, 1.26266927905, 1.59682379455],
    ],
    [
      [0, 0, 38.86],
      [1, 0.0698116183347, 0.19478203187, 0.251667279386],
      [0.389715078809, 0.0560273337582, 0.153954296109, 0.197629293628],
    ],
    [
      [1, 1.71, 38.86],
      [0.212231936372, 0.0746995634517, 0.203254805081, 0.259912342926],
      [0.170820120264, 0.070309552514, 0.188789968621, 0.240069765178],
    ],
    [
      [7, 29.43, 38.86],
      [0.641795088237, 1.27916710693, 3.33718557922, 4.19904811671],
      [0.622638696691, 1.22920412235, 3.16679940705, 3.96368314907],
    ],
    [
      [26, 30.86, 31],
      [0.968918527687, 8.27757140546, 20.7502765742, 25.7590425231],
      [0.965552767091, 7.8701731011, 19.4479804729, 23.9998847962],
    ],
    [
      [10, 20, 38],
      [0.0479086523372, 0.136932378971, 0.354355964003, 0.444593823102],
      [0.0502266250368, 0.140489763223, 0.358907116447, 0.447880275733],
    ],
    [
      [100, 38, 39],
      [0.925210019414, 25.0105992996, 63.8334432494, 79.707438627],
      [0.92318047532, 23.840126796, 60.0104705763, 74.5053316499],
    ],
  ] as const)('say of %j what lifetimes says', ([frequency, recencyWeeks, ageWeeks], wantedBg, wantedMbg) => {
    const row = { frequency, recencyWeeks, ageWeeks };
    for (const [model, wanted] of [
      [bg, wantedBg],
      [mbg, wantedMbg],
    ] as const) {
      near(model.predict([row])[0]?.probabilityAlive ?? Number.NaN, wanted[0], 2e-6);
      for (const [index, weeks] of [13, 39, 52].entries()) {
        near(model.expectedPurchases(row, weeks), wanted[index + 1] ?? Number.NaN, 1e-7);
      }
    }
  });

  it('stay finite and in range for heavy buyers and at a = 1', () => {
    const one = withParameters(bgNbd, { r: 0.5, alpha: 4, a: 1, b: 2.5 });
    const nearly = withParameters(bgNbd, { r: 0.5, alpha: 4, a: 1.001, b: 2.5 });
    for (const row of [
      { frequency: 500, recencyWeeks: 37, ageWeeks: 37 },
      { frequency: 500, recencyWeeks: 1, ageWeeks: 37 },
      { frequency: 3, recencyWeeks: 20, ageWeeks: 30 },
    ]) {
      const expected = one.expectedPurchases(row, 52);
      expect(Number.isFinite(expected) && expected >= 0).toBe(true);
      near(nearly.expectedPurchases(row, 52) + 1e-9, expected + 1e-9, 0.05);
    }
  });

  it('expect without discount what they expect, less with it, nothing of no time', () => {
    for (const model of [bg, mbg]) {
      for (const row of [
        NEW,
        { frequency: 2, recencyWeeks: 30, ageWeeks: 39 },
        { frequency: 60, recencyWeeks: 38, ageWeeks: 39 },
      ]) {
        near(model.discountedPurchases(row, 365 / 7, 1), model.expectedPurchases(row, 365 / 7), 1e-6);
        expect(model.discountedPurchases(row, 52, 0.99)).toBeLessThan(model.expectedPurchases(row, 52));
        expect(model.expectedPurchases(row, 0)).toBe(0);
        expect(model.probabilityOfNoPurchase(row, 0)).toBeCloseTo(1, 12);
        let before = 0;
        for (const weeks of [1, 4, 13, 52, 208]) {
          const now = model.expectedPurchases(row, weeks);
          expect(now).toBeGreaterThan(before);
          before = now;
        }
      }
    }
  });
});

describe('Gamma-Gamma at the parameters of note 025', () => {
  const spend = withParameters(gammaGamma, { p: 6.25, q: 3.74, v: 15.44, trend: 0 });

  it.each([
    [2, 22.35, 24.65],
    [1, 11.77, 18.91],
    [0, 0, 35.17],
    [7, 73.74, 71.46],
    [2, 25.55, 27.28],
  ])(
    'expects after %d purchases of %d on average %d (Fader & Hardie’s first ten customers)',
    (spendDays, meanSpend, wanted) => {
      expect(Math.abs(spend.expectedSpend({ spendDays, meanSpend }) - wanted)).toBeLessThan(0.1);
    },
  );
});

describe('fits to simulated books', () => {
  /** By SciPy on the same rows (figures.py). */
  const FITS = {
    'bg-nbd': {
      'bg-nbd': [0.5779266, 5.7395395, 0.8172884, 2.2775989, -23919.179031],
      'mbg-nbd': [1.0747052, 8.869393, 1.71226, 5.8984777, -23988.684922],
      'gamma-gamma': [5.816301, 4.213818, 16.373869, -8623.250742],
    },
    'mbg-nbd': {
      'bg-nbd': [0.3947382, 3.3660616, 1.0278413, 5.8169722, -26828.824223],
      'mbg-nbd': [0.8731745, 5.5877005, 0.7618575, 2.3043208, -26795.608612],
      'gamma-gamma': [4.65341, 3.674882, 45.296583, -9607.21655],
    },
  } as const;

  for (const name of ['bg-nbd', 'mbg-nbd'] as const) {
    const rows = simulatedRows(BOOKS[name]);

    it.each([bgNbd, mbgNbd])(`of ${name}: $name reaches SciPy’s optimum`, (family) => {
      const { parameters, diagnostics: how } = family.fit(rows, { penalty: 0 });
      const [r, alpha, a, b, logLikelihood] = FITS[name][family.name as 'bg-nbd' | 'mbg-nbd'];
      expect(how.converged).toBe(true);
      expect(how.rows).toBe(3_000);
      expect(Math.abs((how.logLikelihood ?? 0) - logLikelihood)).toBeLessThan(1e-4);
      near(parameters.r, r, 1e-4);
      near(parameters.alpha, alpha, 1e-4);
      near(parameters.a, a, 1e-3);
      near(parameters.b, b, 1e-3);
    });

    it(`of ${name}: the model that made the book has the better likelihood`, () => {
      const likelihood = (family: typeof bgNbd) => family.fit(rows, { penalty: 0 }).diagnostics.logLikelihood ?? 0;
      expect(likelihood(bgNbd) > likelihood(mbgNbd)).toBe(name === 'bg-nbd');
    });

    it(`of ${name}: Gamma-Gamma reaches SciPy’s optimum`, () => {
      const { parameters, diagnostics: how } = gammaGamma.fit(rows, {});
      const [p, q, v, logLikelihood] = FITS[name]['gamma-gamma'];
      expect(Math.abs((how.logLikelihood ?? 0) - logLikelihood)).toBeLessThan(1e-4);
      near(parameters.p, p, 1e-4);
      near(parameters.q, q, 1e-4);
      near(parameters.v, v, 1e-4);
    });
  }

  it('does not depend on the order of the rows by a bit', () => {
    expect(bgNbd.fit([...SMALL].reverse(), {}).parameters).toEqual(bgNbd.fit(SMALL, {}).parameters);
  });
});

describe('logistic regression on simulated examples', () => {
  const rows = simulatedExamples(EXAMPLES.seed, EXAMPLES.count);

  /** By SciPy (figures.py): penalty, coefficients in the columns’ own units, intercept, penalised loss. */
  it.each([
    [0, [1.205853544546, -0.000773690457, 0], 3.386365850032],
    [1, [1.199783565998, -0.000769848945, 0], 3.368543643026],
    [100, [0.848188790169, -0.000546973412, 0], 2.33037784869],
  ] as const)('with penalty %d is SciPy’s', (l2, coefficients, intercept) => {
    const model = logistic.fit(rows, { featureNames: ['x', 'y', 'one'], l2 });
    const origin = model.logOdds([0, 0, 0]);
    near(origin, intercept, 1e-5);
    expect(model.logOdds([1, 0, 0]) - origin).toBeCloseTo(coefficients[0], 5);
    expect((model.logOdds([0, 1_000, 0]) - origin) / 1_000).toBeCloseTo(coefficients[1], 8);
    expect(model.logOdds([0, 0, 1]) - origin).toBe(0);
  });

  it('is calibrated on what it was fitted to: mean probability is the share of events', () => {
    const model = logistic.fit(rows, { featureNames: ['x', 'y', 'one'], l2: 0 });
    const mean = model.predict(rows).reduce((sum, each) => sum + each, 0) / rows.length;
    const share = rows.filter((row) => row.label === 1).length / rows.length;
    expect(mean).toBeCloseTo(share, 6);
  });
});
