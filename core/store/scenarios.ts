import { StoreError } from '../domain/errors.ts';
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

/** A scenario by its id. Throws StoreError when there is none. */
export async function readScenario(database: Database, id: string): Promise<ScenarioDocument> {
  const found = await readSetting(database, `${PREFIX}${id}`);
  if (found !== null) return found as unknown as ScenarioDocument;
  throw new StoreError(`There is no scenario ${id}. "staypower scenario list" shows those that are kept.`, {
    retry: 'never',
  });
}
