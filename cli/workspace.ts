import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { storeFolder } from '../config/wiring.ts';
import { workspaceFileName, workspacePrefix } from '../config/workspaces.ts';
import { ConfigError, DataError } from '../core/domain/errors.ts';
import type { Database } from '../core/ports/database.ts';
import { openStore, openWhole, type StoreLocation } from '../core/store/open.ts';
import { dropWorkspace, listWorkspaces, type WorkspaceEntry } from '../core/store/workspaces.ts';
import { commandContext, type WorkspaceOptions } from './context.ts';
import { firstYaml, secretLines, VENDORS, type Vendor } from './first-files.ts';
import { print, printJson, table } from './output.ts';
import { example } from './steps.ts';

/** `staypower workspace`: several books side by side, each with its own schema, connections, secrets and limits. */
export function workspaceCommand(): Command {
  const command = new Command('workspace').description(
    'Several books side by side: each its own schema, configuration file, secrets and limits. Other commands take --workspace NAME.',
  );
  for (const each of [create(), list(), remove()]) command.addCommand(each);
  return command;
}

const withJson = (command: Command) => command.option('--json', 'one line of JSON on stdout, nothing else there');

function create(): Command {
  const command = withJson(
    new Command('create')
      .description('Make a workspace: its schema, and staypower.NAME.yaml here. Overwrites nothing.')
      .argument('<name>', 'lower-case letters, digits and underscores')
      .addOption(
        new Option('--connect <vendors...>', 'vendors to connect, the most trusted first')
          .choices(VENDORS)
          .default([...VENDORS]),
      )
      .option('--currency <code>', 'reporting currency', 'USD')
      .option('--time-zone <zone>', 'IANA time zone of the calendar days', 'UTC'),
  ).action(
    async (
      name: string,
      options: WorkspaceOptions & { connect: readonly Vendor[]; currency: string; timeZone: string },
    ) => {
      const path = resolve(workspaceFileName(name));
      const location = await locationOf({ ...options, workspace: name });
      const there = await inWhole(location, (database) => listWorkspaces(database));
      if (existsSync(path) || there.some((each) => each.name === name)) {
        throw new ConfigError([
          {
            path: existsSync(path) ? path : 'workspace',
            expected: 'a workspace that is not there yet',
            found: name,
            remedy: 'Choose another name, or use the one that is there with --workspace.',
          },
        ]);
      }
      // The name is checked by the store before the file is written.
      await (await openStore(location)).close();
      const { connect: vendors, currency, timeZone } = options;
      await writeFile(path, firstYaml({ workspace: name, vendors, currency, timeZone }), { flag: 'wx' });
      if (options.json) return printJson({ workspace: name, file: path, environmentPrefix: workspacePrefix(name) });
      print(
        `Workspace "${name}": schema made, configuration in ${path}. Its secrets are read from:`,
        ...secretLines(vendors, workspacePrefix(name)),
        '',
        `Next: staypower check --workspace ${name}`,
      );
    },
  );
  return example(command, 'staypower workspace create acme --connect hubspot --currency EUR');
}

function list(): Command {
  const command = withJson(new Command('list').description('The workspaces of this store.')).action(
    async (options: WorkspaceOptions) => {
      const workspaces = await inWhole(await locationOf(options), (database) => listWorkspaces(database));
      if (options.json) return printJson({ workspaces });
      if (workspaces.length === 0) return print('There is no workspace yet.');
      print(
        table(
          ['workspace', 'customers', 'records with our values'],
          workspaces.map((each) => [each.name, each.customers, each.carriers]),
        ),
      );
    },
  );
  return example(command, 'staypower workspace list');
}

function remove(): Command {
  const command = withJson(
    new Command('delete')
      .description('Drop a workspace with all that is stored in it, for good. Its configuration file stays.')
      .argument('<name>', 'the workspace'),
  )
    .option('--yes', 'do it; without, it is only said what would go')
    .option('--abandon', 'also where our values still stand on records, which nobody can then take back')
    .action(async (name: string, options: WorkspaceOptions & { yes?: boolean; abandon?: boolean }) => {
      const dryRun = options.yes !== true;
      const gone = await inWhole(await locationOf({ ...options, workspace: name }), async (database) => {
        const entry = (await listWorkspaces(database)).find((each) => each.name === name);
        if (!entry) throw refusal('a workspace of this store', name, 'see "staypower workspace list"');
        if (entry.carriers > 0 && options.abandon !== true) {
          throw refusal(
            'a workspace whose values were taken out of the CRMs',
            `${entry.carriers} records that carry them`,
            `run "staypower unprovision --workspace ${name} --yes" first, or give --abandon`,
          );
        }
        if (!dryRun) await dropWorkspace(database, entry);
        return entry;
      });
      report(gone, dryRun, options.json === true);
    });
  return example(command, 'staypower workspace delete acme --yes');
}

function report(entry: WorkspaceEntry, dryRun: boolean, json: boolean): void {
  if (json) printJson({ dryRun, workspace: entry.name, customers: entry.customers });
  else
    print(
      dryRun
        ? `Workspace "${entry.name}" with ${entry.customers} customers would be dropped. With --yes it is.`
        : `Workspace "${entry.name}" with ${entry.customers} customers is gone.`,
    );
}

function refusal(expected: string, found: string, remedy: string): DataError {
  return new DataError({ field: 'workspace', expected, found, remedy });
}

/** Where the workspace's schema is, or would be. */
async function locationOf(options: WorkspaceOptions): Promise<StoreLocation> {
  const { config, env, home } = await commandContext(options);
  return { databaseUrl: env['DATABASE_URL'] || null, folder: storeFolder(home), workspace: config.workspace };
}

async function inWhole<T>(location: StoreLocation, work: (database: Database) => Promise<T>): Promise<T> {
  await mkdir(dirname(location.folder), { recursive: true });
  const database = await openWhole(location);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
