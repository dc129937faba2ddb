import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { type DatedEvent, summarise } from '../../core/features/stats.ts';
import { seededRandom } from '../../core/math/random.ts';
import { propensityOf } from '../../core/scores/propensity.ts';
import { loadScoringModel, saveScoringModel } from '../../core/scores/scoring-model.ts';
import type { TrainingCustomer } from '../../core/scores/train.ts';
import { trainPropensities } from '../../core/scores/train-propensity.ts';
import { simulateBook, trainedModel } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
const REFER = { name: 'refer', events: ['Invite Sent'] };
const options = { asOf: AS_OF, currency: 'USD', horizonDays: 60 };

/** Customers of a year or two, visited at a rate of their own; who visits much sends invites, if `tied`, and anybody does otherwise. */
function customers(seed: number, tied: boolean): readonly TrainingCustomer[] {
  const random = seededRandom(seed);
  return Array.from({ length: 900 }, () => {
    const keen = random.next() < 0.3;
    const events: DatedEvent[] = [];
    for (let ago = 300; ago >= 0; ago -= 1) {
      const day = addDays(AS_OF, -ago);
      if (random.next() < (keen ? 0.3 : 0.03)) events.push({ channel: 'web', name: 'Page Viewed', day });
      if (random.next() < (tied ? (keen ? 0.012 : 0.0005) : 0.004))
        events.push({ channel: 'product', name: 'Invite Sent', day });
    }
    const first = addDays(AS_OF, -300 - Math.floor(random.next() * 400));
    return {
      purchaseDays: [first],
      purchasesAt: () => [],
      terms: [],
      statsAt: (day: CalendarDay) =>
        summarise([{ day: first, amountMinor: 1_000n, orders: 1 }], events, day, { doubles: 0, unmatched: 0 }),
    };
  });
}

describe('the propensity to do something', () => {
  it('is learned where something tells, beats the base rate on the newest horizon, and is calibrated', () => {
    const sample = customers(1, true);
    const { propensities, reports } = trainPropensities(sample, [REFER], options);
    const [report] = reports;
    if (!report || 'why' in report) throw new Error('no model');
    expect(report.kept).toBe(true);
    expect(report.auc).toBeGreaterThan(0.75);
    expect(report.brier).toBeLessThan(0.9 * report.baseRateBrier);
    const [propensity] = propensities;
    if (!propensity) throw new Error('no model');
    const mean =
      sample.reduce((sum, { statsAt }) => sum + propensityOf(propensity, inputsAt(statsAt(AS_OF), AS_OF, 'USD')), 0) /
      sample.length;
    expect(mean).toBeGreaterThan(0.8 * report.baseRate);
    expect(mean).toBeLessThan(1.25 * report.baseRate);
  });

  it('has no model where the event hardly ever came, and says so; nor one for a target nobody does', () => {
    const { propensities, reports } = trainPropensities(
      customers(1, true),
      [{ name: 'fly', events: ['Flight Booked'] }, { name: 'buy-again' }],
      options,
    );
    expect(propensities).toEqual([]);
    expect(reports).toMatchObject([
      { name: 'fly', kept: false, why: expect.stringMatching(/came 0 times/) },
      { kept: false },
    ]);
  });

  it('hardly beats the base rate where nothing tells', () => {
    const [report] = trainPropensities(customers(2, false), [REFER], options).reports;
    if (!report || 'why' in report) throw new Error('no model');
    expect(report.auc).toBeGreaterThan(0.4);
    expect(report.auc).toBeLessThan(0.6);
    expect(report.brier).toBeGreaterThan(0.97 * report.baseRateBrier);
  });

  it('to buy again is part of the scoring model, and the same from the model as loaded', () => {
    const book = simulateBook({ seed: 11, customers: 600, asOf: AS_OF });
    const model = trainedModel(book, AS_OF);
    expect(model.report.propensities.map(({ name, kept }) => [name, kept])).toEqual([
      ['buy-again', true],
      ['upgrade', false],
      ['refer', false],
    ]);
    const loaded = loadScoringModel(JSON.parse(JSON.stringify(saveScoringModel(model))));
    const [own, read] = [model, loaded].map(
      ({ propensities: [first] }) => first && propensityOf(first, model.reference),
    );
    expect(read).toBe(own);
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThan(1);
  });
});
