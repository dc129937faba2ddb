import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { homeFolder, resolveConfig } from '../config/load.ts';
import { openWorkspace } from '../config/wiring.ts';
import { calendarDay, dayOf } from '../core/domain/calendar-day.ts';
import { cycle } from '../core/pipeline/cycle.ts';
import { startLive } from '../core/pipeline/live.ts';
import { provisionedFields } from '../core/playbooks/provisioned-fields.ts';
import { CREDENTIALS } from '../sandbox/index.ts';
import type { Sandbox } from '../sandbox/kernel/types.ts';
import { asOfOption, type CommandContext, systemClock } from './context.ts';
import { type CallBill, cycleJson } from './cycle-report.ts';
import { printDemo } from './demo-report.ts';
import { consoleLines, listen, untilStopped } from './listen.ts';
import { createLogger } from './logger.ts';
import { integer } from './options.ts';
import { startWebhooks } from './outbound.ts';
import { printJson, tell } from './output.ts';
import { createProgress } from './progress.ts';
import { type OpenSandbox, openSandbox, type WorldOptions, worldOptions } from './sandbox-world.ts';
import { example } from './steps.ts';
import { follow, startJobs } from './work.ts';

interface DemoOptions extends WorldOptions {
  once?: boolean;
  asOf?: string;
  port?: number;
  workspace?: string;
  json?: boolean;
}

/** `staypower demo` */
export function demoCommand(): Command {
  const command = asOfOption(
    worldOptions(
      new Command('demo').description(
        'The whole product on this machine: three look-alike CRMs, real SDKs, scores on the records, tasks, then a live server.',
      ),
    ),
  )
    .option('--once', 'stop after one cycle instead of serving')
    .option('--port <port>', 'port of the server on 127.0.0.1 (default: a free one)', integer)
    .option('--workspace <name>', 'workspace in the store (default: demo)')
    .option('--json', 'one line of JSON on stdout, nothing else there')
    .action(demo);
  return example(
    command,
    'staypower demo',
    'staypower demo --once --json --transactions orders.csv --as-of 2026-03-31',
  );
}

async function demo(options: DemoOptions): Promise<void> {
  const home = homeFolder(process.env);
  const today = () =>
    options.asOf === undefined ? dayOf(systemClock.now().toISOString(), 'UTC') : calendarDay(options.asOf);
  const asOf = today();
  const progress = createProgress(options.json === true);
  const world = await openSandbox(home, options, { asOf });
  try {
    const context = await demoContext(world, home, options, asOf);
    const open = await openWorkspace(context.config, context, { withConnectors: true });
    try {
      const listening = await listen(open, context, { host: '127.0.0.1', port: options.port ?? 0 });
      try {
        for (const { fields } of open.workspace.connectors)
          await fields?.provision(provisionedFields(open.workspace.playbooks), { dryRun: false });
        await receiveSegment(world.sandbox, listening.server.url, context, (done, total) =>
          progress.step({ step: 'pull', detail: 'segment webhooks', done, total }),
        );
        const report = await cycle(open.workspace, { asOf, onStep: progress.step });
        progress.stop();
        const bill = await billOf(world.sandbox);
        for (const { connectionId, message } of report.unavailable) tell(`${connectionId}: ${message}`);
        if (report.unavailable.length > 0) process.exitCode = 1;
        if (options.json) printJson(await cycleJson(open, report, { asOf, bill }));
        else await printDemo(open, report, { asOf, bill, sandbox: world.sandbox });
        if (options.once) return;
        await subscribeHubSpot(world.sandbox, listening.server.url, context);
        await captureChanges(world.sandbox);
        const live = await startLive(open.workspace, { today, logger: context.logger });
        const following = follow(open, context);
        const sender = await startWebhooks(open, context);
        const jobs = await startJobs(open, context, today);
        tell(
          '',
          `Live at ${listening.server.url} until Ctrl-C. The sandbox: ${Object.values(world.sandbox.urls).join(', ')}`,
          ...consoleLines(listening),
          ...(listening.newApiToken ? [`Token for /v1, shown this once: ${listening.newApiToken}`] : []),
        );
        await untilStopped();
        await following.stop();
        await live.stop();
        await sender.stop();
        await jobs.stop();
      } finally {
        await listening.close();
      }
    } finally {
      await open.close();
    }
  } finally {
    progress.stop();
    await world.sandbox.close();
  }
}

/** The configuration a person would have written, with the sandbox's endpoints and keys in the environment. */
async function demoContext(
  world: OpenSandbox,
  home: string,
  options: DemoOptions,
  asOf: CommandContext['asOf'],
): Promise<CommandContext> {
  const env = {
    ...world.env,
    ...(await webhookSecrets(home)),
    DATABASE_URL: process.env['DATABASE_URL'],
    STAYPOWER_API_TOKEN: process.env['STAYPOWER_API_TOKEN'],
  };
  const workspace = options.workspace ?? (world.worldName === 'default' ? 'demo' : `demo_${world.worldName}`);
  const config = resolveConfig(
    {
      workspace,
      connections: [
        { vendor: 'segment' },
        { vendor: 'salesforce', settings: { pubSub: {} } },
        { vendor: 'hubspot', settings: { appId: CREDENTIALS.hubspot.appId } },
      ],
    },
    env,
  );
  return {
    config,
    configFile: null,
    env,
    home,
    clock: systemClock,
    logger: createLogger(),
    asOf,
    json: options.json === true,
  };
}

/** Secrets that the demo shares with its sandbox, made on the first run and kept beside it. */
async function webhookSecrets(home: string): Promise<Record<string, string>> {
  const path = join(home, 'sandbox', 'webhook-secrets.json');
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  const secret = () => randomBytes(24).toString('base64url');
  const secrets = { SEGMENT_WEBHOOK_SECRET: secret(), HUBSPOT_CLIENT_SECRET: secret() };
  await mkdir(join(home, 'sandbox'), { recursive: true });
  await writeFile(path, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** Has the sandbox deliver what it has not delivered yet, and waits until it is in the inbox. */
async function receiveSegment(
  sandbox: Sandbox,
  serverUrl: string,
  context: CommandContext,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const address = `${sandbox.urls.segment}/_sandbox/segment/webhook`;
  await post(address, {
    targetUrl: `${serverUrl}/webhooks/segment/segment`,
    sharedSecret: context.env['SEGMENT_WEBHOOK_SECRET'],
  });
  for (let total = 0; ; ) {
    const { pending, inFlight, failed } = (await (await fetch(address)).json()) as Record<string, number>;
    const left = (pending ?? 0) + (inFlight ?? 0);
    total = Math.max(total, left);
    if (total > 0) onProgress(total - left, total);
    if (left === 0) {
      if (failed) tell(`${failed} Segment messages could not be delivered.`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function subscribeHubSpot(sandbox: Sandbox, serverUrl: string, context: CommandContext): Promise<void> {
  await post(`${sandbox.urls.hubspot}/_sandbox/hubspot/webhooks`, {
    targetUrl: `${serverUrl}/webhooks/hubspot/hubspot`,
    clientSecret: context.env['HUBSPOT_CLIENT_SECRET'],
    appId: Number(CREDENTIALS.hubspot.appId),
  });
}

/** What an admin selects in Setup, Change Data Capture. */
async function captureChanges(sandbox: Sandbox): Promise<void> {
  await post(`${sandbox.urls.salesforce}/_sandbox/salesforce/change-data-capture`, {
    objects: ['Account', 'Contact', 'Opportunity', 'OpportunityContactRole', 'Task', 'Event', 'Case'],
  });
}

async function billOf(sandbox: Sandbox): Promise<CallBill> {
  const response = await fetch(`${sandbox.urls.hubspot}/_sandbox/minimum-calls`);
  const { actual, minimum } = (await response.json()) as { actual: number; minimum: number };
  return { apiCalls: actual, minimumApiCalls: minimum };
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${url}.`);
}
