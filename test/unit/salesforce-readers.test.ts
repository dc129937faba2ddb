import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limitsReply } from '../../connectors/salesforce/check.ts';
import { collectionReply } from '../../connectors/salesforce/collections.ts';
import { salesforceSettingsSchema } from '../../connectors/salesforce/index.ts';
import { mapContact } from '../../connectors/salesforce/mapping.ts';
import { mapCase } from '../../connectors/salesforce/mapping-engagement.ts';
import { mapOpportunity } from '../../connectors/salesforce/mapping-sales.ts';
import { queryReply, type Row } from '../../connectors/salesforce/soql.ts';
import type { Json } from '../../core/domain/json.ts';

const settings = salesforceSettingsSchema.parse({});

/** A recorded answer of the vendor; null when the recordings are not here. */
function recorded(name: string): Json | null {
  const path = `../shared/recordings/salesforce.${name}.json`;
  if (!existsSync(path)) return null;
  const { api } = JSON.parse(readFileSync(path, 'utf8')) as {
    api: Record<string, Record<string, { response: Json } | { response: Json }[]>>;
  };
  const [answers] = Object.values(Object.values(api)[0] ?? {});
  return (Array.isArray(answers) ? answers[0]?.response : answers?.response) ?? null;
}

const rowsOf = (answer: Json): readonly Row[] => queryReply.parse(answer).records;

describe('recorded answers of the vendor', () => {
  it.for([['query-records'], ['retrieve-query-more']])('%s is read as a page of a query', ([name = ''], { skip }) => {
    const answer = recorded(name) ?? skip('the recordings are not beside this checkout');
    expect(rowsOf(answer).length).toBeGreaterThan(0);
  });

  it('every recorded contact, opportunity and case becomes a record', ({ skip }) => {
    const none = 'the recordings are not beside this checkout';
    const contacts = rowsOf(recorded('contacts') ?? skip(none)).map((row) => mapContact(row, settings));
    const deals = rowsOf(recorded('opportunities') ?? skip(none)).map((row) =>
      mapOpportunity(row, [], { ...settings, wonStages: ['Closed Won'] }, 'USD'),
    );
    const cases = rowsOf(recorded('cases') ?? skip(none)).map(mapCase);
    for (const reading of [...contacts, ...deals, ...cases]) expect(reading).toMatchObject({ ok: true });
    expect(contacts[0]).toMatchObject({
      value: [
        { kind: 'contact', emails: ['rose@edge.com'], name: 'Rose Gonzalez', createdAt: '2026-05-01T07:25:37.000Z' },
      ],
    });
    expect(deals.flatMap((reading) => (reading.ok ? reading.value : []))).toContainEqual(
      expect.objectContaining({ kind: 'transaction', amount: '220000', occurredAt: '2026-01-20' }),
    );
    expect(cases[0]).toMatchObject({ value: [{ channel: 'support', contactExternalId: '003dM00001vWOXaQAO' }] });
  });

  it('the limits and the results of a collection are read', ({ skip }) => {
    const limits = recorded('get-limits') ?? skip('the recordings are not beside this checkout');
    expect(limitsReply.parse(limits).DailyApiRequests).toMatchObject({ Max: 15_000 });
    expect(collectionReply.parse(recorded('upsert-sobject-collection'))).toMatchObject([
      { success: false, errors: [{ statusCode: 'JSON_PARSER_ERROR' }] },
    ]);
  });
});

describe('settings', () => {
  it('refuse a field name that could be more than a name, and a key that does not exist', () => {
    expect(salesforceSettingsSchema.safeParse({ amountField: 'Amount FROM Account' }).success).toBe(false);
    expect(salesforceSettingsSchema.safeParse({ amount: 'Amount' }).success).toBe(false);
  });
});
