import type { RecordKind } from '../../core/domain/records.ts';
import type { SalesforceClient } from './client.ts';
import { type Describer, goesStale, type ObjectShape, shapeWith } from './describe.ts';
import type { Translated } from './mapping-rows.ts';
import { collected, type ObjectSource } from './pull.ts';
import { readRows } from './read-rows.ts';
import type { SalesforceSettings } from './settings.ts';
import type { Row } from './soql.ts';

/** What the parts of this connector share. */
export interface Organisation {
  client: SalesforceClient;
  describer: Describer;
  settings: SalesforceSettings;
  /** ISO 4217 code of an organisation with a single currency. */
  currency: string;
}

/** An object whose rows are records by themselves. */
export interface PlainObject {
  object: string;
  /** What a row becomes. */
  of: RecordKind;
  /** Fields without which reading makes no sense: ConfigError when the integration user does not see them. */
  needed: readonly string[];
  /** Fields that some organisations lack. A path ("Parent.ContactId") is there when its lookup ("ParentId") is. */
  optional: readonly string[];
  /** Rows that a first load wants, as a SOQL condition; null = all. */
  wanted: string | null;
  map(row: Row): Translated;
}

/** A source that reads an object's rows and translates each by itself. */
export function plainSource(organisation: Organisation, plain: PlainObject): ObjectSource {
  const { client, settings } = organisation;
  return {
    object: plain.object,
    loadedWith: null,
    goesStale: async () => goesStale(await organisation.describer.shapeOf(plain.object), plain.needed),
    read: async function* (since, from) {
      const plan = {
        ...(await planOf(organisation.describer, plain)),
        children: null,
        bulkReadRows: settings.bulkReadRows,
      };
      for await (const { rows, next, total } of readRows(client, plan, since, from)) {
        yield { ...collected(rows.map(plain.map)), next, total };
      }
    },
  };
}

/** Sources of those objects that the organisation has. */
export async function plainSources(
  organisation: Organisation,
  objects: readonly PlainObject[],
): Promise<readonly ObjectSource[]> {
  const shapes = await Promise.all(objects.map(({ object }) => organisation.describer.shapeOf(object)));
  return objects.filter((_, index) => shapes[index] !== null).map((object) => plainSource(organisation, object));
}

/** The parts of a read plan that follow from the object's description. */
export async function planOf(
  describer: Describer,
  { object, needed, optional, wanted }: Omit<PlainObject, 'map' | 'of'>,
): Promise<{ object: string; shape: ObjectShape; fields: readonly string[]; wanted: string | null }> {
  const shape = await shapeWith(describer, object, needed);
  const fields = [...needed, ...optional.filter((name) => shape.has(name.replace(/\..*$/, 'Id')) || shape.has(name))];
  return { object, shape, fields: [...new Set(fields)], wanted };
}
