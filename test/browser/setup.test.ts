import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS } from '../../sandbox/index.ts';
import { cleanEnvironment, staypower } from '../support/command.ts';
import { BROWSER_ARGUMENTS, CHROMIUM, whyNoBrowser } from '../support/console.ts';
import { TEST_KEY } from '../support/grants.ts';
import { accessibilityFaults, layoutFaults } from './look.ts';
import { SIZES } from './visit.ts';

/**
 * An admin's whole way in the browser: the server, the look-alikes of the vendors and the browser are processes of their own, as they are in
 * production. The sandbox's log is the witness of what was written and when.
 */
const whyNot = whyNoBrowser();
const SCREENSHOTS = resolve(import.meta.dirname, '../../console/screenshots');
const MAIN = join(import.meta.dirname, '../../cli/main.ts');
const PEOPLE = 60;
const PASSWORD = 'a long password';
const home = mkdtempSync(join(tmpdir(), 'staypower-setup-'));
const children: ChildProcess[] = [];
let browser: Browser;
let sandboxUrls: Record<'salesforce' | 'hubspot' | 'segment', string>;
let served: { url: string; setupToken: string };

/** Starts a command that stays up, and reads the line of JSON that it begins with. */
function start<Said>(args: readonly string[], env: Record<string, string>): Promise<Said> {
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], {
    cwd: home,
    env: cleanEnvironment({ STAYPOWER_HOME: home, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return new Promise((resolveSaid, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) resolveSaid(JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as Said);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('close', () => reject(new Error(stderr)));
  });
}

let env: Record<string, string>;

beforeAll(async () => {
  if (whyNot !== null) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  const sandbox = await start<{ urls: typeof sandboxUrls; env: Record<string, string> }>(
    ['sandbox', '--customers', String(PEOPLE), '--seed', '11'],
    {},
  );
  sandboxUrls = sandbox.urls;
  const { HUBSPOT_ACCESS_TOKEN: _, ...others } = sandbox.env;
  // HubSpot is approved in the browser, the others go by keys.
  env = {
    ...others,
    STAYPOWER_KEY: TEST_KEY,
    HUBSPOT_CLIENT_ID: CREDENTIALS.hubspot.clientId,
    HUBSPOT_CLIENT_SECRET: CREDENTIALS.hubspot.clientSecret,
  };
  writeFileSync(
    join(home, 'staypower.yaml'),
    [
      'currency: EUR',
      '# kept',
      'connections:',
      '  - vendor: hubspot',
      `    settings: { appId: "${CREDENTIALS.hubspot.appId}" }`,
      '  - vendor: salesforce',
      '  - vendor: segment',
      'playbooks:',
      '  - name: keep',
      '    when: { churnBand: [high, medium, low], valueBand: [high, medium] }',
      '    holdoutShare: 0',
      '    task: { subject: "Keep {name}", body: "{reasons}" }',
      '',
    ].join('\n'),
  );
  served = await start(['serve', '--port', '0'], env);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...BROWSER_ARGUMENTS] });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  for (const child of children) {
    const ended = new Promise((done) => child.once('close', done));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(home, { recursive: true, force: true });
});

interface Logged {
  vendor: string;
  method: string;
  path: string;
}

/** Requests that changed something at a vendor since the sandbox began. */
async function changes(): Promise<readonly Logged[]> {
  const log = (await (await fetch(`${sandboxUrls.hubspot}/_sandbox/requests`)).json()) as readonly Logged[];
  return log.filter(
    ({ method, path }) =>
      method !== 'GET' && !/\/(search|batch\/read|token|query)\b|\/oauth2?\/|batch\/read/.test(path),
  );
}

/** Has the next request to a vendor that fits refused. */
async function refuseNext(fault: object): Promise<void> {
  await fetch(`${sandboxUrls.hubspot}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(fault) });
}

/** Looks at the page as it is, on a phone and on a desktop, for faults of layout and of accessibility. */
async function look(page: Page, name: string): Promise<void> {
  for (const { name: size, width, height } of [...SIZES]) {
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: join(SCREENSHOTS, `setup-${name}-${size}-light.png`), fullPage: true });
    expect({ name, size, faults: await layoutFaults(page) }).toEqual({ name, size, faults: [] });
    expect({ name, size, faults: await accessibilityFaults(page, axe.source) }).toEqual({ name, size, faults: [] });
  }
}

const PATIENCE = { timeout: 120_000 };

describe.skipIf(whyNot !== null)('setting up in the console', () => {
  it('goes from the first account to the last trace: nothing is written before it is turned on, and all of it is taken out again', async () => {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      // The vendors' pages are not ours to be judged.
      if (message.type() === 'error' && message.location().url.startsWith(served.url)) errors.push(message.text());
    });
    const next = (title: string) => page.getByRole('link', { name: `Next: ${title}` }).click();

    // The first account, and where a new workspace sends its admin.
    await page.goto(`${served.url}/#setup=${served.setupToken}`);
    await page.getByLabel('Name or e-mail').fill('admin@people.example');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Connections' }).first().click();
    await page.getByText('Nothing is read by itself either.').waitFor();
    await look(page, 'new-workspace');
    await page.getByRole('link', { name: 'Go on setting up' }).click();

    // Connect: on the vendor's own page, and back.
    await page.getByText('Not connected yet: approve it on the vendor').waitFor();
    await look(page, 'connect');
    await page.getByRole('button', { name: 'Connect hubspot' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('hubspot reads the account 1234567 from now on.').waitFor();
    await page.getByRole('link', { name: 'Go on setting up' }).click();

    // The first step that is left is where it goes on: the check, which fails once and says what to do.
    await page.getByRole('heading', { name: '2. Check' }).waitFor();
    await refuseNext({ vendor: 'hubspot', kind: 'status', status: 403, times: 20 });
    await page.getByRole('button', { name: 'Check the connections' }).click();
    await page.getByText('Not ready', { exact: true }).waitFor(PATIENCE);
    await look(page, 'check-refused');
    await fetch(`${sandboxUrls.hubspot}/_sandbox/faults`, { method: 'DELETE' });
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.getByText('Ready: hubspot, salesforce, segment.').waitFor(PATIENCE);

    // Choose what is read: looked at, changed, kept as a version in the file, whose comments stay.
    await next('Choose what is read');
    await page.getByRole('button', { name: 'Look at hubspot', exact: true }).click();
    await page.getByText('read as purchases').first().waitFor(PATIENCE);
    await page.getByText(/records of deals, as they are read/).click();
    await look(page, 'map');
    await page.getByRole('button', { name: 'Use order_reference' }).first().click();
    await page.getByRole('button', { name: 'Keep the change' }).click();
    await page.getByText('Version 1', { exact: true }).waitFor(PATIENCE);
    expect(readFileSync(join(home, 'staypower.yaml'), 'utf8')).toMatch(
      /# kept[\s\S]*orderReferenceProperty: order_reference/,
    );
    await page.getByRole('button', { name: 'Look at salesforce', exact: true }).click();
    await page.getByRole('button', { name: 'Keep it as it is' }).nth(1).click(PATIENCE);
    await page.getByText('hubspot version 1, salesforce version 1.').waitFor(PATIENCE);

    // What would be created, and then created: what the dry run said.
    await next('See which fields would be created');
    await page.getByRole('button', { name: 'See what would be created' }).click();
    const planned = page.getByText(/^\d+ to be created, 0 are there\.$/);
    await planned.waitFor(PATIENCE);
    await look(page, 'plan');
    const [count] = /\d+/.exec((await planned.textContent()) ?? '') ?? [];
    expect(await changes()).toEqual([]);
    await next('Create the fields');
    await page.getByRole('button', { name: 'Create the fields' }).click();
    await page.getByText(`${count} created, 0 are there.`).waitFor(PATIENCE);
    await look(page, 'provision');
    const created = (await changes()).length;
    expect(created).toBeGreaterThan(3);

    // Read and score, with the page left and come back to meanwhile.
    await next('Read and score');
    await page.getByRole('button', { name: 'Read and score' }).click();
    await page.getByText(/Read and score: (under way|Pull|Identify|Features|Train|Score)/).waitFor(PATIENCE);
    await page.reload();
    await page.getByRole('heading', { name: 'What this book can carry' }).waitFor(PATIENCE);
    await page.getByText(`${PEOPLE} customers`).first().waitFor();
    await look(page, 'first-load');

    // How it would look, and still nothing was written.
    await next('Look at the scores');
    await page.getByText('staypower_clv_12m').or(page.getByText('clv_12m')).first().waitFor(PATIENCE);
    await look(page, 'shadow');
    expect(await changes()).toHaveLength(created);

    // Turn it on: what was shown is written, and tasks are opened.
    await next('Turn it on');
    await look(page, 'turn-on');
    await page.getByRole('button', { name: 'Turn on writing and playbooks' }).click();
    await page.getByText('It is on:').waitFor();
    await page.getByText('8 of 8 steps done').waitFor(PATIENCE);
    await expect.poll(async () => (await changes()).length, PATIENCE).toBeGreaterThan(created + 5);

    // Take the run back: looked at first.
    await expect.poll(() => onTheirWay(page), PATIENCE).toBe(0);
    await page.getByRole('link', { name: 'Back to Connections' }).click();
    await page.getByRole('button', { name: /^See what taking back run \d+ would restore$/ }).click(PATIENCE);
    await page.getByRole('heading', { name: /^What taking back run \d+ would do$/ }).waitFor(PATIENCE);
    await look(page, 'undo');
    await page.getByRole('button', { name: /^Take back run \d+$/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Take back run/ })
      .click();
    await page.getByRole('heading', { name: /^Run \d+ was taken back$/ }).waitFor(PATIENCE);
    await page.getByText(/^Paused: nothing is written to any CRM$/).waitFor();

    // Forget a person: what is held, typed, and the receipt, which the command finds good.
    await page.goto(`${served.url}/#/settings`);
    const person = await someCustomer(page);
    await page.getByLabel('E-mail address, customer id, user id or record id').fill(person);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What is held on this person' }).waitFor();
    await look(page, 'settings-erasure');
    await page.getByRole('button', { name: 'Erase this person' }).click();
    await page.getByLabel('Type “erase” to go on').fill('erase');
    await page.keyboard.press('Enter');
    const [download] = await Promise.all([
      page.waitForEvent('download', PATIENCE),
      page.getByRole('button', { name: 'Download the signed receipt' }).click(PATIENCE),
    ]);
    const receipt = join(home, download.suggestedFilename());
    await download.saveAs(receipt);
    await page.getByLabel('E-mail address, customer id, user id or record id').fill(person);
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is held on such a person.').waitFor();

    // Uninstall from one: listed, its name typed, removed.
    await page.goto(`${served.url}/#/connections`);
    await page.getByLabel('Uninstall from', { exact: true }).selectOption('hubspot');
    await page.getByRole('button', { name: 'List what is ours there' }).click();
    await page.getByText('What only you can take away:').waitFor(PATIENCE);
    await look(page, 'uninstall');
    await page.getByRole('button', { name: 'Uninstall from hubspot' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type “hubspot” to go on').fill('salesforce');
    expect(await dialog.getByRole('button', { name: 'Uninstall from hubspot' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Type “hubspot” to go on').fill('hubspot');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'What was removed' }).waitFor(PATIENCE);
    expect((await changes()).some(({ method, path }) => method === 'DELETE' && /staypower/.test(path))).toBe(true);

    expect(errors).toEqual([]);
    await context.close();
    await stopServer();
    const verified = await staypower(['erase', '--verify', receipt, '--json'], { home, env });
    expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true });
  }, 900_000);
});

/** A customer's id, as the list of customers has it. */
async function someCustomer(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answer = (await (await fetch('v1/customers?limit=1')).json()) as { customers: { customerId: string }[] };
    return answer.customers[0]?.customerId ?? '';
  });
}

/** Fields and actions that still wait to be written. */
async function onTheirWay(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { outboxWaiting } = (await (await fetch('v1/traffic')).json()) as { outboxWaiting: number };
    return outboxWaiting;
  });
}

/** The embedded store is one process's. */
async function stopServer(): Promise<void> {
  const server = children.pop();
  const ended = new Promise((done) => server?.once('close', done));
  server?.kill('SIGTERM');
  await ended;
}
