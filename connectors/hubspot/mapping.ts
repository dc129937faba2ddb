/** HubSpot's records into ours and our values into HubSpot's; pure. Transactions and engagement have files of their own. */
import type { FieldDefinition, FieldType, FieldValue } from '../../core/domain/fields.ts';
import { isClear } from '../../core/domain/fields.ts';
import type { DeletionRecord, RecordKind, RejectedRecord, SourceRecord } from '../../core/domain/records.ts';
import type { CrmObject } from './replies.ts';
import type { HubSpotSettings } from './settings.ts';

/** Object types by the name that paths use. */
export type ObjectName =
  | 'contacts'
  | 'companies'
  | 'deals'
  | 'orders'
  | 'emails'
  | 'meetings'
  | 'calls'
  | 'tasks'
  | 'tickets';

/** An associated record. */
export interface Link {
  id: string;
  /** HubSpot's label for the one that counts, e.g. a contact's primary company. */
  primary: boolean;
}

/** A record's associations, by the object type at the other end. */
export type Links = Readonly<Partial<Record<ObjectName, readonly Link[]>>>;

/** What a HubSpot record says in our terms. */
export interface Translation {
  records: readonly SourceRecord[];
  rejected: readonly RejectedRecord[];
}

/** How one object type is read. */
export interface ObjectReader {
  object: ObjectName;
  /** Where the edition or the app's scopes do without it, the rest is read all the same. */
  optional: boolean;
  /** Moves with every change. */
  modifiedProperty: 'lastmodifieddate' | 'hs_lastmodifieddate';
  properties: readonly string[];
  associations: readonly ObjectName[];
  /** False for a record that translates the same whatever it is associated with: the calls are saved. */
  needsLinks(record: CrmObject): boolean;
  /**
   * @param known whether we may have the record from before: then one that stopped being what we read is deleted. During the
   *   first load there is nothing to delete.
   */
  translate(record: CrmObject, links: Links, known: boolean): Translation;
  /** What to delete when HubSpot no longer has the record. */
  deletions(id: string): readonly DeletionRecord[];
}

/** Our properties and their group in HubSpot. */
export const PROPERTY_PREFIX = 'staypower_';
export const PROPERTY_GROUP = { name: 'staypower', label: 'Customer scoring' } as const;

/** HubSpot's own property for the owner of a contact. */
export const OWN_OWNER = 'hubspot_owner_id';

/** The property that says who looks after a contact. */
export function ownerProperty(settings: HubSpotSettings): string {
  return settings.ownerProperty ?? OWN_OWNER;
}

/** A contact and, when it took the place of others, their deletion. */
export function contactOf(record: CrmObject, links: Links, settings: HubSpotSettings): Translation {
  const { properties } = record;
  const userId = settings.userIdProperty === null ? '' : filled(properties[settings.userIdProperty]);
  return {
    records: [
      {
        kind: 'contact',
        externalId: record.id,
        emails: [filled(properties['email']), ...listOf(properties['hs_additional_emails'])].filter(isFilled),
        userIds: isFilled(userId) ? [userId] : [],
        anonymousIds: [],
        phone: filled(properties['phone']) || filled(properties['mobilephone']) || null,
        name: [properties['firstname'], properties['lastname']].map(filled).filter(isFilled).join(' ') || null,
        accountExternalId: primaryOf(links.companies),
        ownerId: filled(properties[ownerProperty(settings)]) || null,
        doNotContact: settings.doNotContactProperties.some((name) => properties[name] === 'true'),
        createdAt: properties['createdate'] ?? record.createdAt ?? null,
        partial: false,
      },
      ...mergesInto(record, 'contact'),
    ],
    rejected: [],
  };
}

/** A company and, when it took the place of others, their deletion. */
export function accountOf(record: CrmObject): Translation {
  const { properties } = record;
  return {
    records: [
      {
        kind: 'account',
        externalId: record.id,
        name: filled(properties['name']) || filled(properties['domain']) || null,
        ownerId: filled(properties['hubspot_owner_id']) || null,
      },
      ...mergesInto(record, 'account'),
    ],
    rejected: [],
  };
}

/** The deletion of a record that is gone at HubSpot. */
export function deletion(
  of: RecordKind,
  externalId: string,
  mergedIntoExternalId: string | null = null,
): DeletionRecord {
  return { kind: 'deletion', of, externalId, mergedIntoExternalId };
}

/** The associated record that counts: the primary one, else the one with the lowest id, so that it does not change by itself. */
export function primaryOf(links: readonly Link[] | undefined): string | null {
  const candidates = links?.some((link) => link.primary) ? links.filter((link) => link.primary) : links;
  return sortedIds(candidates)[0] ?? null;
}

/** Ids of associated records in ascending order, each once. */
export function sortedIds(links: readonly Link[] | undefined): readonly string[] {
  return [...new Set(links?.map((link) => link.id))].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** Records that are gone because they were merged into this one: a merge gives the survivor a new id and lists all before it. */
export function mergedIds(record: CrmObject): readonly string[] {
  return listOf(record.properties['hs_merged_object_ids']).filter((id) => id !== record.id);
}

/** A value without surrounding blanks; "" for an empty or absent one. */
export function filled(value: string | null | undefined): string {
  return value?.trim() ?? '';
}

/** The definition of a score field as HubSpot wants it. */
export function propertyOf(field: FieldDefinition): Record<string, unknown> & { name: string; type: string } {
  return {
    name: `${PROPERTY_PREFIX}${field.name}`,
    label: field.label,
    description: field.description,
    groupName: PROPERTY_GROUP.name,
    ...PROPERTY_TYPES[field.type.type],
    ...(field.type.type === 'enum' && {
      options: field.type.options.map((option, displayOrder) => ({ ...option, displayOrder, hidden: false })),
    }),
  };
}

/** Score values as HubSpot wants them: every one a text, "" empties. */
export function propertiesOf(values: Readonly<Record<string, FieldValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${PROPERTY_PREFIX}${name}`, textOf(value)]),
  );
}

const PROPERTY_TYPES: Readonly<Record<FieldType['type'], { type: string; fieldType: string }>> = {
  number: { type: 'number', fieldType: 'number' },
  text: { type: 'string', fieldType: 'text' },
  longText: { type: 'string', fieldType: 'textarea' },
  enum: { type: 'enumeration', fieldType: 'select' },
  day: { type: 'date', fieldType: 'date' },
  instant: { type: 'datetime', fieldType: 'date' },
};

/** Numbers without exponent, grouping or a negative zero, which HubSpot refuses or shows. */
const DECIMAL = new Intl.NumberFormat('en', { useGrouping: false, maximumFractionDigits: 20, signDisplay: 'negative' });

function textOf(value: FieldValue): string {
  if (isClear(value)) return '';
  return typeof value === 'number' ? DECIMAL.format(value) : value;
}

function mergesInto(record: CrmObject, of: RecordKind): readonly DeletionRecord[] {
  return mergedIds(record).map((id) => deletion(of, id, record.id));
}

function listOf(value: string | null | undefined): readonly string[] {
  return filled(value).split(';').map(filled).filter(isFilled);
}

function isFilled(text: string): boolean {
  return text !== '';
}
