import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BookMarginSums, marginFor, measureMargin } from '../../core/scores/margin.ts';

type Order = readonly [amount: number, margin: number];

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

function sumsOf(book: readonly (readonly Order[])[]): BookMarginSums {
  const orders = book.flat();
  const totals = book.map((own) => ({
    amount: sum(own.map(([amount]) => amount)),
    margin: sum(own.map(([, m]) => m)),
  }));
  return {
    known: orders.length,
    sales: orders.length + 5,
    customers: book.length,
    amountMinor: sum(orders.map(([amount]) => amount)),
    marginMinor: sum(orders.map(([, margin]) => margin)),
    squaredAmountMinor: sum(totals.map(({ amount }) => amount ** 2)),
    betweenMinor: sum(totals.map(({ amount, margin }) => margin ** 2 / amount)),
    withinMinor: sum(orders.map(([amount, margin]) => margin ** 2 / amount)),
  };
}

/** The estimator as it is written in the textbooks, by deviations. */
function credibilityByDefinition(book: readonly (readonly Order[])[]): number {
  const weights = book.map((own) => sum(own.map(([amount]) => amount)));
  const means = book.map((own, i) => sum(own.map(([, margin]) => margin)) / (weights[i] ?? 0));
  const all = sum(weights);
  const mean = sum(means.map((each, i) => each * (weights[i] ?? 0))) / all;
  const within =
    sum(book.map((own, i) => sum(own.map(([amount, margin]) => amount * (margin / amount - (means[i] ?? 0)) ** 2)))) /
    sum(book.map((own) => own.length - 1));
  const between =
    (sum(means.map((each, i) => (weights[i] ?? 0) * (each - mean) ** 2)) - (book.length - 1) * within) /
    (all - sum(weights.map((each) => each ** 2)) / all);
  return within / between;
}

describe('the margin of a book', () => {
  it('is not measured from fewer than thirty orders', () => {
    expect(measureMargin(sumsOf([]))).toBeNull();
    expect(measureMargin(sumsOf([Array.from({ length: 29 }, () => [100, 30] as const)]))).toBeNull();
    expect(measureMargin(sumsOf([Array.from({ length: 30 }, () => [100, 30] as const)]))).toEqual({
      share: 0.3,
      known: 30,
      sales: 35,
      credibilityMinor: null,
    });
  });

  it('is the book’s for everybody where customers differ no more than their sales', () => {
    const book = Array.from(
      { length: 20 },
      (_, i) =>
        [
          [100, i % 2 ? 20 : 40],
          [100, i % 2 ? 40 : 20],
        ] as const,
    );
    expect(measureMargin(sumsOf(book))).toMatchObject({ share: 0.3, credibilityMinor: null });
  });

  it('believes a customer at once where its own sales never differ', () => {
    const book = Array.from(
      { length: 20 },
      (_, i) =>
        [
          [100, i % 2 ? 20 : 40],
          [300, i % 2 ? 60 : 120],
        ] as const,
    );
    const measured = measureMargin(sumsOf(book));
    expect(measured?.credibilityMinor).toBe(0);
    expect(marginFor(measured, { known: 1, amountMinor: 100, marginMinor: 20 }, 0.5).share).toBeCloseTo(0.2, 12);
  });

  it('believes it by the credibility of Buehlmann and Straub elsewhere', () => {
    const order = fc.tuple(fc.integer({ min: 50, max: 500 }), fc.integer({ min: -20, max: 50 }));
    fc.assert(
      fc.property(
        fc.array(fc.array(order, { minLength: 2, maxLength: 5 }), { minLength: 20, maxLength: 40 }),
        (book) => {
          const expected = credibilityByDefinition(book);
          const found = measureMargin(sumsOf(book))?.credibilityMinor;
          if (expected > 0) expect((found ?? 0) / expected).toBeCloseTo(1, 4);
          else expect(found).toBeNull();
        },
      ),
    );
  });
});

describe('the margin a customer is counted at', () => {
  const book = { share: 0.3, known: 90, sales: 100, credibilityMinor: 1_000 };

  it('is the configured one where none was measured', () => {
    const own = { known: 3, amountMinor: 900, marginMinor: 90 };
    expect(marginFor(null, own, 0.5)).toEqual({ share: 0.5, from: 'planning', known: 0, sales: 0 });
  });

  it('is the book’s for who never bought with a known margin', () => {
    const own = { known: 0, amountMinor: 0, marginMinor: 0 };
    expect(marginFor(book, own, 0.5)).toEqual({ share: 0.3, from: 'book', known: 90, sales: 100 });
    const alike = { ...book, credibilityMinor: null };
    expect(marginFor(alike, { known: 3, amountMinor: 900, marginMinor: 90 }, 0.5).from).toBe('book');
  });

  it('goes from the book’s to its own with what it bought', () => {
    const at = (amountMinor: number) => marginFor(book, { known: 1, amountMinor, marginMinor: amountMinor / 10 }, 0.5);
    expect(at(1_000)).toEqual({ share: expect.closeTo(0.2, 12), from: 'customer', known: 90, sales: 100 });
    expect(at(9_000).share).toBeCloseTo(0.12, 12);
  });
});
