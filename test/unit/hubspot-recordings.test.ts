import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contactOf, type ObjectReader } from '../../connectors/hubspot/mapping.ts';
import { accountReader } from '../../connectors/hubspot/pull-accounts.ts';
import { contactReader } from '../../connectors/hubspot/pull-contacts.ts';
import { transactionReaders } from '../../connectors/hubspot/pull-transactions.ts';
import {
  accountSchema,
  batchSchema,
  crmObjectSchema,
  pageSchema,
  propertySchema,
} from '../../connectors/hubspot/replies.ts';
import { hubspotSettingsSchema } from '../../connectors/hubspot/settings.ts';

const FOLDER = resolve(import.meta.dirname, '../../../shared/recordings');
const settings = hubspotSettingsSchema.parse({});

/** Replies that HubSpot really gave, by the file that holds them and the reader that must take them. */
const RECORDED: readonly [file: string, reply: z.ZodType][] = [
  ['companies', pageSchema],
  ['contacts', pageSchema],
  ['deals', pageSchema],
  ['search-deals', pageSchema],
  ['batch-update-companies', batchSchema],
  ['create-task', crmObjectSchema],
  ['update-contact-clear-fields', crmObjectSchema],
  ['create-property', propertySchema],
  ['fetch-account-information', accountSchema],
];

const exchange = z.object({ response: z.unknown() });
const recording = z.object({
  api: z.record(z.string(), z.record(z.string(), z.union([z.array(exchange), exchange.transform((one) => [one])]))),
});

function responsesOf(file: string): readonly unknown[] | null {
  const path = resolve(FOLDER, `hubspot.${file}.json`);
  if (!existsSync(path)) return null;
  const { api } = recording.parse(JSON.parse(readFileSync(path, 'utf8')));
  return Object.values(api).flatMap((paths) =>
    Object.values(paths).flatMap((exchanges) => exchanges.map((each) => each.response)),
  );
}

describe('replies recorded from HubSpot', () => {
  it.for(RECORDED)('%s is read', ([file, reply], { skip }) => {
    const responses = responsesOf(file);
    if (responses === null) return skip('../shared/recordings is not here');
    expect(responses.length).toBeGreaterThan(0);
    for (const response of responses) expect(reply.safeParse(response).error).toBeUndefined();
  });

  it.for<[file: string, reader: ObjectReader]>([
    ['contacts', contactReader(settings)],
    ['companies', accountReader()],
    ['deals', transactionReaders(settings, 'EUR')[0] as ObjectReader],
  ])('%s are translated or set aside, each one', ([file, reader], { skip }) => {
    const responses = responsesOf(file);
    if (responses === null) return skip('../shared/recordings is not here');
    for (const record of responses.flatMap((response) => pageSchema.parse(response).results)) {
      const { records, rejected } = reader.translate(record, {}, true);
      expect(records.length + rejected.length).toBeGreaterThan(0);
    }
  });

  it('an e-mail address that was cleared is none', ({ skip }) => {
    const responses = responsesOf('update-contact-clear-fields');
    if (responses === null) return skip('../shared/recordings is not here');
    const [contact] = contactOf(crmObjectSchema.parse(responses[0]), {}, settings).records;
    expect(contact).toMatchObject({ kind: 'contact', emails: [], name: 'Updated' });
  });
});
