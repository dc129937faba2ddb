import { describe, expect, it } from 'vitest';
import { CLEAR } from '../../core/domain/fields.ts';
import { SCORE_FIELDS } from '../../core/scores/fields.ts';
import { recordFacts } from '../../core/scores/record-facts.ts';
import { RECORD_FACTS, type RecordFacts, recordView, type Showing } from '../../core/scores/record-view.ts';
import { LANGUAGES, recordWordsOf } from '../../core/scores/words/index.ts';

const SHOWING: Showing = { words: recordWordsOf('en'), locale: 'en', today: '2026-06-03', from: 'store' };
/** Likely to leave, and worth a call. */
const HIGH: RecordFacts = {
  clv_12m: 1240.4,
  clv_12m_low: 0,
  clv_12m_high: 2900.6,
  currency: 'EUR',
  churn_probability: 63.4,
  churn_horizon_days: 90,
  churn_band: 'high',
  value_band: 'high',
  engagement: 12,
  engagement_trend: 'falling',
  reasons: 'No order for 94 days.\nHardly any visits.\nNext 12 months: 1240 EUR expected.\nA fourth.',
  change: 'Churn risk up 20 points: +20 from time passing.',
  next_action: 'Call: valuable and at risk of leaving',
  next_action_at: '2026-06-05',
  scored_at: '2026-06-01',
};
const shown = (facts: RecordFacts, showing: Partial<Showing> = {}) =>
  recordView(facts, { ...SHOWING, ...showing }, { erased: false });
const lineOf = (facts: RecordFacts, id: string, showing: Partial<Showing> = {}) =>
  shown(facts, showing).lines.find((line) => line.id === id);

describe('what is not there', () => {
  it('an erased person shows no number, whatever still stands in the fields', () => {
    const view = recordView(HIGH, SHOWING, { erased: true });
    expect(view).toMatchObject({ state: 'erased', band: null, lines: [], change: null, nextAction: null, asOf: null });
    expect(view.reasons).toBeNull();
    expect(view.feedback).toBeNull();
    expect(view.notice?.text).toBe('The data of this person were erased on request. Nothing is scored.');
  });

  it('a record without scores says that they are yet to come', () => {
    const empty = Object.fromEntries(RECORD_FACTS.map((name) => [name, null]));
    expect(shown(empty)).toMatchObject({ state: 'missing', lines: [], feedback: null });
    expect(shown(empty).notice?.text).toBe('No scores yet: they come with the next run after this record was read.');
    expect(shown(recordFacts({ scored_at: CLEAR, clv_12m: CLEAR }))).toMatchObject({ state: 'missing' });
    expect(shown({ ...empty, scored_at: '' }), 'as HubSpot writes an empty property').toMatchObject({
      state: 'missing',
    });
  });

  it('empty fields of a CRM may also be those of an erased person, and say so', () => {
    const view = shown({ scored_at: null }, { from: 'record' });
    expect(view).toMatchObject({ state: 'missing', reasons: null });
    expect(view.notice?.text).toBe('No scores on this record: it was not scored yet, or was erased on request.');
  });

  it('fields that the reader may not see are not called empty', () => {
    expect(shown({})).toMatchObject({ state: 'hidden', lines: [] });
  });

  it('of fields that are hidden one by one, the others show', () => {
    const { clv_12m: _, clv_12m_low: __, ...rest } = HIGH;
    const view = shown(rest);
    expect(view.state).toBe('scored');
    expect(view.lines.map(({ id }) => id)).toEqual(['risk', 'engagement']);
  });

  it('who never bought has engagement alone, and is told why', () => {
    const view = shown({
      ...HIGH,
      clv_12m: null,
      clv_12m_low: null,
      clv_12m_high: null,
      currency: null,
      churn_probability: null,
      churn_horizon_days: null,
      churn_band: null,
      value_band: null,
    });
    expect(view).toMatchObject({ state: 'prospect', band: null });
    expect(view.lines.map(({ id }) => id)).toEqual(['engagement']);
    expect(view.notice).toEqual({
      text: 'No purchase yet: value and risk come with the first one.',
      tone: 'neutral',
    });
  });
});

describe('scores', () => {
  it('a high risk reads as bad news, with its horizon, interval, trend and three reasons', () => {
    expect(shown(HIGH)).toEqual({
      state: 'scored',
      title: 'Customer scores',
      notice: null,
      band: { text: 'High risk of leaving', detail: 'high value', tone: 'bad' },
      lines: [
        {
          id: 'value',
          label: 'Expected value, next 12 months',
          text: '1,240 EUR',
          detail: 'At least 8 of 10 customers like this one bring between 0 EUR and 2,901 EUR.',
          tone: 'neutral',
        },
        {
          id: 'risk',
          label: 'Churn risk, 100 = most likely to leave',
          text: '63 of 100',
          detail: '63 % likely to leave within 90 days.',
          tone: 'bad',
        },
        {
          id: 'engagement',
          label: 'Engagement, 100 = most engaged',
          text: '12 of 100',
          detail: 'Falling',
          tone: 'bad',
        },
      ],
      reasons: {
        label: 'Why',
        sentences: ['No order for 94 days.', 'Hardly any visits.', 'Next 12 months: 1240 EUR expected.'],
      },
      change: { label: 'What changed', text: 'Churn risk up 20 points: +20 from time passing.' },
      nextAction: { label: 'Next action', text: 'Call: valuable and at risk of leaving', due: 'by Jun 5, 2026' },
      asOf: { label: 'Scored as of', text: 'Jun 1, 2026' },
      feedback: recordWordsOf('en').feedback,
    });
  });

  it('a low risk reads as good news, with nothing to do', () => {
    const view = shown({
      ...HIGH,
      churn_probability: 3.2,
      churn_band: 'low',
      engagement: 88,
      engagement_trend: 'rising',
      change: null,
      next_action: null,
      next_action_at: null,
    });
    expect(view.band).toEqual({ text: 'Low risk of leaving', detail: 'high value', tone: 'good' });
    expect(view.lines.map(({ tone }) => tone)).toEqual(['neutral', 'good', 'good']);
    expect(view).toMatchObject({ change: null, nextAction: null });
  });

  it('0 is a score: nothing of it is left out', () => {
    const view = shown({
      ...HIGH,
      clv_12m: 0,
      clv_12m_high: 0,
      churn_probability: 0,
      churn_band: 'low',
      engagement: 0,
    });
    expect(view.state).toBe('scored');
    expect(view.lines.map(({ text }) => text)).toEqual(['0 EUR', '0 of 100', '0 of 100']);
    expect(view.lines[0]?.detail).toBe('At least 8 of 10 customers like this one bring between 0 EUR and 0 EUR.');
    expect(view.lines[1]?.detail).toBe('0 % likely to leave within 90 days.');
  });

  it('numbers that come as text read the same', () => {
    const asText = Object.fromEntries(Object.entries(HIGH).map(([name, value]) => [name, String(value)]));
    expect(shown(asText)).toEqual(shown(HIGH));
  });

  it.each([
    [0.4, '<1 of 100'],
    [99.6, '>99 of 100'],
    [100, '100 of 100'],
  ])('a risk of %d neither vanishes nor becomes certain by rounding', (points, text) => {
    expect(lineOf({ ...HIGH, churn_probability: points }, 'risk')?.text).toBe(text);
  });

  it('small money keeps its cents', () => {
    expect(lineOf({ ...HIGH, clv_12m: 0.4 }, 'value')?.text).toBe('0.40 EUR');
  });

  it('whoever has gone silent is to be won back, not saved', () => {
    const lapsed = { ...HIGH, churn_band: 'lapsed', value_band: null, churn_probability: 98.7 };
    expect(shown(lapsed).band).toEqual({ text: 'Lapsed', detail: null, tone: 'neutral' });
    expect(lineOf(lapsed, 'risk')?.detail).toContain('win back instead of save');
  });

  it('a company shows what is rolled up to it', () => {
    const view = shown({
      clv_12m: 5000,
      currency: 'EUR',
      churn_probability: 20,
      churn_band: 'medium',
      scored_at: '2026-06-01',
    });
    expect(view.state).toBe('scored');
    expect(view.lines.map(({ id, detail }) => [id, detail])).toEqual([
      ['value', null],
      ['risk', null],
    ]);
  });
});

describe('age', () => {
  it.each([
    ['2026-06-18', null],
    ['2026-06-19', 'These scores are 18 days old: ask your admin whether the scoring runs.'],
  ])('on %s scores of 1 June are noted as %s', (today, text) => {
    expect(shown(HIGH, { today }).notice?.text ?? null).toBe(text);
  });

  it('a field that nobody had to write is not called old', () => {
    expect(shown(HIGH, { today: '2026-09-01', from: 'record' }).notice).toEqual({
      text: 'Nothing moved by enough to be written since Jun 1, 2026.',
      tone: 'neutral',
    });
  });
});

describe('words', () => {
  it('German says every part in German, with its own numbers and days', () => {
    const view = shown(HIGH, { words: recordWordsOf('de'), locale: 'de' });
    expect(view.band?.text).toBe('Hohes Abwanderungsrisiko');
    expect(view.lines[0]).toMatchObject({
      text: '1.240 EUR',
      detail: 'Mindestens 8 von 10 Kunden wie dieser bringen zwischen 0 EUR und 2.901 EUR.',
    });
    expect(view.nextAction?.due).toBe('bis 05.06.2026');
  });

  it.each(LANGUAGES)('%s has a text wherever another language has one', (language) => {
    const texts = (value: unknown): string[] =>
      typeof value === 'function'
        ? [String(value('a', 'b'))]
        : typeof value === 'string'
          ? [value]
          : Object.values(value as object).flatMap(texts);
    expect(texts(recordWordsOf(language)).filter((text) => text.trim() === '')).toEqual([]);
    expect(texts(recordWordsOf(language)).length).toBe(texts(recordWordsOf('en')).length);
  });

  it('labels are those of the fields, so that a list and a card call one thing by one name', () => {
    const labelOf = (name: string) => SCORE_FIELDS.find((field) => field.name === name)?.label;
    const words = recordWordsOf('en');
    expect(words.value.label).toBe(labelOf('clv_12m'));
    expect(words.risk.label).toBe(labelOf('churn_probability'));
    expect(words.engagement.label).toBe(labelOf('engagement'));
    expect([words.why, words.change, words.nextAction.label, words.asOf]).toEqual(
      ['reasons', 'change', 'next_action', 'scored_at'].map(labelOf),
    );
    expect(RECORD_FACTS.filter((name) => labelOf(name) === undefined)).toEqual([]);
  });
});
