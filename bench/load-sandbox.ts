/** A HubSpot account of VAST_CONTACTS contacts and three times as many deals, in a process of its own. Prints its endpoints as JSON. */
import { startSandbox } from '../sandbox/index.ts';

const contacts = Number(process.env['VAST_CONTACTS']);
const sandbox = await startSandbox({ stateDir: null, seed: 8, vast: { contacts, dealsEach: 3, seed: 8 } }, null);
const headers = { authorization: 'Bearer pat-sandbox-warm-up' };
// The index of ids is made by the first request, which would else be taken for a slow one.
for (const object of ['contacts', 'deals']) {
  await fetch(`${sandbox.urls.hubspot}/crm/objects/2026-09/${object}?limit=1`, { headers });
}
process.stdout.write(`${JSON.stringify(sandbox.urls)}\n`);
process.once('SIGTERM', () => void sandbox.close().then(() => process.exit(0)));
