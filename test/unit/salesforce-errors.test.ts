import { describe, expect, it } from 'vitest';
import { errorOf, noAnswer, rowFailure } from '../../connectors/salesforce/errors.ts';
import { organisationBudget, parseLimitInfo } from '../../connectors/salesforce/limits.ts';
import { apiNameOf, fieldsToWrite } from '../../connectors/salesforce/mapping.ts';
import { instantOf, isInstant, quoted } from '../../connectors/salesforce/soql.ts';
import { CLEAR } from '../../core/domain/fields.ts';

const reply = (status: number, errorCode: string, message = 'm', creates = false) =>
  errorOf({ request: 'GET /query', status, body: JSON.stringify([{ errorCode, message }]), creates });

describe('a failed reply', () => {
  it.each([
    ['a used-up day', reply(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), { scope: 'daily' }],
    [
      'too many long calls',
      reply(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
      { scope: 'burst' },
    ],
    ['an ended session', reply(401, 'INVALID_SESSION_ID'), { code: 'auth', revoked: false }],
    ['an organisation without API', reply(403, 'API_DISABLED_FOR_ORG'), { code: 'auth', revoked: true }],
    ['a lock', reply(400, 'UNABLE_TO_LOCK_ROW'), { code: 'vendor', retry: 'later' }],
    ['maintenance', reply(503, 'SERVER_UNAVAILABLE'), { retry: 'later', status: 503 }],
    ['an error of the server', reply(500, 'UNKNOWN_EXCEPTION'), { code: 'vendor', retry: 'later' }],
    [
      'the same when something was to be created',
      reply(500, 'UNKNOWN_EXCEPTION', 'm', true),
      { code: 'unknown-outcome' },
    ],
    ['a refused creation', reply(400, 'REQUIRED_FIELD_MISSING', 'm', true), { code: 'vendor', retry: 'never' }],
    ['a bad query', reply(400, 'MALFORMED_QUERY'), { retry: 'never', vendorCode: 'MALFORMED_QUERY' }],
  ])('of %s is told as such', (_what, error, expected) => {
    expect(error).toMatchObject(expected);
  });

  it('that is a page of HTML is told by its status, without the page', () => {
    const error = errorOf({ request: 'GET /query', status: 502, body: '<html>secret</html>', creates: false });
    expect(error).toMatchObject({ retry: 'later', status: 502, vendorCode: '' });
    expect(error.message).not.toContain('secret');
  });
});

describe('no answer', () => {
  const failure = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) });

  it('to a creation is an unknown outcome, unless the request never went out', () => {
    expect(noAnswer('POST /sobjects/Task', true, failure('ECONNRESET'))).toMatchObject({ code: 'unknown-outcome' });
    expect(noAnswer('POST /sobjects/Task', true, failure('ECONNREFUSED'))).toMatchObject({
      code: 'vendor',
      retry: 'later',
    });
    expect(noAnswer('GET /query', false, failure('ECONNRESET'))).toMatchObject({ code: 'vendor', retry: 'later' });
  });
});

describe('a row that was not written', () => {
  it.each([
    ['UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access', 'retry'],
    ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'rolled back', 'retry'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Trigger: UNABLE_TO_LOCK_ROW, unable to obtain', 'retry'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'Trigger: something else', 'rejected'],
    ['STRING_TOO_LONG', 'data value too large', 'rejected'],
    ['A_CODE_OF_NEXT_YEAR', 'who knows', 'rejected'],
  ])('by %s (%s) is %s', (code, message, status) => {
    expect(rowFailure(code, message)).toMatchObject({ status, vendorCode: code, message });
  });

  it('and is rejected says what to do, whatever the code', () => {
    const result = rowFailure('', '');
    expect(result.status === 'rejected' && [result.vendorCode, result.message, result.remedy]).not.toContain('');
  });
});

describe('limits', () => {
  it('are a list in any order, with what is not ours in it', () => {
    expect(parseLimitInfo('per-app-api-usage=17/250(appName=x); api-usage=10018/100000;api-bursts=1/750')).toEqual([
      { name: 'per-app-api-usage', used: 17, limit: 250 },
      { name: 'api-usage', used: 10_018, limit: 100_000 },
      { name: 'api-bursts', used: 1, limit: 750 },
    ]);
    expect(parseLimitInfo('')).toEqual([]);
  });

  it('hold calls back at the reserve, and let one through to see after a while', () => {
    let now = Date.UTC(2026, 0, 1);
    const budget = organisationBudget(0.1, { now: () => new Date(now) });
    budget.take(5);
    budget.note('per-app-api-usage=250/250(appName=x); api-usage=899/1000');
    budget.take(5);
    budget.note('api-usage=900/1000');
    expect(() => budget.take(5)).toThrow(/100 of 1000 API calls/);
    now += 16 * 60_000;
    budget.take(5);
  });
});

describe('words for Salesforce', () => {
  it('texts are quoted so that they cannot end the literal', () => {
    expect(quoted("O'Neil \\")).toBe("'O\\'Neil \\\\'");
  });

  it('instants of replies become the form that queries take', () => {
    expect(instantOf('2026-05-01T07:25:37.000+0000')).toBe('2026-05-01T07:25:37.000Z');
    expect(instantOf('2026-05-01T07:25:37.000Z')).toBe('2026-05-01T07:25:37.000Z');
    expect(instantOf('2026-05-01T09:25:37.000+0200')).toBe('2026-05-01T07:25:37.000Z');
    expect(isInstant('soon')).toBe(false);
    expect(() => instantOf('soon')).toThrow(/expected an instant/);
  });

  it('fields have our prefix, 0 stays 0, CLEAR becomes null', () => {
    expect(apiNameOf({ name: 'clv_12m' })).toBe('Staypower_Clv_12m__c');
    expect(fieldsToWrite({ clv_12m: 0, reasons: '', churn_band: CLEAR })).toEqual({
      Staypower_Clv_12m__c: 0,
      Staypower_Reasons__c: '',
      Staypower_Churn_Band__c: null,
    });
  });
});
