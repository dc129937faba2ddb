import { parse } from 'yaml';
import { ConfigError } from '../core/domain/errors.ts';
import { lookAt, type MappingLook } from '../core/mapping/look.ts';
import type { Connector, Source } from '../core/ports/connector.ts';
import type { Survey } from '../core/ports/survey.ts';
import type { Environment } from './load.ts';
import type { ResolvedConfig } from './schema.ts';
import { changeSettings, type SettingChange } from './write-settings.ts';

/** Records that are looked at and shown of each object. */
const PREVIEW_ROWS = 10;

/**
 * A connection whose fields can be chosen.
 *
 * @throws ConfigError where there is none with this id
 */
export function surveyed(connectors: readonly Connector[], id: string): { source: Source; survey: Survey } {
  const source = connectors.find((connector) => connector.connectionId === id)?.source;
  if (source?.survey) return { source, survey: source.survey };
  throw new ConfigError([
    {
      path: 'connections',
      expected: 'a connection whose fields can be chosen (Salesforce, HubSpot)',
      found: `"${id}"`,
      remedy: 'Columns of CSV files and meanings of Segment events are set in the configuration.',
    },
  ]);
}

/** What a connection has and what of it is read, with suggestions and some records. Reads only. */
export function lookAtConnection(connectors: readonly Connector[], id: string): Promise<MappingLook> {
  return lookAt(surveyed(connectors, id).survey, PREVIEW_ROWS);
}

/**
 * Writes settings of a connection into the configuration file, once the source has all that they name.
 *
 * @param file null where the workspace has none
 * @param connect opens the connector of the connection as it would be with the changes
 * @throws ConfigError for a setting that is not allowed, a field that the source does not have, and a file that cannot be written
 */
export async function changeMapping(
  file: string | null,
  { id, changes, env }: { id: string; changes: readonly SettingChange[]; env: Environment },
  connect: (config: ResolvedConfig) => Promise<{ connectors: readonly Connector[]; close(): Promise<void> }>,
): Promise<{ look: MappingLook; mapping: Source['mapping'] }> {
  if (file === null) {
    throw new ConfigError([
      {
        path: 'staypower.yaml',
        expected: 'a configuration file to write to',
        remedy: 'Make one with "staypower init".',
      },
    ]);
  }
  const changed = await changeSettings(file, id, changes, env);
  const open = await connect(changed.config);
  try {
    const { source, survey } = surveyed(open.connectors, id);
    const look = await lookAt(survey, PREVIEW_ROWS);
    if (look.problems.length > 0) throw new ConfigError(look.problems);
    await changed.write();
    return { look, mapping: source.mapping };
  } finally {
    await open.close();
  }
}

/** PATH=VALUE as a change; the value is YAML, so that lists, true and null can be said. Null where it is none. */
export function settingOf(text: string): SettingChange | null {
  const at = text.indexOf('=');
  if (at < 1) return null;
  return { path: text.slice(0, at).split('.'), value: parse(text.slice(at + 1)) as unknown };
}
