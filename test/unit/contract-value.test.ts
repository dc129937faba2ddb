import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { contractReadinessOf } from '../../core/evaluation/contract-readiness.ts';
import { type ContractTerm, contractAt } from '../../core/features/contract.ts';
import { contractPeriods } from '../../core/features/contract-periods.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { summarise } from '../../core/features/stats.ts';
import { compareModels } from '../../core/learning/compare-models.ts';
import { beta, seededRandom } from '../../core/math/random.ts';
import {
  type ContractSubject,
  contractFutures,
  contractInterval,
  contractMoney,
  contractMoneyIfKept,
  fitContractValue,
  loadContractValue,
  saveContractValue,
} from '../../core/models/clv/contract-value.ts';
import { DISCOUNT_PER_WEEK, YEAR_WEEKS } from '../../core/models/clv/discounting.ts';
import { contractHistories } from '../../core/scores/contract-histories.ts';
import { contractSubject } from '../../core/scores/contract-subject.ts';
import type { LeavingRule } from '../../core/scores/leaving.ts';
import { scoreNumbers } from '../../core/scores/numbers.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import { loadScoringModel, saveScoringModel } from '../../core/scores/scoring-model.ts';
import { type TrainingCustomer, trainScoringModel } from '../../core/scores/train.ts';
import { simulateBook, trainingCustomer } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
const A_YEAR_ON = addDays(AS_OF, 365);
const BY_END: LeavingRule = { definition: 'contract_end', horizonDays: 90 };
const TWELVE_MONTHS = { weeks: YEAR_WEEKS, discountPerWeek: DISCOUNT_PER_WEEK, margin: 1 };
const UNDISCOUNTED = { ...TWELVE_MONTHS, discountPerWeek: 1 };

function term(startsOn: string, endsOn: string | null, given: Partial<ContractTerm> = {}): ContractTerm {
  const start = calendarDay(startsOn);
  return {
    startsOn: start,
    endsOn: endsOn === null ? null : calendarDay(endsOn),
    endKnownOn: start,
    cancelledOn: null,
    ...given,
  };
}

describe('periods of a contract', () => {
  it('follow one another: a renewal, early or late, begins after the end before it', () => {
    const lived = (...terms: readonly ContractTerm[]) =>
      contractPeriods(terms).map(({ startsOn, endsOn, renewedAfterDays }) => [startsOn, endsOn, renewedAfterDays]);
    const first = term('2024-01-01', '2024-12-31');
    expect(lived(first, term('2024-12-15', '2025-12-31'))).toEqual([
      ['2024-01-01', '2024-12-31', null],
      ['2025-01-01', '2025-12-31', 0],
    ]);
    expect(lived(first, term('2025-01-11', '2025-12-31'))).toEqual([
      ['2024-01-01', '2024-12-31', null],
      ['2025-01-11', '2025-12-31', 10],
    ]);
    expect(lived(first, term('2025-02-15', '2025-12-31'))[1]).toEqual(['2025-02-15', '2025-12-31', null]);
  });

  it('of months are renewals, too, though their ends lie closer than the grace', () => {
    const months = [
      term('2026-02-01', '2026-02-28'),
      term('2026-03-01', '2026-03-30'),
      term('2026-03-31', '2026-04-29'),
    ];
    expect(contractPeriods(months).map(({ renewedAfterDays }) => renewedAfterDays)).toEqual([null, 0, 0]);
    expect(contractAt(months, calendarDay('2026-04-15'))?.standing).toEqual({
      startedOn: '2026-02-01',
      renewals: 2,
      termDays: 30,
    });
  });

  it('overwritten on renewal are told by the end before; what ran for years when it was first seen was renewed yearly', () => {
    const seen = (endsOn: string, on: string) => term('2019-01-01', endsOn, { endKnownOn: calendarDay(on) });
    const [first, second] = [seen('2025-12-31', '2025-06-01'), seen('2026-12-31', '2025-12-20')];
    expect(contractPeriods([first, second])[1]).toMatchObject({ startsOn: '2026-01-01', renewedAfterDays: 0 });
    expect(contractAt([first, second], AS_OF)?.standing).toMatchObject({ renewals: 7, termDays: 365 });
    expect(contractHistories([first, second], calendarDay('2024-06-01'))).toEqual([]);
    expect(contractHistories([first], calendarDay('2025-06-02'))).toMatchObject([{ renewals: 6, lost: false }]);
  });

  it('whose end lay ahead when it was first seen later say nothing of a term on a day before that', () => {
    const later = [term('2025-01-01', '2026-12-31', { endKnownOn: calendarDay('2026-03-01'), annualValueMinor: 5 })];
    expect(contractAt(later, calendarDay('2026-02-28'))).not.toHaveProperty('standing');
    expect(contractAt(later, calendarDay('2026-03-01'))?.standing).toMatchObject({ renewals: 1, annualValueMinor: 5 });
  });

  it('until further notice comes up every thirty days, and is over with the notice', () => {
    const open = (cancelledOn: string | null) => {
      const terms = [
        term('2026-03-01', null, {
          annualValueMinor: 36_500,
          cancelledOn: cancelledOn === null ? null : calendarDay(cancelledOn),
        }),
      ];
      return contractSubject(inputsAt(summarise([], [], AS_OF, { doubles: 0, unmatched: 0 }, terms), AS_OF, 'EUR'));
    };
    expect(open(null)).toEqual({
      length: 'open',
      renewals: 3,
      termDays: 30,
      daysLeft: 28,
      endedDays: 0,
      leaving: false,
      annualValue: 365,
    });
    expect(open('2026-05-20')).toMatchObject({ leaving: true, daysLeft: 0 });
    expect(contractHistories([term('2026-03-01', null, { cancelledOn: calendarDay('2026-05-20') })], AS_OF)).toEqual([
      { length: 'open', renewals: 2, lost: true, renewedAfterDays: [] },
    ]);
  });

  it('show nothing of an end, a renewal or a notice that came later', () => {
    const terms = [
      term('2025-01-01', '2025-12-31', { cancelledOn: calendarDay('2025-11-01') }),
      term('2026-01-01', '2026-12-31'),
    ];
    const history = { length: 'longer', renewals: 0, lost: false, renewedAfterDays: [] };
    expect(contractHistories(terms, calendarDay('2025-12-31'))).toEqual([history]);
    expect(contractHistories(terms, AS_OF)).toEqual([{ ...history, renewals: 1, renewedAfterDays: [0] }]);
    expect(contractHistories(terms.slice(0, 1), calendarDay('2026-01-30'))).toEqual([history]);
    expect(contractHistories(terms.slice(0, 1), calendarDay('2026-01-31'))).toEqual([{ ...history, lost: true }]);
  });
});

/** Nine in ten renew at first, by Beta(1, 9) chances of leaving; renewals come on the day, a quarter of them ten days late. */
const model = fitContractValue(
  Array.from({ length: 4_000 }, (_, index) => {
    const random = seededRandom(index);
    const leaves = beta(random, 1, 9);
    const seen = Math.floor(random.next() * 6);
    let renewals = 0;
    while (renewals < seen && random.next() >= leaves) renewals += 1;
    return {
      length: 'longer' as const,
      renewals,
      lost: renewals < seen,
      renewedAfterDays: Array.from({ length: renewals }, () => (random.next() < 0.25 ? 10 : 0)),
    };
  }),
);
const yearly: ContractSubject = {
  length: 'longer',
  renewals: 1,
  termDays: 365,
  daysLeft: 100,
  endedDays: 0,
  leaving: false,
  annualValue: 730,
};

describe('the money of a contract', () => {
  it('is told by no model before a contract was lost', () => {
    const kept = { length: 'longer' as const, renewals: 2, lost: false, renewedAfterDays: [] };
    expect(() => fitContractValue([kept])).toThrow(/No contract has ended yet/);
  });

  it('is certain to the end of the term and likely beyond: two a day, by the chance of one renewal', () => {
    const renews = model.all.renewalProbability(1);
    expect(renews).toBeCloseTo(10 / 11, 1);
    expect(contractMoney(model, yearly, UNDISCOUNTED)).toBeCloseTo(2 * 100 + 2 * 265 * renews, 9);
    expect(contractMoney(model, { ...yearly, daysLeft: 365 }, UNDISCOUNTED)).toBeCloseTo(730, 9);
    expect(contractMoneyIfKept(yearly, { weeks: YEAR_WEEKS, margin: 0.5 })).toBeCloseTo(365, 9);
  });

  it('is discounted as the days pass, and never above what it is if kept', () => {
    const interest = Math.log(1.1) / 365;
    const whole = contractMoney(model, { ...yearly, daysLeft: 400 }, TWELVE_MONTHS);
    expect(whole).toBeCloseTo((2 / interest) * (1 - 1 / 1.1), 6);
    expect(contractMoney(model, yearly, TWELVE_MONTHS)).toBeLessThan(whole);
  });

  it('ends with the term after notice, and is nothing once the contract lapsed', () => {
    expect(contractMoney(model, { ...yearly, leaving: true }, UNDISCOUNTED)).toBeCloseTo(200, 9);
    expect(contractMoney(model, { ...yearly, leaving: true, daysLeft: 0, endedDays: 31 }, UNDISCOUNTED)).toBe(0);
  });

  it('falls in the days of grace by how late renewals come', () => {
    const at = (endedDays: number) => contractMoney(model, { ...yearly, daysLeft: 0, endedDays }, UNDISCOUNTED);
    const renews = model.all.renewalProbability(1);
    const later = model.later[5] ?? 0;
    expect(later).toBeCloseTo(0.25, 1);
    expect(at(0)).toBeCloseTo(730 * renews, 9);
    expect(at(5)).toBeCloseTo((730 * renews * later) / (renews * later + 1 - renews), 9);
    // Ten days late is the latest: on the tenth day without cover it may still come, on the eleventh not.
    expect(at(10)).toBe(at(5));
    expect(at(11)).toBe(0);
  });

  it('has an exact interval: one in ten below, one in ten above, the mean between them', () => {
    const certain = contractInterval(model, { ...yearly, daysLeft: 365 }, UNDISCOUNTED, 730);
    expect(certain.low).toBeCloseTo(730, 9);
    expect(certain.high).toBeCloseTo(730, 9);
    const months = { ...yearly, termDays: 30, daysLeft: 10 };
    const futures = contractFutures(model, months, 365);
    expect(futures.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
    const mean = contractMoney(model, months, UNDISCOUNTED);
    const { low, high } = contractInterval(model, months, UNDISCOUNTED, mean);
    const below = (money: number) =>
      futures.filter(({ days }) => 2 * days < money - 1e-9).reduce((sum, { probability }) => sum + probability, 0);
    expect(below(low)).toBeLessThan(0.1);
    expect(below(low + 1)).toBeGreaterThanOrEqual(0.1);
    expect(low < mean && mean < high).toBe(true);
    expect(high).toBeCloseTo(730, 9);
  });

  it('is the same to the bit after it was kept and loaded; a length that is not known is refused', () => {
    const saved = saveContractValue(model);
    const loaded = loadContractValue(JSON.parse(JSON.stringify(saved)));
    expect(contractMoney(loaded, yearly, TWELVE_MONTHS)).toBe(contractMoney(model, yearly, TWELVE_MONTHS));
    const odd = { ...(saved as Record<string, unknown>), byLength: { decade: {} } };
    expect(() => loadContractValue(odd as never)).toThrow(/open, month, quarter/);
  });
});

interface Made extends TrainingCustomer {
  /** What comes in the year after asOf, as the generator has it. */
  comes: number;
}

/** Contracts of a year or a month over five years, some of them gone on beyond asOf; who pays by orders has no worth mapped. */
function contractBook(seed: number, size: number, pays: 'mapped' | 'orders' = 'mapped'): readonly Made[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, (): Made => {
    const days = random.next() < 0.5 ? 365 : 30;
    const leaves = days === 365 ? beta(random, 1, 3) : beta(random, 0.8, 12);
    const annualValueMinor = Math.round(20_000 * Math.exp(1.2 * (random.next() - 0.5)));
    const all: ContractTerm[] = [];
    let start = addDays(AS_OF, -Math.floor(random.next() * 1_800));
    for (; start <= A_YEAR_ON; start = addDays(start, days)) {
      const mapped = pays === 'mapped' ? { annualValueMinor } : {};
      all.push(term(start, addDays(start, days - 1), mapped));
      if (random.next() < leaves) break;
    }
    const terms = all.filter(({ startsOn }) => startsOn <= AS_OF);
    const payments = (day: CalendarDay) =>
      pays === 'mapped'
        ? []
        : terms
            .filter(({ startsOn }) => startsOn <= day)
            .map((each) => ({
              day: each.startsOn,
              amountMinor: BigInt(Math.round((annualValueMinor * days) / 365)),
              orders: 1,
            }));
    const covered = all.reduce((sum, { startsOn, endsOn }) => {
      const [begin, end] = [startsOn > AS_OF ? startsOn : addDays(AS_OF, 1), endsOn ?? A_YEAR_ON];
      const last = end < A_YEAR_ON ? end : A_YEAR_ON;
      return sum + Math.max((Date.parse(last) - Date.parse(begin)) / 86_400_000 + 1, 0);
    }, 0);
    return {
      comes: (annualValueMinor / 36_500) * covered,
      terms,
      purchaseDays: payments(AS_OF).map(({ day }) => day),
      purchasesAt: payments,
      statsAt: (on) => summarise(payments(on), [], on, { doubles: 0, unmatched: 0 }, terms),
    };
  });
}

function train(book: readonly TrainingCustomer[], rule: LeavingRule = BY_END) {
  const stats = book.map(({ statsAt }) => statsAt(AS_OF));
  return { stats, model: trainScoringModel(stats, book, { asOf: AS_OF, currency: 'EUR', rule }) };
}

describe('a book of contracts', () => {
  const book = contractBook(7, 1_500);
  const trained = train(book);

  it('is told by its renewals and no model of repeat purchases, beside the naive rows on windows inside it', () => {
    const { value, contracts, report } = trained.model;
    expect(value).toBeNull();
    expect(contracts).not.toBeNull();
    expect(report.transactionModels.map(({ name }) => name)).toEqual([
      'shifted-beta-geometric',
      'shifted-beta-geometric (month)',
      'shifted-beta-geometric (longer)',
    ]);
    expect(report.value).toMatchObject({ chosen: 'shifted-beta-geometric', chosenBy: 'backtest', from: 'contracts' });
    expect(report.value?.windows.length).toBe(3);
    expect(report.value?.backtest.map(({ name }) => name)).toEqual([
      'shifted-beta-geometric',
      'one-renewal-rate',
      'everybody-renews',
    ]);
  });

  it('judges two models by the money of contracts too: one that lets hardly anybody renew is worse', () => {
    const { contracts } = trained.model;
    if (contracts === null) throw new Error('The book has no model of contracts.');
    const hardly = { ...contracts, byLength: {}, all: { ...contracts.all, renewalProbability: () => 0.1 } };
    const window = { from: addDays(AS_OF, -120), to: AS_OF };
    const judged = (challenger: typeof trained.model) =>
      compareModels(trained.model, challenger, book, window)
        .filter(({ of }) => of === 'value')
        .map(({ verdict, cases }) => ({ verdict, many: cases > 500 }));
    expect(judged(trained.model)).toEqual([{ verdict: 'alike', many: true }]);
    expect(judged({ ...trained.model, contracts: hardly })).toEqual([{ verdict: 'worse', many: true }]);
    expect(judged({ ...trained.model, contracts: null })).toEqual([]);
  });

  it('is worth what comes: within 3 % in all, and by length of term', () => {
    const numbers = trained.stats.map((each) => scoreNumbers(trained.model, each, AS_OF));
    const sums = (of: (index: number) => boolean) => {
      const chosen = numbers.map((each, index) => ({ each, index })).filter(({ index }) => of(index));
      const expected = chosen.reduce((sum, { each }) => sum + (each.clv12m ?? 0), 0);
      // As the money of a year comes by the day, discounting takes nearly half a year's interest.
      return expected / (chosen.reduce((sum, { index }) => sum + (book[index]?.comes ?? 0), 0) * 1.1 ** -0.45);
    };
    const monthly = (index: number) => (trained.stats[index]?.contract?.standing?.termDays ?? 0) < 60;
    expect(Math.abs(sums(() => true) - 1)).toBeLessThan(0.03);
    expect(Math.abs(sums(monthly) - 1)).toBeLessThan(0.05);
    expect(Math.abs(sums((index) => !monthly(index)) - 1)).toBeLessThan(0.05);
  });

  it('has for everybody low <= mean <= high <= what it is if kept, and nothing for who has left', () => {
    for (const each of trained.stats) {
      const { lifecycle, clv12m, clv12mLow, clv12mHigh, valueIfKept12m } = scoreNumbers(trained.model, each, AS_OF);
      if (clv12m === null || clv12mLow === null || clv12mHigh === null || valueIfKept12m === null)
        throw new Error('not told');
      expect(clv12mLow <= clv12m && clv12m <= clv12mHigh && clv12mHigh <= valueIfKept12m).toBe(true);
      if (lifecycle === 'lapsed') expect([clv12m, clv12mHigh]).toEqual([0, 0]);
    }
  });

  it('says why: contributions of contract and spend add up to the value', () => {
    const one = trained.stats.find((each) => scoreNumbers(trained.model, each, AS_OF).lifecycle === 'active');
    if (!one) throw new Error('all have left');
    const score = scoreCustomer(trained.model, one, AS_OF, null);
    const { baseline = 0, contributions = [] } = score.explanations.clv ?? {};
    expect(contributions.map(({ group }) => group)).toEqual(['contract', 'spend', 'silence', 'frequency', 'tenure']);
    const sum = contributions.reduce((total, { contribution }) => total + contribution, baseline);
    expect(Math.abs(sum - (score.clv12m ?? 0))).toBeLessThan(1e-9);
    expect(contributions.slice(2).every(({ contribution }) => contribution === 0)).toBe(true);
  });

  it('is scored alike by the model as loaded', () => {
    const loaded = loadScoringModel(JSON.parse(JSON.stringify(saveScoringModel(trained.model))));
    for (const each of trained.stats.slice(0, 300))
      expect(scoreNumbers(loaded, each, AS_OF)).toEqual(scoreNumbers(trained.model, each, AS_OF));
  });

  it('without a mapped worth is told by what was paid, and why no other model is used is said', () => {
    const paid = contractBook(7, 1_500, 'orders');
    const { stats, model: byPayments } = train(paid);
    expect(byPayments.value).toBeNull();
    expect(byPayments.report.warnings.join()).toMatch(/models of repeat purchases \(bg-nbd, .*\) are not fitted/);
    const told = stats.map((each) => scoreNumbers(byPayments, each, AS_OF).valueIfKept12m);
    const mapped = trained.stats.map((each) => scoreNumbers(trained.model, each, AS_OF).valueIfKept12m);
    for (const [index, each] of told.entries())
      expect(Math.abs((each ?? 0) / (mapped[index] ?? 1) - 1)).toBeLessThan(0.05);
  });

  it('without payment or mapped worth says what to map, and tells no value', () => {
    const unpriced = contractBook(7, 300).map(({ terms, ...rest }) => {
      const bare = terms.map(({ annualValueMinor: _, ...each }) => each);
      return {
        ...rest,
        terms: bare,
        statsAt: (on: CalendarDay) => summarise([], [], on, { doubles: 0, unmatched: 0 }, bare),
      };
    });
    const { stats, model: none } = train(unpriced);
    expect(none.report.warnings.join()).toMatch(
      /Of 300 customers with a contract, 300 have neither .*contract_annual_value/,
    );
    expect(scoreNumbers(none, stats[0] as (typeof stats)[number], AS_OF).clv12m).toBeNull();
  });

  it('whose ends were first seen today has no window to judge by, which is said', () => {
    const seen = contractBook(7, 300).map(({ terms, ...rest }) => {
      const now = terms.map((each) => ({ ...each, endKnownOn: AS_OF }));
      return {
        ...rest,
        terms: now,
        statsAt: (on: CalendarDay) => summarise([], [], on, { doubles: 0, unmatched: 0 }, now),
      };
    });
    const { model: young } = train(seen);
    expect(young.report.value).toMatchObject({ chosenBy: 'only-one', windows: [], backtest: [], judgedOn: 0 });
    expect(young.report.warnings.join()).toMatch(/cannot be judged yet/);
  });

  it('knows on a day nothing of what comes after: inputs are those of the terms seen by then', () => {
    const on = addDays(AS_OF, -400);
    for (const { terms, statsAt } of book.slice(0, 200)) {
      const then = terms.filter(({ startsOn }) => startsOn <= on);
      const alone = summarise([], [], on, { doubles: 0, unmatched: 0 }, then);
      expect(inputsAt(statsAt(on), on, 'EUR')).toEqual(inputsAt(alone, on, 'EUR'));
    }
  });
});

describe('readiness of a book of contracts', () => {
  it('counts contracts, renewals and losses up to the day, and refuses models of repeat purchases with the reason', async () => {
    const terms = [term('2024-06-01', '2025-05-31', { annualValueMinor: 5 }), term('2025-06-01', '2026-05-31')];
    const lost = [term('2024-01-01', '2024-12-31')];
    const told = (asOf: CalendarDay) => contractReadinessOf([terms, lost, []], { asOf, definition: 'contract_end' });
    expect(await told(AS_OF)).toMatchObject({ customers: 2, withWorth: 1, contracts: 2, lost: 1, renewals: 1 });
    expect((await told(AS_OF)).models).toMatchObject([
      { model: 'shifted-beta-geometric', ready: true, reason: expect.stringContaining('a rough guess') },
      { ready: false, reason: expect.stringMatching(/^leaving is defined as contract_end: .* schedule of payments/) },
    ]);
    expect(await told(calendarDay('2025-01-01'))).toMatchObject({ lost: 0, renewals: 0 });
    expect((await told(calendarDay('2025-01-01'))).models[0]).toMatchObject({ ready: false });
  });
});

describe('a book without contracts', () => {
  it('is valued as before, has an artifact without a part of them, and terms of contracts change nothing of its value', () => {
    const customers = simulateBook({ seed: 3, customers: 300, asOf: AS_OF }).map(trainingCustomer);
    const silence: LeavingRule = { definition: 'no_purchase_within', horizonDays: 90 };
    const { model: plain } = train(customers, silence);
    const terms = [term('2025-01-01', '2026-12-31', { annualValueMinor: 99_900 })];
    const { model: beside } = train(
      customers.map((each) => ({
        ...each,
        terms,
        statsAt: (on: CalendarDay) => ({ ...each.statsAt(on), contract: contractAt(terms, on) }),
      })),
      silence,
    );
    // Figures of the version before contracts told any value (commit 74ef8d2): to the cent, which is what records show.
    const told = [0, 1, 2, 150, 299].map((index) => {
      const stats = customers[index]?.statsAt(AS_OF);
      if (!stats) throw new Error('no such customer');
      const { clv12m, clv12mLow, clv12mHigh, valueIfKept12m } = scoreNumbers(plain, stats, AS_OF);
      return [clv12m, clv12mLow, clv12mHigh, valueIfKept12m];
    });
    expect(told).toEqual([
      [104.12, 0, 289.73, 273.01],
      [1.83, 0, 1.83, 18.53],
      [40.33, 0, 119.39, 127.12],
      [142.52, 0, 413.19, 252.05],
      [0.11, 0, 0.11, 316.51],
    ]);
    const saved = saveScoringModel(plain) as Record<string, unknown>;
    expect(Object.keys(saved)).not.toContain('contracts');
    expect((saveScoringModel(beside) as Record<string, unknown>)['value']).toEqual(saved['value']);
    expect(beside.report.value).toEqual(plain.report.value);
  });
});
