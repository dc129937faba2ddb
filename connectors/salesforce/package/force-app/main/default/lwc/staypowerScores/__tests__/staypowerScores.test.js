import StaypowerScores from 'c/staypowerScores';
import { getObjectInfo } from 'lightning/uiObjectInfoApi';
import { createRecord, getRecord } from 'lightning/uiRecordApi';
import { createElement } from 'lwc';

const VALUES = {
  Clv_12m: 1240.4,
  Clv_12m_Low: 0,
  Clv_12m_High: 2900.6,
  Currency: 'EUR',
  Churn_Probability: 63.4,
  Churn_Horizon_Days: 90,
  Churn_Band: 'high',
  Value_Band: 'high',
  Engagement: 12,
  Engagement_Trend: 'falling',
  Reasons: 'No order for 94 days.\r\nHardly any visits.\r\nNext 12 months: 1240 EUR expected.',
  Change: 'Churn risk up 20 points.',
  Next_Action: 'Call: valuable and at risk of leaving',
  Next_Action_At: '2026-06-05',
  Scored_At: '2026-06-01',
};
/** A record as the UI API gives it: fields that the user may not see are not in it. */
const recordOf = (values) => ({
  apiName: 'Contact',
  fields: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`Staypower_${name}__c`, { value, displayValue: null }]),
  ),
});

function show(objectApiName = 'Contact') {
  const element = createElement('c-staypower-scores', { is: StaypowerScores });
  element.recordId = '003000000000001AAA';
  element.objectApiName = objectApiName;
  document.body.appendChild(element);
  return element;
}
async function shownOf(values) {
  const element = show();
  getRecord.emit(recordOf(values));
  await Promise.resolve();
  return element;
}
const textOf = (element, selector) =>
  element.shadowRoot.querySelector(selector)?.textContent.replace(/\s+/g, ' ').trim() ?? null;

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-06-03T12:00:00Z') });
});
afterEach(() => {
  while (document.body.firstChild) document.body.removeChild(document.body.firstChild);
  jest.useRealTimers();
});

describe('c-staypower-scores', () => {
  it('asks for every field as one that may be missing, of the object that it stands on', async () => {
    show('Account');
    await Promise.resolve();
    const { recordId, optionalFields, fields } = getRecord.getLastConfig();
    expect(recordId).toBe('003000000000001AAA');
    expect(fields).toBeUndefined();
    expect(optionalFields).toHaveLength(16);
    expect(optionalFields.every((name) => /^Account\.Staypower_\w+__c$/.test(name))).toBe(true);
  });

  it('shows nothing of a record before it is there', () => {
    expect(textOf(show(), 'dl')).toBeNull();
  });

  it('says that scores could not be read, and nothing else', async () => {
    const element = show();
    getRecord.error();
    await Promise.resolve();
    expect(textOf(element, '[data-id="failed"]')).toBe('The scores could not be read. Reload the page.');
    expect(textOf(element, 'dl')).toBeNull();
  });

  it('a user without access to the fields is told whom to ask', async () => {
    const element = await shownOf({});
    expect(textOf(element, '[data-id="notice"]')).toContain('permission set Staypower Viewer');
    expect(textOf(element, '[data-id="as-of"]')).toBeNull();
  });

  it('empty fields are not called zero', async () => {
    const element = await shownOf(Object.fromEntries(Object.keys(VALUES).map((name) => [name, null])));
    expect(textOf(element, '[data-id="notice"]')).toContain('No scores on this record');
    expect(element.shadowRoot.querySelectorAll('dt')).toHaveLength(0);
  });

  it('a high risk shows band, interval, horizon, trend, three reasons, change, action and day', async () => {
    const element = await shownOf(VALUES);
    const badge = element.shadowRoot.querySelector('lightning-badge');
    expect([badge.label, badge.className]).toEqual(['High risk of leaving', 'band slds-theme_error']);
    expect(textOf(element, '[data-line="value"]')).toBe(
      'Expected value, next 12 months1,240 EURAt least 8 of 10 customers like this one bring between 0 EUR and 2,901 EUR.',
    );
    expect(textOf(element, '[data-line="risk"]')).toBe(
      'Churn risk, 100 = most likely to leave63 of 10063 % likely to leave within 90 days.',
    );
    expect(textOf(element, '[data-line="engagement"]')).toBe('Engagement, 100 = most engaged12 of 100Falling');
    expect(element.shadowRoot.querySelectorAll('li')).toHaveLength(3);
    expect(textOf(element, '[data-id="change"]')).toBe('What changedChurn risk up 20 points.');
    expect(textOf(element, '[data-id="next-action"]')).toContain('by Jun 5, 2026');
    expect(textOf(element, '[data-id="as-of"]')).toBe('Scored as of Jun 1, 2026');
    expect(textOf(element, '[data-id="notice"]')).toBeNull();
  });

  it('a low risk is good news', async () => {
    const element = await shownOf({ ...VALUES, Churn_Band: 'low', Churn_Probability: 3 });
    expect(element.shadowRoot.querySelector('lightning-badge').className).toBe('band slds-theme_success');
  });

  it('0 is a score', async () => {
    const element = await shownOf({ ...VALUES, Clv_12m: 0, Churn_Probability: 0, Engagement: 0 });
    const texts = [...element.shadowRoot.querySelectorAll('dd.slds-text-heading_small')].map(
      (each) => each.textContent,
    );
    expect(texts).toEqual(['0 EUR', '0 of 100', '0 of 100']);
  });

  it('fields that were not written for long are called unmoved', async () => {
    jest.setSystemTime(new Date('2026-09-01T12:00:00Z'));
    const element = await shownOf(VALUES);
    expect(textOf(element, '[data-id="notice"]')).toBe('Nothing moved by enough to be written since Jun 1, 2026.');
  });

  it('a field that the user may not see takes its line away and no other', async () => {
    const { Clv_12m: _, ...rest } = VALUES;
    const element = await shownOf(rest);
    expect(element.shadowRoot.querySelector('[data-line="value"]')).toBeNull();
    expect(element.shadowRoot.querySelectorAll('dt')).toHaveLength(2);
  });

  it('says each thing under a heading that a screen reader finds', async () => {
    const element = await shownOf(VALUES);
    expect([...element.shadowRoot.querySelectorAll('h3')].map((each) => each.textContent)).toEqual([
      'Why',
      'What changed',
      'Next action',
    ]);
  });
});

describe('whether it is useful', () => {
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  const press = async (element, id) => {
    element.shadowRoot.querySelector(`[data-id="${id}"]`).dispatchEvent(new CustomEvent('click'));
    await settle();
  };
  async function ratedBy(createable, objectApiName = 'Contact') {
    const element = show(objectApiName);
    getRecord.emit(recordOf(VALUES));
    getObjectInfo.emit({ apiName: 'Staypower_Feedback__c', createable });
    await settle();
    return element;
  }
  afterEach(() => createRecord.mockReset());

  it('is asked only of who may say so, about contacts, and not where the object is missing', async () => {
    expect(textOf(await ratedBy(true), '[data-id="feedback"]')).toContain('Is this useful?');
    expect(textOf(await ratedBy(false), '[data-id="feedback"]')).toBeNull();
    expect(textOf(await ratedBy(true, 'Account'), '[data-id="feedback"]')).toBeNull();
    const element = show();
    getRecord.emit(recordOf(VALUES));
    getObjectInfo.error();
    await settle();
    expect(textOf(element, '[data-id="feedback"]')).toBeNull();
  });

  it('is kept as a record of its own', async () => {
    createRecord.mockResolvedValue({ id: 'a00000000000001AAA' });
    const element = await ratedBy(true);
    await press(element, 'useful');
    expect(createRecord.mock.calls).toEqual([
      [
        {
          apiName: 'Staypower_Feedback__c',
          fields: { Contact__c: '003000000000001AAA', Verdict__c: 'useful', Note__c: '' },
        },
      ],
    ]);
    expect(textOf(element, '[data-id="feedback"]')).toBe('Thank you. It is kept with the score.');
  });

  it('asks who finds it wrong for why, and goes on when it could not be kept', async () => {
    createRecord.mockRejectedValueOnce({ body: { message: 'You have no access.' } }).mockResolvedValue({ id: 'a00' });
    const element = await ratedBy(true);
    await press(element, 'wrong');
    const note = element.shadowRoot.querySelector('lightning-textarea');
    note.value = 'Moved to a competitor';
    note.dispatchEvent(new CustomEvent('change'));
    await press(element, 'send');
    expect(textOf(element, '[data-id="rating-error"]')).toBe('You have no access.');
    await press(element, 'send');
    expect(createRecord.mock.calls[1][0].fields).toEqual({
      Contact__c: '003000000000001AAA',
      Verdict__c: 'wrong',
      Note__c: 'Moved to a competitor',
    });
    expect(textOf(element, '[data-id="feedback"]')).toBe('Thank you. It is kept with the score.');
  });

  it('is not asked of a record without scores', async () => {
    const element = show();
    getRecord.emit(recordOf({}));
    getObjectInfo.emit({ createable: true });
    await settle();
    expect(textOf(element, '[data-id="feedback"]')).toBeNull();
  });
});
