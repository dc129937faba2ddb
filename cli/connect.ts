import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { assertConnectable, signInsOf } from '../config/sign-in.ts';
import type { Scope } from '../core/ports/grants.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { listenForCallback } from './loopback.ts';
import { openBrowser } from './open-browser.ts';
import { integer } from './options.ts';
import { print, printJson, tell } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower connect` */
export function connectCommand(): Command {
  const command = workspaceOptions(
    new Command('connect')
      .description('Connect a HubSpot or Salesforce account in the browser: says what it asks for and why, then waits.')
      .argument('<connection>', 'id of the connection: "hubspot" or "salesforce", unless it has another'),
  )
    .option('--port <port>', 'port on this machine for the way back (default: that of the server)', integer)
    .option('--no-browser', 'only print the address')
    .action(connect);
  return example(command, 'staypower connect hubspot');
}

async function connect(
  connectionId: string,
  options: WorkspaceOptions & { port?: number; browser: boolean },
): Promise<void> {
  const context = await commandContext(options);
  assertConnectable(connectionId, context.config, context);
  return withWorkspace(context, async (open) => {
    const signIns = signInsOf(context.config, context, open.workspace.database);
    const connection = signIns?.connections.find((each) => each.connectionId === connectionId);
    if (!signIns || !connection) throw new Error(`${connectionId} was found connectable and is not`);
    const loopback = await listenForCallback(connection.vendor, options.port ?? context.config.server.port);
    try {
      const { redirectUri } = loopback;
      const begunBy = randomBytes(32).toString('base64url');
      const signIn = await signIns.begin(connectionId, { redirectUri, begunBy });
      tell(
        `${connectionId} asks for:`,
        ...connection.scopes.map(lineOf),
        '',
        `The app must have ${redirectUri} as its redirect (callback) address.`,
        'Approve here; the answer is awaited for ten minutes:',
        signIn.authorizationUrl,
      );
      if (options.browser) openBrowser(signIn.authorizationUrl);
      const connected = await loopback.wait(signIns, signIn, begunBy);
      if (context.json) return printJson({ ...connected, notGranted: connected.notGranted.map(({ name }) => name) });
      print(`${connectionId} is connected to the account ${connected.account}. Next: "staypower check".`);
      if (connected.notGranted.length > 0) print('Not granted:', ...connected.notGranted.map(lineOf));
    } finally {
      await loopback.close();
    }
  });
}

function lineOf({ name, why, optional }: Scope): string {
  return `  ${name}${optional ? ' (optional)' : ''}: ${why}`;
}
