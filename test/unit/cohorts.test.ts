import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { lastCompleteDay, periodFor, periodIndex, periodName } from '../../core/evaluation/cohort-periods.ts';
import type { ContractTerm } from '../../core/features/contract.ts';
import type { LeavingRule } from '../../core/scores/leaving.ts';
import type { TrainingCustomer } from '../../core/scores/train.ts';
import { trainCohorts } from '../../core/scores/train-cohorts.ts';
import { cohortsAnswer } from '../../core/store/cohorts-answer.ts';
import { type SimulatedCustomer, simulateBook, trainedModel, trainingCustomer } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-17');
const SILENCE: LeavingRule = { definition: 'no_purchase_within', horizonDays: 60 };

function buyer(id: string, ...orders: readonly (readonly [day: string, amount: string])[]): SimulatedCustomer {
  return { id, orders: orders.map(([day, amount]) => ({ day: calendarDay(day), amount })), events: [] };
}

function counted(customers: readonly TrainingCustomer[], { asOf = AS_OF, rule = SILENCE } = {}) {
  return trainCohorts(customers, { asOf, currency: 'EUR', rule });
}

describe('periods of cohorts', () => {
  it('are months as long as 24 of them reach back to the first day, then quarters', () => {
    expect(periodFor(calendarDay('2024-07-01'), calendarDay('2026-06-29'))).toBe('month');
    expect(periodFor(calendarDay('2024-06-01'), calendarDay('2026-06-29'))).toBe('month');
    expect(periodFor(calendarDay('2024-06-01'), calendarDay('2026-06-30'))).toBe('quarter');
    expect(periodName(periodIndex(calendarDay('2025-12-31'), 'quarter'), 'quarter')).toBe('2025 Q4');
    expect(periodName(periodIndex(calendarDay('2025-12-31'), 'month'), 'month')).toBe('2025-12');
  });

  it('end before the day of the facts, or on it', () => {
    expect(lastCompleteDay(calendarDay('2026-06-29'), 'month')).toBe('2026-05-31');
    expect(lastCompleteDay(calendarDay('2026-06-30'), 'month')).toBe('2026-06-30');
    expect(lastCompleteDay(calendarDay('2026-06-29'), 'quarter')).toBe('2026-03-31');
  });
});

describe('the triangles of cohorts', () => {
  const customers = [
    buyer('a', ['2026-03-02', '10.00'], ['2026-03-20', '5.00'], ['2026-05-01', '20.00'], ['2026-06-10', '99.00']),
    buyer('b', ['2026-03-31', '30.00'], ['2026-04-30', '30.00']),
    buyer('c', ['2026-05-31', '8.00']),
    buyer('d', ['2026-06-02', '7.00']),
  ].map(trainingCustomer);

  it('count who ordered and what they brought, in periods that are over alone', () => {
    expect(counted(customers)).toEqual({
      until: '2026-05-31',
      period: 'month',
      staying: 'ordered',
      customers: 3,
      older: 0,
      cohorts: [
        {
          name: '2026-03',
          customers: 2,
          stayed: [1, 0.5, 0.5],
          revenue: [22.5, 15, 10],
          revenueSoFar: [22.5, 37.5, 47.5],
        },
        { name: '2026-05', customers: 1, stayed: [1], revenue: [8], revenueSoFar: [8] },
      ],
    });
  });

  it('know nothing that came after the day of the training', () => {
    expect(counted(customers, { asOf: calendarDay('2026-04-30') })?.cohorts).toEqual([
      { name: '2026-03', customers: 2, stayed: [1, 0.5], revenue: [22.5, 15], revenueSoFar: [22.5, 37.5] },
    ]);
  });

  it('list the newest 24 quarters of an old book and say how many customers came before', () => {
    const old = Array.from({ length: 30 }, (_, quarter) =>
      buyer(`q${quarter}`, [addDays(AS_OF, -100 - 92 * quarter), '10.00']),
    ).map(trainingCustomer);
    const report = counted(old);
    expect(report?.period).toBe('quarter');
    expect(report?.cohorts).toHaveLength(24);
    expect(report?.older).toBe((report?.customers ?? 0) - 24);
    expect(report?.cohorts.at(-1)?.name).toBe('2026 Q1');
  });

  it('are none where no period with a customer is over', () => {
    expect(counted([])).toBeNull();
    expect(counted([trainingCustomer(buyer('d', ['2026-06-02', '7.00']))])).toBeNull();
  });

  it('follow contracts where leaving is by contract: who is under one on the last day of a period', () => {
    const term = (startsOn: string, endsOn: string | null): ContractTerm => ({
      startsOn: calendarDay(startsOn),
      endsOn: endsOn === null ? null : calendarDay(endsOn),
      endKnownOn: calendarDay(startsOn),
      cancelledOn: null,
    });
    const under = (...terms: readonly ContractTerm[]): TrainingCustomer => ({
      ...trainingCustomer(buyer('a', ['2026-03-02', '100.00'])),
      terms,
    });
    const report = counted([under(term('2026-03-01', '2026-04-15')), under(term('2026-03-15', null))], {
      rule: { definition: 'contract_end', horizonDays: 90 },
    });
    expect(report).toMatchObject({ staying: 'under-contract', customers: 2 });
    expect(report?.cohorts).toEqual([
      { name: '2026-03', customers: 2, stayed: [1, 0.5, 0.5], revenue: [100, 0, 0], revenueSoFar: [100, 100, 100] },
    ]);
  });
});

describe('the forecast of cohorts', () => {
  const asOf = calendarDay('2026-06-01');
  const book = simulateBook({ seed: 7, customers: 1_000, asOf });
  const model = trainedModel(book, asOf);
  const forecast = model.report.value?.cohorts;

  it('is of the newest window, adds up over the cohorts, and holds what was expected inside each interval', () => {
    expect(forecast?.window).toEqual(model.report.value?.windows[0]);
    const sum = (of: 'expected' | 'actual' | 'customers') =>
      forecast?.cohorts.reduce((all, cohort) => all + cohort[of], 0) ?? Number.NaN;
    for (const of of ['expected', 'actual', 'customers'] as const)
      expect(sum(of)).toBeCloseTo(forecast?.total[of] ?? 0, 6);
    for (const { low, expected, high } of forecast?.cohorts ?? []) {
      expect(low).toBeLessThanOrEqual(expected);
      expect(high).toBeGreaterThanOrEqual(expected);
    }
  });

  it('has what came of who was a customer on its first day, and of nobody else', () => {
    const { from, to } = forecast?.window ?? { from: asOf, to: asOf };
    const then = book.map(trainingCustomer).filter(({ purchaseDays }) => (purchaseDays[0] ?? asOf) <= from);
    const came = then.flatMap(({ purchasesAt }) => purchasesAt(to).filter(({ day }) => day > from));
    expect(forecast?.total.customers).toBe(then.length);
    const cents = came.reduce((all, { amountMinor }) => all + Number(amountMinor), 0);
    expect(forecast?.total.actual).toBeCloseTo(cents / 100, 6);
  });

  it('is answered with its errors, and not at all for a model of an earlier version', () => {
    const answer = cohortsAnswer(model);
    const { expected, actual } = answer.forecast?.total ?? { expected: '0', actual: '0' };
    expect(answer.forecast?.totalError).toBeCloseTo(Number(expected) / Number(actual) - 1, 4);
    const { cohorts: _, ...report } = model.report;
    const value = report.value && { ...report.value };
    if (value) delete value.cohorts;
    expect(cohortsAnswer({ ...model, report: { ...report, value } })).toMatchObject({ triangle: null, forecast: null });
  });
});
