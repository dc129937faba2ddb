import { describe, expect, it } from 'vitest';
import { addDays, calendarDay } from '../../core/domain/calendar-day.ts';
import { countInstant } from '../../core/quality/bursts.ts';
import { contactFindings } from '../../core/quality/contact-rules.ts';
import { dateFinding } from '../../core/quality/fact-dates.ts';
import { fixed, scaled } from '../../core/quality/fixes.ts';
import { hourShift, noHours } from '../../core/quality/hour-shift.ts';
import { countIn, noLoads } from '../../core/quality/missing-fields.ts';
import { schemaFinding } from '../../core/quality/record-schemas.ts';
import { RULES } from '../../core/quality/rules.ts';
import { type DayCounts, volumeFault } from '../../core/quality/volume.ts';
import { type Amounts, BOOK_FROM, cleanBook, judgeAll } from '../support/quality-books.ts';
import { contact, event, order } from '../support/records.ts';

const now = new Date('2026-06-15T12:00:00.000Z');
const book = (amounts: Amounts, seed: number) =>
  cleanBook({ seed, customers: 400, amounts, from: BOOK_FROM, days: 500 });
const cents = (amount: string | null) => String(Math.round(Number(amount) * 100));

describe('clean books', () => {
  it.each(['gamma-gamma', 'log-normal', 'price-list'] as const)(
    'of %s amounts have no sale held, and hardly one told',
    (amounts) => {
      for (const seed of [1, 2]) {
        const orders = book(amounts, seed);
        const { findings, connection } = judgeAll(orders, { now });
        const all = [...findings.values()].flat();
        expect(all.filter(({ severity }) => severity !== 'warn')).toEqual([]);
        expect(all.length).toBeLessThanOrEqual(2);
        expect(connection.filter(({ finding }) => finding !== null)).toEqual([]);
      }
    },
  );

  it('of amounts with a tail like a power law have at most five in ten thousand held', () => {
    const orders = [1, 2, 3].flatMap((seed) =>
      [...judgeAll(book('heavy-tail', seed), { now }).findings.values()].flat(),
    );
    const judged = [1, 2, 3].reduce((sum, seed) => sum + book('heavy-tail', seed).length, 0);
    expect(orders.filter(({ severity }) => severity === 'hold').length / judged).toBeLessThan(0.000_5);
  });
});

describe.each(['gamma-gamma', 'log-normal', 'price-list'] as const)('in a book of %s amounts', (amounts) => {
  const orders = book(amounts, 5);
  const step = Math.floor(orders.length * 0.6);

  it.each([1, 40, 500])('a step from euros to cents is held, nothing before it, in batches of %i', (batch) => {
    const planted = orders.map((each, index) => (index < step ? each : { ...each, amount: cents(each.amount) }));
    const { findings } = judgeAll(planted, { now, batch });
    const wrong = planted.slice(step).filter(({ externalId }) => findings.get(externalId)?.[0]?.rule === 'unit-change');
    expect(wrong.length / (planted.length - step)).toBeGreaterThan(0.99);
    expect(planted.slice(0, step).filter(({ externalId }) => findings.has(externalId)).length).toBeLessThanOrEqual(1);
  });

  it('a step back, from cents to euros, is held as well, and ends when amounts are as they were', () => {
    const back = Math.floor(orders.length * 0.8);
    const planted = orders.map((each, index) =>
      index < step || index >= back ? each : { ...each, amount: (Number(each.amount) / 100).toFixed(2) },
    );
    const { findings, watch } = judgeAll(planted, { now, batch: 100 });
    const held = (from: number, to: number) =>
      planted
        .slice(from, to)
        .filter(({ externalId }) => findings.get(externalId)?.some(({ severity }) => severity === 'hold')).length;
    expect(held(step, back) / (back - step)).toBeGreaterThan(0.98);
    expect(held(back, planted.length)).toBe(0);
    expect(watch.unit).toBeNull();
  });

  it('an amount of nines is held under its name', () => {
    const planted = orders.map((each, index) => (index % 50 === 7 ? { ...each, amount: '99999999.99' } : each));
    const { findings } = judgeAll(planted, { now });
    const bad = planted.filter((_, index) => index % 50 === 7);
    for (const { externalId } of bad)
      expect(findings.get(externalId)).toMatchObject([{ rule: 'amount-outlier', severity: 'hold' }]);
    expect(findings.size - bad.length).toBeLessThanOrEqual(1);
  });
});

describe('dates', () => {
  const ruleOf = (occurredAt: string, zone = 'UTC') => {
    const finding = dateFinding(occurredAt, now, zone);
    return finding && `${finding.rule} ${finding.severity}`;
  };
  it('that stand for none, or are to come, are told from those that may be', () => {
    expect(ruleOf('1970-01-01T00:00:00.000Z')).toBe('placeholder-date hold');
    expect(ruleOf('1900-01-01')).toBe('placeholder-date hold');
    expect(ruleOf('1971-01-01')).toBeNull();
    expect(ruleOf('2026-06-15')).toBeNull();
    // Tomorrow in Auckland.
    expect(ruleOf('2026-06-16', 'Pacific/Auckland')).toBeNull();
    expect(ruleOf('2026-06-15T12:05:00.000Z')).toBeNull();
    expect(ruleOf('2026-06-15T14:00:00.000Z')).toBe('clock-ahead warn');
    expect(ruleOf('2026-06-15T14:00:00.000+02:00')).toBeNull();
    expect(ruleOf('2026-06-20')).toBe('future-date warn');
    expect(ruleOf('2027-06-16')).toBe('future-date warn');
    expect(ruleOf('2027-06-17')).toBe('future-date hold');
  });
});

describe('the schema of a record', () => {
  it('lets sound records through', () => {
    for (const record of [
      contact('1'),
      order('1', null, '2026-05-01', '10'),
      order('1', 'a', '2026-05-01T10:00:00+02:00', '-0.5'),
      event('e', '1', '2026-05-01'),
    ])
      expect(schemaFinding(record)).toBeNull();
  });

  it.each([
    ['occurredAt', order('1', 'a', '2026-02-30', '10')],
    ['occurredAt', order('1', 'a', '2026-02-03T10:00:00', '10')],
    ['amount', order('1', 'a', '2026-02-03', '1,000')],
    ['amount', order('1', 'a', '2026-02-03', '1e9')],
    ['amount', order('1', 'a', '2026-02-03', '9'.repeat(16))],
    ['externalId', order('', 'a', '2026-02-03', '1')],
    ['contactExternalId', order('1', 'a'.repeat(501), '2026-02-03', '1')],
    ['currency', order('1', 'a', '2026-02-03', '1', { currency: 'x'.repeat(21) })],
    ['occurredAt', event('e', '1', 'yesterday')],
  ])('names the field %s', (field, record) => {
    expect(schemaFinding(record)).toMatchObject({ rule: 'schema', severity: 'reject', field });
  });
});

describe('contacts', () => {
  const rules = (name: string | null, ...emails: readonly string[]) =>
    contactFindings(contact('1', { name, emails })).map(({ rule }) => rule);
  it.each([
    ['Ada Abel', 'ada@people.example'],
    ['Østergård-Müller', 'o’neill@sub.domain.co.uk'],
    ['Łukasz Żółć', 'a+b@xn--bcher-kva.example'],
    ['Testarossa Ltd', 'testa@rossa.it'],
    ['Ângela São João', 'angela@people.pt'],
    [null, ''],
  ])('%s, %s is sound', (name, email) => {
    expect(rules(name, email)).toEqual([]);
  });
  it.each([
    ['email-invalid', 'Ada', 'ada@people'],
    ['email-invalid', 'Ada', 'ada people@people.com'],
    ['email-invalid', 'Ada', 'ada@@people.com'],
    ['test-account', 'Ada', 'ada@example.com'],
    ['test-account', 'Ada', 'test@people.com'],
    ['test-account', 'Test User', 'ada@people.com'],
    ['encoding-damage', 'MÃ¼ller', 'a@people.com'],
    ['encoding-damage', 'M\uFFFDller', 'a@people.com'],
    ['encoding-damage', 'Oâ€™Neill', 'a@people.com'],
  ])('%s: %s, %s', (rule, name, email) => {
    expect(rules(name, email)).toEqual([rule]);
  });
});

describe('connections', () => {
  it('show a shift of the day by hours, not summer time and not chance', () => {
    const day = (shift: number, orders: number) => {
      const hours = noHours();
      for (let index = 0; index < orders; index += 1) {
        const hour = (9 + (index % 8) + shift + 24) % 24;
        hours[hour] = (hours[hour] ?? 0) + 1;
      }
      return hours;
    };
    expect(hourShift(day(0, 400), day(0, 150))).toBeNull();
    expect(hourShift(day(0, 400), day(1, 150))).toBeNull();
    expect(hourShift(day(0, 400), day(6, 150))).toBe(6);
    expect(hourShift(day(0, 400), day(-5, 150))).toBe(-5);
    expect(hourShift(day(0, 100), day(6, 150))).toBeNull();
    // Orders at any hour have no profile to tell by.
    expect(hourShift(new Array(24).fill(20), day(6, 150))).toBeNull();
  });

  it('show a field that is empty far more often, and learn it only when it was no jump', () => {
    const loads = noLoads();
    const load = (share: number) => {
      let jumps: unknown = null;
      for (let index = 0; index < 100; index += 1) jumps = countIn(loads, { phone: index < share * 100 }) ?? jumps;
      return jumps;
    };
    for (const share of [0.3, 0.35, 0.28, 0.33]) expect(load(share)).toEqual([]);
    expect(load(0.38)).toEqual([]);
    expect(load(0.9)).toMatchObject([{ field: 'phone', share: 0.9 }]);
    expect(load(0.9)).toMatchObject([{ field: 'phone' }]);
    expect(load(0.32)).toEqual([]);
  });

  it('show many sales at one instant, and no day or midnight', () => {
    const instants = {};
    const counts = Array.from({ length: 60 }, (_, index) => [
      countInstant(instants, '2026-05-01T10:00:00.000Z'),
      countInstant(instants, `2026-05-01T11:${String(index).padStart(2, '0')}:00.000Z`),
      countInstant(instants, '2026-05-01T00:00:00.000Z'),
      countInstant(instants, '2026-05-01'),
    ]);
    expect(counts.flat().filter((count) => count !== null)[0]).toBe(25);
    expect(counts.every(([, ...others]) => others.every((count) => count === null))).toBe(true);
    expect(Object.keys(instants).length).toBeLessThanOrEqual(32);
  });

  it('have stopped, or bring far less, by what the weeks before brought', () => {
    const days = (perDay: (index: number) => number): DayCounts =>
      Object.fromEntries(
        Array.from(
          { length: 70 },
          (_, index) => [addDays(calendarDay('2026-01-01'), index), perDay(index)] as const,
        ).filter(([, count]) => count > 0),
      );
    const asOf = calendarDay('2026-03-12');
    expect(
      volumeFault(
        days(() => 8),
        asOf,
      ),
    ).toBeNull();
    // No sale at weekends.
    expect(
      volumeFault(
        days((index) => (index % 7 < 5 ? 8 : 0)),
        asOf,
      ),
    ).toBeNull();
    expect(
      volumeFault(
        days((index) => (index < 62 ? 8 : 0)),
        asOf,
      ),
    ).toMatchObject({ is: 'stale', since: '2026-03-03' });
    expect(
      volumeFault(
        days((index) => (index < 62 ? 8 : 1)),
        asOf,
      ),
    ).toEqual({ is: 'drop', found: 7, usual: 56 });
    // Too little to tell.
    expect(
      volumeFault(
        days((index) => (index % 14 === 0 ? 1 : 0)),
        asOf,
      ),
    ).toBeNull();
    expect(volumeFault({}, asOf)).toBeNull();
  });
});

describe('fixes', () => {
  it('move the point of a decimal exactly', () => {
    expect(scaled('1234', -2)).toBe('12.34');
    expect(scaled('12.34', 2)).toBe('1234');
    expect(scaled('5', -2)).toBe('0.05');
    expect(scaled('0.05', 3)).toBe('50');
    expect(scaled('-123456789012345.67', -3)).toBe('-123456789012.34567');
    expect(scaled('0', -2)).toBe('0');
    expect(scaled('100', -2)).toBe('1');
    expect(scaled('ten', -2)).toBe('ten');
  });

  it('apply in their order to the sales of their days alone', () => {
    const fix = (
      transform: Parameters<typeof fixed>[1][number]['transform'],
      from: string,
      until: string | null = null,
    ) => ({
      fixId: from,
      connectionId: 'crm',
      transform,
      from: calendarDay(from),
      until: until === null ? null : calendarDay(until),
    });
    const sale = order('1', 'a', '2026-05-04T23:30:00.000Z', '1000', { margin: { amount: '350' } });
    expect(fixed(sale, [fix({ do: 'scale', powerOfTen: -2 }, '2026-05-04')], 'UTC')).toMatchObject({
      amount: '10',
      margin: { amount: '3.5' },
    });
    expect(fixed(sale, [fix({ do: 'scale', powerOfTen: -2 }, '2026-05-05')], 'UTC')).toEqual(sale);
    expect(fixed(sale, [fix({ do: 'scale', powerOfTen: -2 }, '2026-05-05')], 'Pacific/Auckland')).toMatchObject({
      amount: '10',
    });
    expect(fixed(sale, [fix({ do: 'scale', powerOfTen: -2 }, '2026-05-01', '2026-05-03')], 'UTC')).toEqual(sale);
    expect(fixed(sale, [fix({ do: 'shift-hours', hours: -2 }, '2026-05-01')], 'UTC').occurredAt).toBe(
      '2026-05-04T21:30:00.000Z',
    );
    expect(
      fixed({ ...sale, occurredAt: '2026-05-04' }, [fix({ do: 'shift-hours', hours: -2 }, '2026-05-01')], 'UTC')
        .occurredAt,
    ).toBe('2026-05-04');
    expect(fixed(sale, [fix({ do: 'currency', currency: 'EUR' }, '2026-05-01')], 'UTC').currency).toBe('EUR');
  });
});

it('every rule says what it reads and finds', () => {
  for (const [name, { reads, finds }] of Object.entries(RULES))
    expect([name, reads.length > 5 && finds.length > 10]).toEqual([name, true]);
});
