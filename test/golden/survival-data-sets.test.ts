import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readTable } from '../../cli/read-table.ts';
import { survivalTable } from '../../cli/survival-table.ts';
import { evaluateSurvival } from '../../core/evaluation/survival.ts';

const folder = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const path = (file: string) => join(folder, file);
const missing = ['rossi.csv', 'waltons.csv', 'lung.csv', 'reference.json'].find((file) => !existsSync(path(file)));

async function evaluate(file: string, duration: string, event: string, covariates?: readonly string[]) {
  const { rows, ...table } = survivalTable(await readTable(path(file)), { duration, event, covariates });
  const evaluation = evaluateSurvival(rows, { covariates: table.covariates, seed: 1, clock: () => 0 });
  const named = (name: string) => {
    const model = evaluation.models.find((each) => each.name === name);
    if (!model) throw new Error(`no model ${name}`);
    return model;
  };
  return { evaluation, named, notes: table.notes };
}

describe('the public survival sets', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, `no ${path(missing ?? '')}; set STAYPOWER_DATA_DIR`));

  it('Cox on recidivism (rossi): coefficients within 1e-5, likelihood within 1e-3, concordance as published', async () => {
    const reference = JSON.parse(readFileSync(path('reference.json'), 'utf8')) as {
      papers: { rossi_cox_efron: { coef: Record<string, number>; ll: number; concordance: number } };
    };
    const { coef, ll, concordance } = reference.papers.rossi_cox_efron;
    const { named } = await evaluate('rossi.csv', 'week', 'arrest');
    const { parameters, logLikelihood, metrics, converged } = named('cox');
    expect(Object.keys(parameters)).toEqual(Object.keys(coef));
    for (const [name, published] of Object.entries(coef)) {
      expect(Math.abs((parameters[name] ?? Number.NaN) - published)).toBeLessThan(1e-5);
    }
    expect(Math.abs((logLikelihood ?? 0) - ll)).toBeLessThan(1e-3);
    expect(metrics.concordance).toBeCloseTo(concordance, 4);
    expect(converged).toBe(true);
  });

  // Published with lifelines: its rho is 1 / scale.
  it('Weibull on recidivism: scale .7124 within 1e-4, log-likelihood -679.9166', async () => {
    const { named } = await evaluate('rossi.csv', 'week', 'arrest');
    const { parameters, logLikelihood } = named('weibull-aft');
    expect(Math.abs((parameters['scale'] ?? 0) - 0.7124)).toBeLessThan(1e-4);
    expect(Math.abs((logLikelihood ?? 0) + 679.9166)).toBeLessThan(1e-4);
    const published = {
      intercept: 3.99,
      fin: 0.272,
      age: 0.041,
      race: -0.225,
      wexp: 0.107,
      mar: 0.311,
      paro: 0.059,
      prio: -0.066,
    };
    for (const [name, value] of Object.entries(published)) expect(parameters[name]).toBeCloseTo(value, 3);
    expect(named('log-normal-aft').logLikelihood).toBeCloseTo(-683.23, 2);
    expect(named('log-logistic-aft').logLikelihood).toBeCloseTo(-679.94, 2);
  });

  it('out of sample the models of recidivism rank better than the best single column', async () => {
    const { evaluation, named } = await evaluate('rossi.csv', 'week', 'arrest');
    const cox = named('cox').metrics.crossValidatedConcordance ?? 0;
    const naive = evaluation.naive.find(({ name }) => name.startsWith('best-single-column'));
    expect(cox).toBeGreaterThan(naive?.metrics.crossValidatedConcordance ?? 1);
    expect(cox).toBeLessThan(named('cox').metrics.concordance ?? 0);
  });

  it('Kaplan-Meier on the flies of Walton: median 56', async () => {
    const { named } = await evaluate('waltons.csv', 'T', 'E');
    expect(named('kaplan-meier').parameters).toEqual({ median: 56, medianLow: 53, medianHigh: 58 });
  });

  // R's coxph of age and sex: .017045 and -.513219.
  it('lung: Kaplan-Meier on every row, the others on the complete ones, and it says so', async () => {
    const { evaluation, named, notes } = await evaluate('lung.csv', 'time', 'status');
    expect([evaluation.rows, evaluation.completeRows, evaluation.events]).toEqual([228, 167, 165]);
    expect(named('kaplan-meier').parameters).toEqual({ median: 310, medianLow: 284, medianHigh: 361 });
    expect(notes).toEqual([expect.stringMatching(/^61 of 228 rows lack a value .*meal\.cal 47/)]);
    const few = await evaluate('lung.csv', 'time', 'status', ['age', 'sex']);
    expect(few.notes).toEqual([]);
    expect(few.named('cox').parameters['age']).toBeCloseTo(0.017045, 6);
    expect(few.named('cox').parameters['sex']).toBeCloseTo(-0.513219, 6);
  });
});
