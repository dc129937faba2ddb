import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  accountSchema,
  associationsSchema,
  batchSchema,
  crmObjectSchema,
  describedPropertiesSchema,
  pageSchema,
  pipelinesSchema,
} from '../../connectors/hubspot/replies.ts';
import { collectionReply } from '../../connectors/salesforce/collections.ts';
import { describeReply } from '../../connectors/salesforce/describe.ts';
import { queryReply } from '../../connectors/salesforce/soql.ts';
import type { Json } from '../../core/domain/json.ts';

/**
 * Answers as the vendors document them, and then each with one value taken away, made null or joined by a key that nobody knows yet:
 * only what says which record is meant, or how it went, may not be missing.
 */
const RECORD = {
  id: '512',
  properties: { email: 'a@example.com', amount: '12.5', hs_merged_object_ids: null },
  createdAt: '2026-05-01T00:00:00.000Z',
  updatedAt: '2026-05-02T00:00:00.000Z',
  archived: false,
  archivedAt: '2026-05-03T00:00:00.000Z',
  propertiesWithHistory: { email: [{ value: 'a@example.com', timestamp: '2026-05-01T00:00:00.000Z' }] },
  associations: {
    companies: {
      results: [{ id: '7', type: 'contact_to_company' }],
      paging: { next: { after: '8', link: '?after=8' } },
    },
  },
};
const FAULT = {
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: 'gone',
  errors: [{ message: 'gone', code: 'GONE', context: {} }],
  context: { ids: ['512'] },
  links: {},
};

const CASES: readonly [name: string, schema: z.ZodType, reply: Json, needed: RegExp][] = [
  [
    'a page of HubSpot',
    pageSchema,
    { total: 2, results: [RECORD], paging: { next: { after: '9', link: 'x' } } },
    /(^|\.)(id|after)$/,
  ],
  ['a record of HubSpot', crmObjectSchema, RECORD, /(^|\.)(id|after)$/],
  [
    'a batch of HubSpot',
    batchSchema,
    {
      status: 'COMPLETE',
      results: [RECORD],
      numErrors: 1,
      errors: [FAULT],
      startedAt: 'x',
      completedAt: 'x',
      links: {},
    },
    /(^|\.)(id|after)$/,
  ],
  [
    'associations of HubSpot',
    associationsSchema,
    {
      status: 'COMPLETE',
      results: [
        {
          from: { id: '512' },
          to: [{ toObjectId: 7, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' }] }],
          paging: { next: { after: '500', link: 'x' } },
        },
      ],
      errors: [FAULT],
    },
    /(^|\.)(id|after|from|toObjectId)$/,
  ],
  [
    'properties of HubSpot',
    describedPropertiesSchema,
    {
      results: [
        {
          name: 'amount',
          type: 'number',
          groupName: 'deal',
          label: 'Amount',
          fieldType: 'number',
          calculated: false,
          showCurrencySymbol: true,
          options: [{ label: 'A', value: 'a', displayOrder: 0, hidden: false }],
          modificationMetadata: { archivable: true },
        },
      ],
    },
    /(^|\.)(name|type|value)$/,
  ],
  [
    'pipelines of HubSpot',
    pipelinesSchema,
    {
      results: [
        {
          id: 'default',
          label: 'Sales',
          stages: [{ id: 'won', label: 'Won', metadata: { isClosed: 'true', probability: '1.0' } }],
        },
      ],
    },
    /(results|stages)\.\d+\.id$/,
  ],
  [
    'the account of HubSpot',
    accountSchema,
    { portalId: 1, timeZone: 'UTC', currency: 'EUR', utcOffset: null },
    /^portalId$/,
  ],
  [
    'a page of SOQL',
    queryReply,
    {
      totalSize: 1,
      done: false,
      nextRecordsUrl: '/services/data/v66.0/query/01g-2000',
      records: [{ attributes: { type: 'Contact' }, Id: '003', Email: 'a@example.com' }],
    },
    /^(totalSize|done|records)$/,
  ],
  [
    'a collection of Salesforce',
    collectionReply,
    [
      {
        id: '003',
        success: false,
        created: false,
        errors: [{ statusCode: 'UNABLE_TO_LOCK_ROW', message: 'locked', fields: [] }],
      },
    ],
    /(^\d+|success|statusCode)$/,
  ],
  [
    'a describe of Salesforce',
    describeReply,
    {
      name: 'Contact',
      fields: [
        {
          name: 'Email',
          label: 'Email',
          type: 'email',
          length: 80,
          precision: 0,
          scale: 0,
          picklistValues: [{ value: 'a', label: null, active: true }],
          updateable: true,
          calculated: false,
          extraTypeInfo: null,
        },
      ],
    },
    /(^fields|name|type)$/,
  ],
];

describe.each(CASES)('%s', (_, schema, reply, needed) => {
  const spoilt = [...pathsOf(reply)].flatMap((path) => {
    const named = path.join('.');
    if (named === '' || /(^|\.)\d+$/.test(named) || needed.test(named)) return [];
    return [
      [`without ${named}`, changed(reply, path, 'without')] as const,
      [`null at ${named}`, changed(reply, path, 'null')] as const,
    ];
  });

  it('is read as documented, and with keys that nobody knows', () => {
    expect(schema.safeParse(reply).error).toBeUndefined();
    for (const path of pathsOf(reply)) {
      expect(schema.safeParse(changed(reply, path, 'more')).error).toBeUndefined();
    }
  });

  it(`is read with any of ${spoilt.length} values absent or null`, () => {
    const unread = spoilt.filter(([, odd]) => !schema.safeParse(odd).success).map(([name]) => name);
    expect(unread).toEqual([]);
  });
});

it('what says which record is meant is asked for', () => {
  expect(crmObjectSchema.safeParse({ ...RECORD, id: null }).success).toBe(false);
  expect(pageSchema.safeParse({ results: [{ properties: {} }] }).success).toBe(false);
  expect(queryReply.safeParse({ records: [] }).success).toBe(false);
});

it('values of properties are text, whatever they come as; 0 and false are values', () => {
  const properties = { a: 0, b: false, c: '', d: null, e: { nested: 1 }, f: 12.5 };
  expect(crmObjectSchema.parse({ id: 1, properties })).toMatchObject({
    id: '1',
    properties: { a: '0', b: 'false', c: '', d: null, e: null, f: '12.5' },
  });
});

/** Every place in a value, itself first. */
function* pathsOf(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

/** A copy in which the value at a path is gone, null, or (an object) has one key more. */
function changed(value: Json, path: readonly string[], how: 'without' | 'null' | 'more'): Json {
  const copy = structuredClone(value) as Record<string, Json>;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, Json>;
  const last = path.at(-1);
  const target = last === undefined ? copy : holder[last];
  if (how === 'more') {
    if (typeof target === 'object' && target !== null && !Array.isArray(target)) {
      (target as Record<string, Json>)['aKeyOfTomorrow'] = { any: ['thing'] };
    }
  } else if (last !== undefined) {
    if (how === 'null') holder[last] = null;
    else delete holder[last];
  }
  return copy;
}
