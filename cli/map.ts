import { Command, InvalidArgumentError } from 'commander';
import { changeMapping, lookAtConnection, settingOf } from '../config/map-connection.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { openConnectors, openWorkspace } from '../config/wiring.ts';
import type { SettingChange } from '../config/write-settings.ts';
import { ConfigError } from '../core/domain/errors.ts';
import type { Stream } from '../core/domain/records.ts';
import { likelySettings, type MappingLook } from '../core/mapping/look.ts';
import { mappingReport } from '../core/mapping/report.ts';
import { type MappingVersion, mappingVersion, nextMapping } from '../core/store/mapping-versions.ts';
import { type CommandContext, commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { printLook } from './map-report.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';

interface MapOptions extends WorkspaceOptions {
  set: readonly SettingChange[];
  accept?: boolean;
}

/** `staypower map VENDOR` */
export function mapCommand(): Command {
  const command = workspaceOptions(
    new Command('map')
      .description(
        'What a CRM has and what of it is read: which records are purchases, which fields hold what, with suggestions and real rows.',
      )
      .argument('<connection>', 'id of a connection, or its vendor'),
  )
    .option(
      '--set <path=value...>',
      'choose, e.g. amountField=Net_Amount__c; written to the configuration',
      setting,
      [],
    )
    .option('--accept', 'choose the likeliest field wherever none is chosen')
    .action(map);
  return example(command, 'staypower map salesforce', 'staypower map hubspot --set deals.amountProperty=net_amount');
}

async function map(connection: string, options: MapOptions): Promise<void> {
  const context = await commandContext(options);
  const id = connectionOf(context.config, connection);
  const before = await openWorkspace(context.config, context, { withConnectors: true });
  let look: MappingLook;
  let known: MappingVersion | null;
  try {
    look = await lookAtConnection(before.workspace.connectors, id);
    known = await mappingVersion(before.workspace.database, id);
  } finally {
    await before.close();
  }
  const changes = [...(options.accept ? likelySettings(look) : []), ...options.set];
  let again: readonly Stream[] = known?.again ?? [];
  if (changes.length > 0) ({ look, again } = await change(context, { id, changes, known }));
  const { problems } = look;
  if (problems.length > 0) process.exitCode = 1;
  const version = known?.version ?? null;
  if (context.json) {
    printJson({
      connectionId: id,
      version,
      ...mappingReport(look),
      purchases: look.purchases,
      changes,
      readAgain: again,
    });
    return;
  }
  printLook(look, { connectionId: id, version, showsPeople: process.stdout.isTTY === true });
  for (const { path, value } of changes) print(`Set ${path.join('.')} to ${JSON.stringify(value)}.`);
  if (again.length > 0) print(`The next sync reads again: ${again.join(', ')}.`);
}

/** Writes the changes once the source has all that they name, and looks again. */
async function change(
  context: CommandContext,
  { id, changes, known }: { id: string; changes: readonly SettingChange[]; known: MappingVersion | null },
): Promise<{ look: MappingLook; again: readonly Stream[] }> {
  const { look, mapping } = await changeMapping(context.configFile, { id, changes, env: context.env }, (config) =>
    openConnectors({ ...config, workspace: context.config.workspace }, context),
  );
  return { look, again: nextMapping(known, mapping).again };
}

/** The id of the connection that is named, by its id or as the only one of its vendor. */
function connectionOf({ connections }: ResolvedConfig, named: string): string {
  const byId = connections.find((each) => each.id === named);
  const ofVendor = connections.filter((each) => each.vendor === named);
  const found = byId ?? (ofVendor.length === 1 ? ofVendor[0] : undefined);
  if (found) return found.id;
  throw new ConfigError([
    {
      path: 'connections',
      expected: `one of ${connections.map((each) => each.id).join(', ') || 'none'}`,
      found: `"${named}"`,
      remedy: 'Name a connection that is configured.',
    },
  ]);
}

function setting(text: string, sofar: readonly SettingChange[]): readonly SettingChange[] {
  const change = settingOf(text);
  if (change === null) throw new InvalidArgumentError('It must be PATH=VALUE, such as amountField=Amount.');
  return [...sofar, change];
}
