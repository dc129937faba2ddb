import { z } from 'zod';
import { DataError } from '../../core/domain/errors.ts';
import type { Json } from '../../core/domain/json.ts';

/** A record that Salesforce told us of. */
export interface NamedRecord {
  /** API name of its object. */
  object: string;
  /** 18 characters. */
  recordId: string;
  /** When it changed, ISO 8601; null where that was not said. */
  committedAt: string | null;
}

const namedSchema = z.object({
  object: z.string().regex(/^\w+$/),
  recordId: z.string().regex(/^[a-zA-Z0-9]{18}$/),
});

const SOBJECT = /<(?:\w+:)?sObject\b[^>]*\btype=["'](?:\w+:)?(\w+)["'][^>]*>(.*?)<\/(?:\w+:)?sObject>/gs;
const ID = /<(?:\w+:)?Id>([a-zA-Z0-9]{18})<\//;

/**
 * The records that a stored message names: the XML of an Outbound Message, or what was kept of an event.
 *
 * @throws DataError when it names none
 */
export function recordsNamedIn(payload: Json): readonly Pick<NamedRecord, 'object' | 'recordId'>[] {
  if (typeof payload === 'string') return recordsInXml(payload);
  const named = namedSchema.safeParse(payload);
  if (named.success) return [named.data];
  throw new DataError({
    field: String(named.error.issues[0]?.path[0] ?? 'event'),
    expected: 'an event that names an object and the 18-character id of a record',
    remedy: 'have the event carry the whole id (in a formula: CASESAFEID(Id)), then send it again',
  });
}

/**
 * Only type and id are taken, both of letters and digits: the values in a notification are of the moment it was sent, may come out of
 * order, and are read again anyway. So no XML parser is needed, and nothing in the text is ever expanded; a document type is refused
 * all the same.
 * https://developer.salesforce.com/docs/platform/api/guide/sforce-api-om-outboundmessaging-wsdl.html
 */
function recordsInXml(xml: string): readonly Pick<NamedRecord, 'object' | 'recordId'>[] {
  const found = xml.includes('<!')
    ? []
    : [...xml.matchAll(SOBJECT)].flatMap(([, object = '', content = '']) => {
        const recordId = ID.exec(content)?.[1];
        return recordId === undefined ? [] : [{ object, recordId }];
      });
  if (found.length > 0) return found;
  throw new DataError({
    field: 'notification',
    expected: 'the XML of an Outbound Message that names a record',
    found: `${xml.length} characters without one`,
    remedy: 'send messages of this endpoint from Salesforce alone, with the field Id selected',
  });
}
