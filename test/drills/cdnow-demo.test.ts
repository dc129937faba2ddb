import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../cli/sandbox-world.ts';
import { CREDENTIALS } from '../../sandbox/index.ts';
import { staypower } from '../support/command.ts';

const data = process.env['STAYPOWER_DATA_DIR'] ?? resolve(import.meta.dirname, '../../../shared/data');
const file = join(data, 'cdnow_sample.csv');
const AS_OF = '1997-09-30';
const home = mkdtempSync(join(tmpdir(), 'staypower-cdnow-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Parameters of the reference implementation on this file (lifetimes, see the data's own README). */
const BG_NBD = { r: 0.2426, alpha: 4.4136, a: 0.7929, b: 2.4259 };

describe('the CDNOW sample through the whole product', () => {
  test('every customer with an order by the day has its scores in the CRMs, from the reference parameters', async ({
    skip,
  }) => {
    if (!existsSync(file)) return skip(`no ${file}: set STAYPOWER_DATA_DIR`);
    const demo = await staypower(['demo', '--once', '--json', '--transactions', file, '--as-of', AS_OF], { home });
    expect(demo.code, demo.stderr).toBe(0);
    const report = JSON.parse(demo.stdout);
    const buyers = new Set(
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','))
        .filter(([, date]) => (date ?? '') <= AS_OF)
        .map(([id]) => id),
    );
    expect(report.scored).toBe(buyers.size);
    expect(report.apiCalls).toBeLessThanOrEqual(1.1 * report.minimumApiCalls);
    const bgNbd = report.models.find((model: { name: string }) => model.name === 'bg-nbd');
    for (const [name, value] of Object.entries(BG_NBD)) {
      expect(Math.abs(bgNbd.parameters[name] / value - 1)).toBeLessThan(0.005);
    }

    const { sandbox } = await openSandbox(home, {}, { asOf: AS_OF });
    try {
      const scored = new Set([
        ...(await hubspotScored(sandbox.urls.hubspot)),
        ...(await salesforceScored(sandbox.urls.salesforce)),
      ]);
      expect([...buyers].filter((id) => !scored.has(id ?? ''))).toEqual([]);
      const properties = (await (
        await fetch(`${sandbox.urls.hubspot}/crm/v3/properties/contacts`, { headers: bearer() })
      ).json()) as { results: { name: string; label: string }[] };
      const ours = properties.results.filter(({ name }) => name.startsWith('staypower_'));
      expect(ours.length).toBeGreaterThan(10);
      expect(ours.filter(({ name, label }) => /alive/i.test(name + label))).toEqual([]);
    } finally {
      await sandbox.close();
    }
  }, 180_000);
});

const bearer = (token: string = CREDENTIALS.hubspot.accessToken) => ({ authorization: `Bearer ${token}` });

/** The world's addresses end in the customer's id. */
const customerOf = (email: string) => email.trim().toLowerCase().split('@')[0]?.split('.').at(-1) ?? '';

async function hubspotScored(url: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = ''; ; ) {
    const page = (await (
      await fetch(
        `${url}/crm/v3/objects/contacts?limit=100&properties=email,staypower_clv_12m${after && `&after=${after}`}`,
        {
          headers: bearer(),
        },
      )
    ).json()) as {
      results: { properties: { email: string | null; staypower_clv_12m: string | null } }[];
      paging?: { next: { after: string } };
    };
    for (const { properties } of page.results) {
      if (properties.email !== null && properties.staypower_clv_12m !== null) found.push(customerOf(properties.email));
    }
    after = page.paging?.next.after ?? '';
    if (!after) return found;
  }
}

async function salesforceScored(url: string): Promise<readonly string[]> {
  const { access_token: token } = (await (
    await fetch(`${url}/services/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: CREDENTIALS.salesforce.clientId,
        client_secret: CREDENTIALS.salesforce.clientSecret,
      }),
    })
  ).json()) as { access_token: string };
  const found: string[] = [];
  const soql = 'SELECT Email FROM Contact WHERE Staypower_Clv_12m__c != null';
  for (let path: string | undefined = `/services/data/v60.0/query?q=${encodeURIComponent(soql)}`; path; ) {
    const page = (await (await fetch(url + path, { headers: bearer(token) })).json()) as {
      records: { Email: string }[];
      nextRecordsUrl?: string;
    };
    found.push(...page.records.map(({ Email }) => customerOf(Email)));
    path = page.nextRecordsUrl;
  }
  return found;
}
