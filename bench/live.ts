import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../cli/output.ts';
import { CREDENTIALS } from '../sandbox/index.ts';

const ORDERS = 20;
const CUSTOMERS = 400;
/** Orders begin so far apart, and one looks so often: the look-alike has HubSpot's limits, of which the product needs most. */
const ORDER_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 20;
const AFTER_A_REFUSAL_MS = 1_000;

/**
 * From an order to the field on the record: the demo runs in a process of its own, orders are sent through the sandbox's Segment,
 * which signs and delivers them to the demo's webhook; the clock stops when HubSpot shows another value.
 */
export async function benchLive(args: readonly string[]): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'staypower-bench-'));
  const demo = spawn(
    process.execPath,
    [join(import.meta.dirname, '../cli/main.ts'), 'demo', '--customers', String(CUSTOMERS)],
    { env: { ...process.env, STAYPOWER_HOME: home }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  try {
    const urls = await new Promise<{ hubspot: string; segment: string }>((resolve, reject) => {
      let text = '';
      demo.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /The sandbox: (\S+), (\S+), (\S+)/.exec(text);
        if (found?.[2] && found[3]) resolve({ hubspot: found[2], segment: found[3] });
      });
      demo.once('exit', (code) => reject(new Error(`The demo ended with exit code ${code}:\n${text}`)));
    });
    const people = await peopleIn(urls);
    const milliseconds: number[] = [];
    for (const [index, email] of people.slice(0, ORDERS).entries()) {
      const before = await shownValue(urls.hubspot, email);
      const started = performance.now();
      await post(`${urls.segment}/_sandbox/segment/emit`, {
        messages: [
          {
            type: 'track',
            event: 'Order Completed',
            userId: userIdOf(email),
            properties: { order_id: `BENCH-${index}`, subtotal: 900 + index, currency: 'USD' },
          },
        ],
      });
      while ((await shownValue(urls.hubspot, email)) === before) {
        await wait(LOOK_EVERY_MS);
      }
      const took = performance.now() - started;
      milliseconds.push(Math.round(took));
      await wait(Math.max(ORDER_EVERY_MS - took, 0));
    }
    milliseconds.sort((a, b) => a - b);
    const at = (share: number) =>
      milliseconds[Math.min(Math.floor(share * milliseconds.length), milliseconds.length - 1)] ?? 0;
    const figures = { orders: milliseconds.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
    if (args.includes('--json')) console.log(JSON.stringify(figures));
    else {
      console.log('\nFrom an order at Segment to the changed field in HubSpot');
      console.log(
        table(
          ['orders', 'p50 ms', 'p95 ms', 'max ms'],
          [[figures.orders, figures.p50Ms, figures.p95Ms, figures.maxMs]],
        ),
      );
    }
  } finally {
    const ended = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  }
}

const headers = { authorization: `Bearer ${CREDENTIALS.hubspot.accessToken}`, 'content-type': 'application/json' };

/** Addresses of scored contacts whom Segment knows too: an order there is theirs. */
async function peopleIn(urls: { hubspot: string; segment: string }): Promise<readonly string[]> {
  const page = (await (
    await fetch(`${urls.hubspot}/crm/v3/objects/contacts?limit=100&properties=email,staypower_clv_12m`, { headers })
  ).json()) as { results: { properties: { email: string | null; staypower_clv_12m: string | null } }[] };
  const known: string[] = [];
  for (const { properties } of page.results) {
    const { email, staypower_clv_12m: value } = properties;
    if (email === null || value === null) continue;
    const profile = (await (await fetch(`${urls.segment}/_sandbox/segment/profiles/${userIdOf(email)}`)).json()) as {
      traits: { email?: string };
    };
    if (profile.traits.email === email) known.push(email);
  }
  return known;
}

/** The world's addresses end in the person's id. */
function userIdOf(email: string): string {
  return `user-${email.split('@')[0]?.split('.').at(-1)}`;
}

async function shownValue(hubspot: string, email: string): Promise<string | null> {
  const path = `/crm/v3/objects/contacts/${encodeURIComponent(email)}?idProperty=email&properties=staypower_clv_12m`;
  for (;;) {
    const response = await fetch(hubspot + path, { headers });
    const answer = (await response.json()) as { properties: { staypower_clv_12m: string | null } };
    if (response.ok) return answer.properties.staypower_clv_12m;
    await wait(AFTER_A_REFUSAL_MS);
  }
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
}
