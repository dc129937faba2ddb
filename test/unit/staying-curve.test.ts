import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { churnRisk } from '../../core/scores/churn.ts';
import { lifecycleOf } from '../../core/scores/leaving.ts';
import { stayingCurve } from '../../core/scores/staying-curve.ts';
import { simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
/** The model knows the book a year ago; what came since tells whether it was right. */
const THEN = addDays(AS_OF, -365);
const book = simulateBook({ seed: 9, customers: 1_500, asOf: AS_OF });
const model = trainedModel(book, THEN);
const customers = book.map(trainingCustomer).flatMap((customer) => {
  const inputs = inputsAt(customer.statsAt(THEN), THEN, 'USD');
  const curve = inputs.purchases > 0 && lifecycleOf(inputs, model) === 'active' ? stayingCurve(model, inputs) : null;
  return curve ? [{ customer, inputs, curve }] : [];
});

describe('the curve of staying', () => {
  it('begins at 1, never rises, and leaves at the horizon what the churn risk leaves', () => {
    expect(customers.length).toBeGreaterThan(300);
    for (const { inputs, curve } of customers) {
      expect(curve).toHaveLength(13);
      expect(curve[0]).toEqual({ days: 0, probability: 1 });
      for (const [index, { probability }] of curve.slice(1).entries())
        expect(probability).toBeLessThanOrEqual(curve[index]?.probability ?? 0);
      const month = curve[1];
      const risk = churnRisk(model, inputs) ?? 0;
      expect(month?.probability).toBeCloseTo((1 - risk) ** ((month?.days ?? 0) / model.horizonDays), 9);
    }
  });

  it('says of the year to come what came: who stayed for one, two and four horizons in a row', () => {
    for (const horizons of [1, 2, 4]) {
      const days = horizons * model.horizonDays;
      const foretold = customers.map(({ curve }) => {
        const after = curve.findIndex((point) => point.days >= days);
        const [before, next] = [curve[after - 1], curve[after]];
        if (!before || !next) throw new Error('the curve is too short');
        const share = (days - before.days) / (next.days - before.days);
        return before.probability + share * (next.probability - before.probability);
      });
      const stayed = customers.map(({ customer: { purchaseDays } }) =>
        Array.from(
          { length: horizons },
          (_, k) => [addDays(THEN, k * model.horizonDays), addDays(THEN, (k + 1) * model.horizonDays)] as const,
        ).every(([from, to]) => purchaseDays.some((day) => day > from && day <= to)),
      );
      const mean = foretold.reduce((sum, each) => sum + each, 0) / foretold.length;
      const actual = stayed.filter(Boolean).length / stayed.length;
      expect(Math.abs(mean - actual)).toBeLessThan(0.04);
    }
  });

  it('is not drawn for who never bought', () => {
    const stats = trainingCustomer({ id: 'p', orders: [], events: [{ day: THEN, channel: 'web' }] }).statsAt(THEN);
    expect(stayingCurve(model, inputsAt(stats, THEN, 'USD'))).toBeNull();
  });
});
