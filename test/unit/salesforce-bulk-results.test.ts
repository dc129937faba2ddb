import { expect, it } from 'vitest';
import { writeBulk } from '../../connectors/salesforce/bulk-ingest.ts';
import type { SalesforceClient } from '../../connectors/salesforce/client.ts';

/** A client whose Bulk job ends as told; answers by the end of the path. */
function clientWith(job: Record<string, unknown>, results: Readonly<Record<string, string>>): SalesforceClient {
  return {
    call: async ({ method, path }) => ({
      body: results[path.split('/').at(-1) ?? ''] ?? (method === 'GET' ? job : { id: '750', state: 'Open' }),
      headers: {},
    }),
    session: () => Promise.reject(new Error('not asked for here')),
    renew: () => Promise.reject(new Error('not asked for here')),
    serverNow: () => new Date(),
    usage: () => null,
  };
}

const rows = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, fields: { X__c: 1 } }));

// Rows beyond the daily batch allocation are named nowhere:
// https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/get_job_unprocessed_results.htm
it('a row that is in none of the three results is tried again, whatever the order of the others', async () => {
  const client = clientWith(
    { id: '750', state: 'JobComplete', numberRecordsProcessed: 3, numberRecordsFailed: 1 },
    {
      failedResults:
        '"sf__Id","sf__Error","Id","X__c"\n"","STRING_TOO_LONG:X: data value, too large:X__c --","c","1"\n',
      successfulResults: '"sf__Id","sf__Created","Id","X__c"\n"e","false","e","1"\n"a","false","a","1"\n',
      unprocessedrecords: '"Id","X__c"\n"d","1"\n',
    },
  );
  expect(await writeBulk(client, 'Contact', rows)).toMatchObject([
    { status: 'written' },
    { status: 'retry', vendorCode: 'BULK_UNPROCESSED' },
    { status: 'rejected', vendorCode: 'STRING_TOO_LONG', message: 'X: data value, too large' },
    { status: 'retry', vendorCode: 'BULK_UNPROCESSED' },
    { status: 'written' },
  ]);
});

it('a job that was aborted leaves what it did not come to for later', async () => {
  const client = clientWith(
    { id: '750', state: 'Aborted', numberRecordsProcessed: 1, numberRecordsFailed: 0 },
    {
      failedResults: 'sf__Id,sf__Error,Id\n',
      successfulResults: 'sf__Id,sf__Created,Id\nb,false,b\n',
      unprocessedrecords: 'Id\n',
    },
  );
  expect((await writeBulk(client, 'Contact', rows)).map((result) => result.status)).toEqual([
    'retry',
    'written',
    'retry',
    'retry',
    'retry',
  ]);
});
