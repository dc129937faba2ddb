import { toJson } from '../domain/stable-json.ts';
import type { Database } from '../ports/database.ts';
import type { ScenarioDocument } from '../ports/planning.ts';
import { keepSetting, readSetting } from './settings.ts';

const PREFIX = 'scenario:';

/** Keeps a scenario under its id. */
export function keepScenario(database: Database, document: ScenarioDocument): Promise<void> {
  return keepSetting(database, `${PREFIX}${document.id}`, toJson(document));
}

/** Every scenario kept, by name. */
export async function listScenarios(database: Database): Promise<readonly ScenarioDocument[]> {
  const rows = await database.query<{ value: ScenarioDocument }>(
    `select value from settings where starts_with(name, $1) order by value->>'name', name`,
    [PREFIX],
  );
  return rows.map(({ value }) => value);
}

/** A scenario by its id; null when there is none. */
export async function readScenario(database: Database, id: string): Promise<ScenarioDocument | null> {
  return (await readSetting(database, `${PREFIX}${id}`)) as unknown as ScenarioDocument | null;
}
