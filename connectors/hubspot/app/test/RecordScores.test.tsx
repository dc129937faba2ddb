import { Alert, Button, DescriptionListItem, ErrorState, StatusTag, Text, TextArea } from '@hubspot/ui-extensions';
import { createRenderer } from '@hubspot/ui-extensions/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type RecordFacts, recordView, type Showing } from '../../../../core/scores/record-view.ts';
import { recordEnglish } from '../../../../core/scores/words/record-english.ts';
import { RecordScores } from '../src/app/cards/RecordScores.tsx';
import { serverAt } from '../src/app/cards/server.ts';

const SHOWING: Showing = { words: recordEnglish, locale: 'en', today: '2026-06-03', from: 'store' };
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
  reasons: 'No order for 94 days.\nHardly any visits.\nNext 12 months: 1240 EUR expected.',
  change: 'Churn risk up 20 points.',
  next_action: 'Call: valuable and at risk of leaving',
  next_action_at: '2026-06-05',
  scored_at: '2026-06-01',
};
const viewOf = (facts: RecordFacts, showing: Partial<Showing> = {}, erased = false) =>
  recordView(facts, { ...SHOWING, ...showing }, { erased });

/** What HubSpot fetched for the card, and what it answers next: it stands between the card and the server. */
const asked: { url: string; method: string; body: unknown }[] = [];
let answers: Response[] = [];
Object.assign(globalThis, {
  self: globalThis,
  hsFetch: async (url: string, options: { method: string; body?: unknown }) => {
    asked.push({ url, method: options.method, body: options.body });
    const answer = answers.shift();
    if (answer === undefined) throw new Error('no network');
    return answer;
  },
});
afterEach(() => {
  asked.length = 0;
  answers = [];
});

const CONTACT = { objectId: 501, objectTypeId: '0-1' };
async function shown(answer: Response | null, record = CONTACT) {
  if (answer) answers = [answer];
  const renderer = createRenderer('crm.record.sidebar');
  const server = serverAt({ STAYPOWER_URL: 'https://scores.example.com', STAYPOWER_CONNECTION: 'hubspot' });
  renderer.render(<RecordScores record={record} server={server} />);
  await renderer.waitFor(() => expect(asked).toHaveLength(1));
  return renderer;
}
const texts = (renderer: Pick<Awaited<ReturnType<typeof shown>>, 'findAll'>) =>
  renderer
    .findAll(Text)
    .map(({ text }) => text)
    .join('\n');

describe('the card', () => {
  it('asks the server for the record that it stands on', async () => {
    await shown(Response.json(viewOf(HIGH)));
    expect(asked).toEqual([
      {
        url: 'https://scores.example.com/hubspot/card?objectTypeId=0-1&objectId=501&connection=hubspot',
        method: 'GET',
        body: undefined,
      },
    ]);
  });

  it.each([
    ['no answer', null],
    ['a refusal', new Response('Unauthorized', { status: 401 })],
  ])('says after %s that it could not be read, and asks again when told to', async (_, answer) => {
    const renderer = await shown(answer);
    await renderer.waitFor(() => renderer.find(ErrorState));
    answers = [Response.json(viewOf(HIGH))];
    renderer.find(Button).trigger('onClick');
    await renderer.waitFor(() => renderer.find(StatusTag));
  });

  it('a high risk shows band, interval, horizon, trend, reasons, change, action and day', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH)));
    await renderer.waitFor(() => renderer.find(StatusTag));
    const tag = renderer.find(StatusTag);
    expect([tag.props.variant, tag.text]).toEqual(['danger', 'High risk of leaving']);
    expect(renderer.findAll(DescriptionListItem).map((item) => [item.props.label, texts(item)])).toEqual([
      [
        'Expected value, next 12 months',
        '1,240 EUR\nAt least 8 of 10 customers like this one bring between 0 EUR and 2,901 EUR.',
      ],
      ['Churn risk, 100 = most likely to leave', '63 of 100\n63 % likely to leave within 90 days.'],
      ['Engagement, 100 = most engaged', '12 of 100\nFalling'],
    ]);
    for (const text of ['No order for 94 days.', 'Churn risk up 20 points.', 'by Jun 5, 2026', 'Jun 1, 2026']) {
      expect(texts(renderer)).toContain(text);
    }
  });

  it('a low risk is good news', async () => {
    const renderer = await shown(Response.json(viewOf({ ...HIGH, churn_band: 'low', churn_probability: 3 })));
    await renderer.waitFor(() => expect(renderer.find(StatusTag).props.variant).toBe('success'));
  });

  it('0 is a score', async () => {
    const view = viewOf({ ...HIGH, clv_12m: 0, clv_12m_high: 0, churn_probability: 0, engagement: 0 });
    const renderer = await shown(Response.json(view));
    await renderer.waitFor(() => expect(renderer.findAll(DescriptionListItem)).toHaveLength(3));
    expect(texts(renderer)).toContain('0 EUR');
    expect(texts(renderer)).toContain('0 % likely to leave within 90 days.');
  });

  it('old scores are a warning', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH, { today: '2026-07-11' })));
    await renderer.waitFor(() => renderer.find(Alert));
    expect(renderer.find(Alert).props).toMatchObject({
      title: 'These scores are 40 days old: ask your admin whether the scoring runs.',
      variant: 'warning',
    });
  });

  it.each([
    ['missing', viewOf({ scored_at: null }), 'No scores yet: they come with the next run after this record was read.'],
    ['erased', viewOf(HIGH, {}, true), 'The data of this person were erased on request. Nothing is scored.'],
  ])('a %s customer is said to be so; there is nothing to have an opinion on', async (_, view, title) => {
    const renderer = await shown(Response.json(view));
    await renderer.waitFor(() => renderer.find(Alert));
    expect(renderer.find(Alert).props.title).toBe(title);
    expect(renderer.findAll(DescriptionListItem)).toEqual([]);
    expect(renderer.maybeFind(Button)).toBeNull();
  });
});

describe('useful or wrong', () => {
  const button = (renderer: Awaited<ReturnType<typeof shown>>, label: string) =>
    renderer.find(Button, (node) => node.text === label);

  it('is not asked on a company, which shows the sum of its people', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH)), { objectId: 9, objectTypeId: '0-2' });
    await renderer.waitFor(() => renderer.find(StatusTag));
    expect(renderer.maybeFind(Button)).toBeNull();
  });

  it('sends a verdict, and thanks for it', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH)));
    await renderer.waitFor(() => button(renderer, 'Useful'));
    answers = [Response.json({ asOf: '2026-06-01' }, { status: 201 })];
    button(renderer, 'Useful').trigger('onClick');
    await renderer.waitFor(() => expect(texts(renderer)).toContain('Thank you.'));
    expect(asked[1]).toEqual({
      url: 'https://scores.example.com/hubspot/feedback?connection=hubspot',
      method: 'POST',
      body: { objectId: '501', verdict: 'useful', note: '' },
    });
  });

  it('asks what is wrong before it sends that', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH)));
    await renderer.waitFor(() => button(renderer, 'Wrong'));
    button(renderer, 'Wrong').trigger('onClick');
    await renderer.waitFor(() => renderer.find(TextArea));
    renderer.find(TextArea).props.onInput?.('They renewed by phone.');
    answers = [Response.json({ asOf: '2026-06-01' }, { status: 201 })];
    await renderer.waitFor(() => expect(renderer.find(TextArea).props.value).toBe('They renewed by phone.'));
    button(renderer, 'Send').trigger('onClick');
    await renderer.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.body).toEqual({ objectId: '501', verdict: 'wrong', note: 'They renewed by phone.' });
  });

  it('a verdict that could not be kept is not called kept', async () => {
    const renderer = await shown(Response.json(viewOf(HIGH)));
    await renderer.waitFor(() => button(renderer, 'Useful'));
    button(renderer, 'Useful').trigger('onClick');
    await renderer.waitFor(() => expect(renderer.find(Alert).props.title).toBe('It could not be kept.'));
  });
});
