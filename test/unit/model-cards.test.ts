import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../core/domain/calendar-day.ts';
import { modelCards } from '../../core/scores/model-cards.ts';
import { simulateBook, trainedModel } from '../support/book.ts';

const AS_OF = calendarDay('2026-06-01');
const TRAINED_AT = '2026-06-01T20:00:00.000Z';
const book = simulateBook({ seed: 3, customers: 900, asOf: AS_OF });
const model = trainedModel(book, AS_OF);
const cards = modelCards(model, TRAINED_AT);
const card = (name: string) => cards.models.find((each) => each.name === name);

describe('the cards of the models', () => {
  it('name one chosen member of each model, beside what anybody could say', () => {
    expect(cards.models.map(({ name }) => name).slice(0, 3)).toEqual(['value', 'churn', 'engagement']);
    for (const { chosen, members } of cards.models) {
      expect(members.filter((member) => member.chosen).map(({ name }) => name)).toEqual([chosen]);
      expect(members.some(({ kind }) => kind === 'naive')).toBe(true);
    }
  });

  it('show of value the backtest, its windows, what it is made of, and the parameters under the papers’ names', () => {
    const value = card('value');
    expect(value).toMatchObject({ chosenBy: 'backtest', examples: 900, seed: 20_261_124 });
    expect(value?.windows.length).toBeGreaterThan(0);
    expect(Object.keys(value?.members.find(({ name }) => name === 'bg-nbd')?.parameters ?? {})).toEqual([
      'r',
      'alpha',
      'a',
      'b',
    ]);
    expect(value?.members.find(({ name }) => name === 'rate-so-far')).toMatchObject({
      parameters: null,
      weights: null,
    });
    for (const { metrics } of value?.members ?? []) expect(metrics['score']).toEqual(expect.any(Number));
  });

  it('show of a small book the likelihoods that it was chosen by', () => {
    const small = modelCards(trainedModel(book.slice(0, 150), AS_OF), TRAINED_AT).models[0];
    expect(small).toMatchObject({ name: 'value', chosenBy: 'likelihood', windows: [] });
    const best = small?.members.toSorted(
      (a, b) => (b.metrics['logLikelihood'] ?? 0) - (a.metrics['logLikelihood'] ?? 0),
    );
    expect(best?.[0]?.name).toBe(small?.chosen);
  });

  it('have a data hash that is the same for the same facts alone', () => {
    expect(modelCards(trainedModel(book, AS_OF), TRAINED_AT)).toEqual(cards);
    const [first, ...rest] = book;
    if (!first) throw new Error('an empty book');
    const other = trainedModel(
      [{ ...first, orders: [...first.orders, { day: AS_OF, amount: '1.00' }] }, ...rest],
      AS_OF,
    );
    expect(other.report.dataHash).not.toBe(cards.dataHash);
  });
});
