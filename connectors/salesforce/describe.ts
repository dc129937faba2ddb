import { z } from 'zod';
import { ConfigError, VendorError } from '../../core/domain/errors.ts';
import type { SalesforceClient } from './client.ts';

/** A field as the integration user sees it. */
export interface FieldShape {
  label: string;
  /** "string", "double", "currency", "boolean", "picklist" … */
  type: string;
  length: number;
  precision: number;
  scale: number;
  picklistValues: readonly { value: string }[];
  updateable: boolean;
  /** A formula, roll-up or value of Salesforce's own. */
  calculated: boolean;
}

/** The fields of an object that the integration user sees, by API name. */
export type ObjectShape = ReadonlyMap<string, FieldShape>;

/** Knows which objects and fields there are. */
export interface Describer {
  /** Null when the organisation has no such object, or this user may not see it. Asked once. */
  shapeOf(object: string): Promise<ObjectShape | null>;
  /** Forgets everything: fields were added. */
  forget(): void;
}

/** A reply of /sobjects/{object}/describe, as far as it is read: what is absent, null or odd of a field says nothing of it. */
export const describeReply = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string().catch(''),
      type: z.string(),
      length: z.number().catch(0),
      precision: z.number().catch(0),
      scale: z.number().catch(0),
      picklistValues: z.array(z.object({ value: z.string() })).catch([]),
      updateable: z.boolean().catch(false),
      calculated: z.boolean().catch(false),
    }),
  ),
});

/** A describer that keeps what it has read. */
export function createDescriber(client: SalesforceClient): Describer {
  const shapes = new Map<string, Promise<ObjectShape | null>>();
  return {
    shapeOf: (object) => {
      let shape = shapes.get(object);
      if (!shape) {
        shape = describe(client, object);
        shapes.set(object, shape);
        shape.catch(() => shapes.delete(object));
      }
      return shape;
    },
    forget: () => shapes.clear(),
  };
}

async function describe(client: SalesforceClient, object: string): Promise<ObjectShape | null> {
  try {
    const { body } = await client.call({ method: 'GET', path: `/sobjects/${object}/describe` });
    const { fields } = describeReply.parse(body);
    return new Map(fields.map(({ name, ...shape }) => [name, shape]));
  } catch (error) {
    if (error instanceof VendorError && error.status === 404) return null;
    if (error instanceof z.ZodError) {
      throw new VendorError(`Salesforce: expected the description of ${object}, found another body. Try again.`, {
        retry: 'later',
        status: 200,
      });
    }
    throw error;
  }
}

/** The object's shape. Throws ConfigError when the object or one of the fields cannot be seen: reading on would lose data silently. */
export async function shapeWith(describer: Describer, object: string, needed: readonly string[]): Promise<ObjectShape> {
  const shape = await describer.shapeOf(object);
  const missing =
    shape === null ? [object] : needed.filter((name) => !shape.has(name)).map((name) => `${object}.${name}`);
  if (shape === null || missing.length > 0) {
    throw new ConfigError(
      missing.map((path) => ({
        path,
        expected: 'to be there and visible to the integration user',
        found: 'nothing',
        remedy: `Give the integration user read access to ${path}, or take it out of the settings of this connection.`,
      })),
    );
  }
  return shape;
}

/**
 * Whether one of the fields is a formula or roll-up of the organisation's own: these move no SystemModstamp. What Salesforce derives of
 * its standard fields (Name, IsWon) follows from a change of the row itself.
 */
export function goesStale(shape: ObjectShape | null, fields: readonly string[]): boolean {
  return fields.some((name) => name.endsWith('__c') && shape?.get(name)?.calculated === true);
}
