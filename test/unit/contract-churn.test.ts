import { describe, expect, it } from 'vitest';
import { addDays, type CalendarDay, calendarDay } from '../../core/domain/calendar-day.ts';
import { type ContractTerm, cancellations, contractAt, lapses } from '../../core/features/contract.ts';
import { inputsAt } from '../../core/features/inputs.ts';
import { type DatedEvent, summarise } from '../../core/features/stats.ts';
import { seededRandom } from '../../core/math/random.ts';
import { compareDefinitions } from '../../core/scores/churn-definition.ts';
import { followUpDays, type LeavingRule, leftOn, lifecycleOf, mayLeave } from '../../core/scores/leaving.ts';
import { movingNumbers } from '../../core/scores/numbers.ts';
import { scoreCustomer } from '../../core/scores/score-customer.ts';
import { loadScoringModel, saveScoringModel } from '../../core/scores/scoring-model.ts';
import { type TrainingCustomer, trainScoringModel } from '../../core/scores/train.ts';

const AS_OF = calendarDay('2026-06-01');
const day = calendarDay;

function term(startsOn: string, endsOn: string | null, given: Partial<ContractTerm> = {}): ContractTerm {
  return {
    startsOn: day(startsOn),
    endsOn: endsOn === null ? null : day(endsOn),
    endKnownOn: day(startsOn),
    cancelledOn: null,
    ...given,
  };
}

describe('a contract', () => {
  it('that ran out lapses once the grace is over, and not before', () => {
    const terms = [term('2025-01-01', '2025-12-31')];
    expect(lapses(terms, day('2026-01-30'))).toEqual([]);
    expect(lapses(terms, day('2026-01-31'))).toEqual(['2025-12-31']);
  });

  it('renewed within the grace has not lapsed; later it is a new one after a lapse', () => {
    const first = term('2024-01-01', '2024-12-31');
    expect(lapses([first, term('2025-01-30', '2026-12-31')], AS_OF)).toEqual([]);
    expect(lapses([first, term('2025-03-01', '2026-12-31')], AS_OF)).toEqual(['2024-12-31']);
  });

  it('overwritten on renewal, with the start of the first, lapses by the day on which the renewal was seen', () => {
    const first = term('2024-01-01', '2024-12-31');
    const seen = (on: string) => term('2024-01-01', '2026-12-31', { endKnownOn: day(on) });
    expect(lapses([first, seen('2024-12-01')], AS_OF)).toEqual([]);
    expect(lapses([first, seen('2025-04-01')], AS_OF)).toEqual(['2024-12-31']);
  });

  it('until further notice never lapses; its notice counts from its day', () => {
    const terms = [term('2024-01-01', null, { cancelledOn: day('2026-05-01') })];
    expect(lapses(terms, AS_OF)).toEqual([]);
    expect(cancellations(terms, day('2026-04-30'))).toEqual([]);
    expect(cancellations(terms, AS_OF)).toEqual(['2026-05-01']);
    expect(contractAt(terms, day('2026-04-30'))?.cancelledOn).toBeNull();
    expect(contractAt(terms, AS_OF)?.cancelledOn).toBe('2026-05-01');
  });

  it('keeps to itself until when it runs before that was seen', () => {
    const terms = [term('2025-01-01', '2026-12-31', { endKnownOn: day('2026-03-01') })];
    expect(contractAt(terms, day('2025-06-01'))).toMatchObject({ startedOn: '2025-01-01', endsOn: null });
    expect(contractAt(terms, day('2026-03-01'))?.endsOn).toBe('2026-12-31');
    expect(contractAt(terms, day('2024-12-31'))).toBeNull();
  });

  it('with its end corrected by some days has one term, not two', () => {
    const terms = [
      term('2025-01-01', '2025-12-30'),
      term('2025-01-01', '2025-12-31', { endKnownOn: day('2025-02-01') }),
    ];
    expect(contractAt(terms, AS_OF)?.terms).toBe(1);
    const shortened = term('2025-01-01', '2025-12-29', { endKnownOn: day('2025-03-01') });
    expect(contractAt([...terms, shortened], AS_OF)).toMatchObject({ terms: 1, endsOn: '2025-12-29' });
  });

  it('renewed every month has as many terms as months', () => {
    const months = ['2026-02', '2026-03', '2026-04', '2026-05'].map((month) => term(`${month}-01`, `${month}-28`));
    expect(contractAt(months, AS_OF)?.terms).toBe(4);
    expect(contractAt(months, day('2026-03-15'))?.terms).toBe(2);
  });

  it('until further notice ends with the term that follows it, and when its end is told', () => {
    const followed = [term('2024-01-01', null), term('2025-01-01', '2025-12-31')];
    expect(contractAt(followed, day('2024-06-01'))).toMatchObject({ terms: 1, endsOn: null });
    expect(contractAt(followed, AS_OF)).toMatchObject({ terms: 2, endsOn: '2025-12-31', coveredUntil: '2025-12-31' });
    expect(lapses(followed, AS_OF)).toEqual(['2025-12-31']);
    const told = [term('2024-01-01', null), term('2024-01-01', '2025-12-31', { endKnownOn: day('2025-06-01') })];
    expect(contractAt(told, day('2025-05-31'))?.endsOn).toBeNull();
    expect(contractAt(told, AS_OF)).toMatchObject({ terms: 1, endsOn: '2025-12-31' });
    expect(lapses(told, AS_OF)).toEqual(['2025-12-31']);
  });
});

describe('a label', () => {
  const cut = day('2026-01-31');
  const silence: LeavingRule = { definition: 'no_purchase_within', horizonDays: 30 };
  const end: LeavingRule = { definition: 'contract_end', horizonDays: 30 };
  const notice: LeavingRule = { definition: 'cancelled', horizonDays: 30 };
  const bought = (...days: readonly string[]) => ({ purchaseDays: days.map(day), terms: [] });
  const under = (...terms: readonly ContractTerm[]) => ({ purchaseDays: [], terms });

  it('of silence is for who bought neither on the first day after the cut nor on the last of the horizon', () => {
    expect(leftOn(bought('2026-01-31', '2026-03-03'), cut, silence, AS_OF)).toBe('2026-03-02');
    expect(leftOn(bought('2026-02-01'), cut, silence, AS_OF)).toBeNull();
    expect(leftOn(bought('2026-03-02'), cut, silence, AS_OF)).toBeNull();
  });

  it('of a contract is its last day, within the horizon and without a renewal', () => {
    expect(leftOn(under(term('2025-01-01', '2026-01-31')), cut, end, AS_OF)).toBeNull();
    expect(leftOn(under(term('2025-01-01', '2026-02-01')), cut, end, AS_OF)).toBe('2026-02-01');
    expect(leftOn(under(term('2025-01-01', '2026-03-02')), cut, end, AS_OF)).toBe('2026-03-02');
    expect(leftOn(under(term('2025-01-01', '2026-03-03')), cut, end, AS_OF)).toBeNull();
    expect(leftOn(under(term('2025-01-01', '2026-02-01'), term('2026-03-01', null)), cut, end, AS_OF)).toBeNull();
  });

  it('of notice is its day, and is asked only of who is under contract and gave none', () => {
    const terms = [term('2025-01-01', null, { cancelledOn: day('2026-02-10') })];
    expect(leftOn(under(...terms), cut, notice, AS_OF)).toBe('2026-02-10');
    const inputs = (on: CalendarDay) => inputsAt(summarise([], [], on, { doubles: 0, unmatched: 0 }, terms), on, 'EUR');
    expect(mayLeave(inputs(cut), notice)).toBe(true);
    expect(mayLeave(inputs(day('2026-02-10')), notice)).toBe(false);
    expect(mayLeave(inputs(day('2024-12-31')), notice)).toBe(false);
  });

  it('of contract ends waits for the grace, others do not', () => {
    expect([silence, end, notice].map(followUpDays)).toEqual([30, 61, 30]);
  });
});

/** Yearly contracts over four years: who is keen visits often and renews nine times in ten, others every other time. No purchase at all. */
function contractBook(seed: number, customers: number): readonly TrainingCustomer[] {
  const random = seededRandom(seed);
  return Array.from({ length: customers }, () => {
    const keen = random.next() < 0.5;
    const terms: ContractTerm[] = [];
    const events: DatedEvent[] = [];
    let start = addDays(AS_OF, -Math.floor(random.next() * 1_400));
    for (;;) {
      const end = addDays(start, 364);
      terms.push(term(start, end));
      for (let visit: CalendarDay = start; visit <= end && visit <= AS_OF; visit = addDays(visit, keen ? 9 : 60)) {
        events.push({ channel: 'web', name: 'Page Viewed', day: visit });
      }
      if (end > AS_OF || random.next() > (keen ? 0.9 : 0.5)) break;
      start = addDays(end, 1);
    }
    // Half of those who do not renew say so a month before.
    const last = terms.at(-1);
    if (last?.endsOn && last.endsOn <= AS_OF && random.next() < 0.5) {
      terms[terms.length - 1] = { ...last, cancelledOn: addDays(last.endsOn, -30) };
    }
    return {
      terms,
      purchaseDays: [],
      purchasesAt: () => [],
      statsAt: (on) => summarise([], events, on, { doubles: 0, unmatched: 0 }, terms),
    };
  });
}

const book = contractBook(5, 1_500);
const stats = book.map(({ statsAt }) => statsAt(AS_OF));
const BY_END: LeavingRule = { definition: 'contract_end', horizonDays: 90 };
const model = trainScoringModel(stats, book, { asOf: AS_OF, currency: 'EUR', rule: BY_END });

describe('churn by the end of contracts', () => {
  it('is learned without a single purchase, and beats the base rate on the newest horizon', () => {
    const { churnModels, churnExamples, churnBaseRate } = model.report;
    expect(churnModels.map(({ name }) => name)).toEqual(['base-rate', 'logistic', 'cox', 'weibull-aft']);
    expect(churnExamples).toBeGreaterThan(300);
    expect(churnBaseRate).toBeGreaterThan(0.15);
    const [base, ...others] = churnModels;
    const chosen = churnModels.find(({ chosen: each }) => each);
    expect(chosen?.name).not.toBe('base-rate');
    expect(chosen?.brier).toBe(Math.min(...churnModels.map(({ brier }) => brier)));
    expect(chosen?.brier).toBeLessThan(0.9 * (base?.brier ?? 0));
    expect(Math.min(...others.map(({ auc }) => auc))).toBeGreaterThan(0.7);
  });

  it('asks nothing of whoever never had a contract, and is none for whoever is bound beyond the horizon', () => {
    const numbers = stats.map((each) => ({
      contract: inputsAt(each, AS_OF, 'EUR').contract,
      ...movingNumbers(model, each, AS_OF),
    }));
    const bound = numbers.filter(({ contract }) => (contract?.daysToEnd ?? 0) > 90);
    expect(bound.length).toBeGreaterThan(100);
    expect(new Set(bound.map(({ churnProbability }) => churnProbability))).toEqual(new Set([0]));
    const asked = numbers.filter(({ contract }) => contract && (contract.daysToEnd ?? 0) <= 90);
    expect(asked.every(({ churnProbability }) => (churnProbability ?? 0) > 0 && (churnProbability ?? 0) < 1)).toBe(
      true,
    );
    const nobody = summarise([], [], AS_OF, { doubles: 0, unmatched: 0 });
    expect(movingNumbers(model, nobody, AS_OF)).toMatchObject({ lifecycle: 'prospect', churnProbability: null });
  });

  it('says why: contributions add up, and the sentences speak of the contract', () => {
    const soon = stats.find((each) => {
      const { contract } = inputsAt(each, AS_OF, 'EUR');
      return contract && contract.daysToEnd !== null && contract.daysToEnd > 1 && contract.daysToEnd < 90;
    });
    if (!soon) throw new Error('nobody ends soon');
    const score = scoreCustomer(model, soon, AS_OF, null);
    const { baseline = 0, contributions = [] } = score.explanations.churn ?? {};
    const sum = contributions.reduce((total, { contribution }) => total + contribution, baseline);
    expect(Math.abs(sum - (score.churnProbability ?? 0))).toBeLessThan(1e-9);
    expect(score.reasons.join(' ')).toMatch(/Contract ends in \d+ days\. Raises the risk of leaving\./);
  });

  it('is the same from the model as loaded, whichever kind was chosen', () => {
    const loaded = loadScoringModel(JSON.parse(JSON.stringify(saveScoringModel(model))));
    for (const each of stats.slice(0, 200)) {
      expect(movingNumbers(loaded, each, AS_OF)).toEqual(movingNumbers(model, each, AS_OF));
    }
  });

  it('of a contract that ended is beyond a band once the grace is over', () => {
    const ended = summarise([], [], AS_OF, { doubles: 0, unmatched: 0 }, [term('2024-01-01', '2026-05-15')]);
    expect(movingNumbers(model, ended, AS_OF).lifecycle).toBe('active');
    expect(movingNumbers(model, ended, addDays(AS_OF, 20))).toMatchObject({ lifecycle: 'lapsed', churnBand: 'lapsed' });
  });
});

describe('churn by notice', () => {
  const rule: LeavingRule = { definition: 'cancelled', horizonDays: 180 };

  it('has left who gave notice, though the contract still runs', () => {
    const terms = [term('2025-09-01', '2026-08-31', { cancelledOn: day('2026-05-01') })];
    const inputs = inputsAt(summarise([], [], AS_OF, { doubles: 0, unmatched: 0 }, terms), AS_OF, 'EUR');
    expect(lifecycleOf(inputs, rule)).toBe('lapsed');
    expect(lifecycleOf(inputs, BY_END)).toBe('active');
  });

  it('is another question than the end of contracts: both base rates and who is judged otherwise', () => {
    const change = compareDefinitions(BY_END, rule, book, { asOf: AS_OF, currency: 'EUR' });
    expect(change).toMatchObject({ from: BY_END, to: rule, lookedAt: 1_500 });
    expect(change.from.baseRate).toBe(change.from.left / change.from.customers);
    expect(change.to.left).toBeGreaterThan(0);
    expect(change.affected).toBeGreaterThan(Math.abs(change.from.left - change.to.left));
    expect(compareDefinitions(rule, rule, book, { asOf: AS_OF, currency: 'EUR' }).affected).toBe(0);
  });

  it('without any contract says what to map, and gives nobody a churn risk', () => {
    const none = book.slice(0, 50).map((each) => ({
      ...each,
      terms: [],
      statsAt: (on: CalendarDay) => summarise([], [], on, { doubles: 0, unmatched: 0 }),
    }));
    const empty = trainScoringModel(
      none.map(({ statsAt }) => statsAt(AS_OF)),
      none,
      { asOf: AS_OF, currency: 'EUR', rule },
    );
    expect(empty.report.warnings.join(' ')).toContain('no contract is known');
    expect(empty.churn.kind).toBe('base-rate');
  });
});
