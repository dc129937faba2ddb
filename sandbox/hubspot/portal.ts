import { onGround } from '../kernel/ground.ts';
import type { Kernel, Table } from '../kernel/types.ts';
import {
  ALWAYS,
  ASSOCIATION_TYPES,
  createdProperty,
  modifiedProperty,
  OBJECT_TYPES,
  type ObjectType,
} from './catalogue.ts';
import { HubSpotError, invalidProperties, type PropertyFault } from './errors.ts';
import { type Property, propertyStore } from './properties.ts';
import { type VastWorld, vastGround } from './vast.ts';

/** A CRM record; values are text, as HubSpot keeps them. */
export interface CrmRecord {
  id: string;
  properties: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  /** The record it was merged into. */
  mergedInto: string | null;
}

/** An association seen from one side. */
export interface Association {
  toId: string;
  typeIds: readonly number[];
}

/** Told of each change, for webhooks. */
export type OnChange = (change: {
  type: ObjectType;
  id: string;
  kind: 'creation' | 'propertyChange' | 'deletion' | 'privacyDeletion' | 'restore' | 'merge';
  property?: string;
  value?: string;
  mergedIds?: readonly string[];
  source: { changeSource: string; sourceId: string | null };
}) => void;

/** The data of a HubSpot account. */
export interface Portal {
  readonly kernel: Kernel;
  readonly properties: ReturnType<typeof propertyStore>;
  records(type: ObjectType): Table<CrmRecord>;
  /** Ids in ascending order: what listing pages through. */
  ids(type: ObjectType): readonly string[];
  find(type: ObjectType, id: string): CrmRecord | undefined;
  create(type: ObjectType, properties: Record<string, unknown>, options?: { at?: string; source?: Source }): CrmRecord;
  update(type: ObjectType, id: string, properties: Record<string, unknown>, source?: Source): CrmRecord;
  archive(type: ObjectType, id: string, source?: Source): void;
  /** Takes a record out of the recycle bin, with its associations; it keeps its time of modification. */
  restore(type: ObjectType, id: string): void;
  merge(type: ObjectType, primaryId: string, otherId: string): CrmRecord;
  associate(from: ObjectType, fromId: string, to: ObjectType, toId: string, typeIds?: readonly number[]): void;
  /** Takes an association away, of whatever type. Like a new one, it moves no record's time of modification. */
  dissociate(from: ObjectType, fromId: string, to: ObjectType, toId: string): void;
  /** Associations with records that are not archived. */
  associations(from: ObjectType, fromId: string, to: ObjectType): readonly Association[];
  onChange: OnChange | null;
}

/** Who changes a record. */
export interface Source {
  changeSource: string;
  sourceId: string | null;
}

const USER: Source = { changeSource: 'CRM_UI', sourceId: 'userId:1' };
/** HubSpot's ids are long numbers; ours begin high enough to be told from counts. */
const FIRST_ID = 100_000_000;

/**
 * The portal on the kernel's tables.
 *
 * @param vast a world that lies under them and is made up as it is read; null is an account with nothing but its tables
 */
export function createPortal(kernel: Kernel, vast: VastWorld | null = null): Portal {
  const properties = propertyStore(kernel);
  const tables = new Map(OBJECT_TYPES.map((type) => [type, kernel.table<CrmRecord>(`hubspot.${type}`)]));
  const ground = vast === null ? null : vastGround(vast, FIRST_ID);
  if (ground !== null) {
    for (const type of ['contacts', 'deals'] as const) {
      tables.set(type, onGround(kernel.table<CrmRecord>(`hubspot.${type}`), ground[type]));
    }
  }
  const firstId = FIRST_ID + (ground?.ids ?? 0);
  const links = kernel.table<readonly Association[]>('hubspot.associations');
  const linksAt = (key: string) => links.get(key) ?? ground?.association(key) ?? [];
  const idCache = new Map<ObjectType, { size: number; ids: string[] }>();
  const records = (type: ObjectType) => tables.get(type) as Table<CrmRecord>;

  const portal: Portal = {
    kernel,
    properties,
    records,
    onChange: null,
    ids: (type) => {
      const size = records(type).size;
      const cached = idCache.get(type);
      if (cached?.size === size) return cached.ids;
      const ids = [...records(type).ids()].sort((a, b) => Number(a) - Number(b));
      idCache.set(type, { size, ids });
      return ids;
    },
    find: (type, id) => {
      const record = records(type).get(id);
      // Either old id of a merged pair leads to the record that took their place.
      return record?.mergedInto ? portal.find(type, record.mergedInto) : record;
    },
    create: (type, given, options = {}) => {
      const values = validate(properties.all(type), given);
      if (type === 'contacts' && values['email']) refuseKnownEmail(portal, values['email']);
      const id = String(firstId + kernel.nextNumber('hubspot.ids'));
      const at = options.at ?? kernel.now().toISOString();
      const record: CrmRecord = {
        id,
        properties: { ...values, hs_object_id: id, [createdProperty(type)]: at, [modifiedProperty(type)]: at },
        createdAt: at,
        updatedAt: at,
        archived: false,
        mergedInto: null,
      };
      records(type).set(id, record);
      if (type === 'contacts' && values['email']) emailIndexOf(kernel).add(values['email'], id);
      portal.onChange?.({ type, id, kind: 'creation', source: options.source ?? USER });
      return record;
    },
    update: (type, id, given, source = USER) => {
      const record = portal.find(type, id);
      if (!record || record.archived) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'resource not found');
      const values = validate(properties.all(type), given);
      const at = kernel.now().toISOString();
      const changed = {
        ...record,
        updatedAt: at,
        properties: { ...record.properties, ...values, [modifiedProperty(type)]: at },
      };
      records(type).set(record.id, changed);
      if (type === 'contacts' && values['email']) emailIndexOf(kernel).add(values['email'], record.id);
      for (const [property, value] of Object.entries(values)) {
        if (record.properties[property] !== value) {
          portal.onChange?.({ type, id: record.id, kind: 'propertyChange', property, value, source });
        }
      }
      return changed;
    },
    archive: (type, id, source = USER) => {
      const record = records(type).get(id);
      if (!record || record.archived) return;
      records(type).set(id, { ...record, archived: true, updatedAt: kernel.now().toISOString() });
      portal.onChange?.({ type, id, kind: 'deletion', source });
    },
    restore: (type, id) => {
      const record = records(type).get(id);
      if (!record?.archived || record.mergedInto) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'resource not found');
      records(type).set(id, { ...record, archived: false });
      portal.onChange?.({ type, id, kind: 'restore', source: USER });
    },
    merge: (type, primaryId, otherId) => {
      const primary = portal.find(type, primaryId);
      const other = portal.find(type, otherId);
      if (!primary || !other) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'resource not found');
      const { hs_object_id: _, ...values } = { ...other.properties, ...primary.properties };
      const id = String(firstId + kernel.nextNumber('hubspot.ids'));
      const at = kernel.now().toISOString();
      const merged: CrmRecord = {
        ...primary,
        id,
        updatedAt: at,
        properties: {
          ...values,
          hs_object_id: id,
          hs_merged_object_ids: [primary, other]
            .flatMap((old) => [...(old.properties['hs_merged_object_ids']?.split(';') ?? []), old.id])
            .join(';'),
          [modifiedProperty(type)]: at,
        },
      };
      records(type).set(id, merged);
      for (const old of [primary, other]) {
        for (const to of OBJECT_TYPES) {
          for (const link of portal.associations(type, old.id, to))
            portal.associate(type, id, to, link.toId, link.typeIds);
        }
        records(type).set(old.id, { ...old, archived: true, mergedInto: id });
      }
      portal.onChange?.({ type, id, kind: 'merge', mergedIds: [primary.id, other.id], source: USER });
      return merged;
    },
    associate: (from, fromId, to, toId, typeIds) => {
      const types = typeIds ?? [ASSOCIATION_TYPES[`${from}>${to}`] ?? 449];
      const backTypes = [ASSOCIATION_TYPES[`${to}>${from}`] ?? 450];
      for (const [key, id, ids] of [
        [`${from}:${fromId}>${to}`, toId, types],
        [`${to}:${toId}>${from}`, fromId, backTypes],
      ] as const) {
        const present = linksAt(key);
        const old = present.find((link) => link.toId === id);
        const next = { toId: id, typeIds: [...new Set([...(old?.typeIds ?? []), ...ids])] };
        links.set(key, [...present.filter((link) => link !== old), next]);
      }
    },
    dissociate: (from, fromId, to, toId) => {
      for (const [key, id] of [
        [`${from}:${fromId}>${to}`, toId],
        [`${to}:${toId}>${from}`, fromId],
      ] as const) {
        links.set(
          key,
          linksAt(key).filter((link) => link.toId !== id),
        );
      }
    },
    associations: (from, fromId, to) => {
      const all = linksAt(`${from}:${fromId}>${to}`);
      return all.some((link) => records(to).get(link.toId)?.archived)
        ? all.filter((link) => !records(to).get(link.toId)?.archived)
        : all;
    },
  };
  return portal;
}

/** A record as HubSpot answers it: default properties, those asked for (null when empty), nothing else. */
export function answer(type: ObjectType, record: CrmRecord, wanted: readonly string[]): Record<string, unknown> {
  const names = [...new Set([...ALWAYS[type], ...wanted])].sort();
  return {
    id: record.id,
    properties: Object.fromEntries(
      names.map((name) => [name, record.properties[name] === '' ? null : (record.properties[name] ?? null)]),
    ),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    archived: record.archived,
    ...(record.archived && { archivedAt: record.updatedAt }),
  };
}

/** Checks values the way HubSpot does: known properties, text only, numbers and options valid. "" empties. */
function validate(known: ReadonlyMap<string, Property>, given: Record<string, unknown>): Record<string, string> {
  const faults: PropertyFault[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const property = known.get(name);
    if (!property) {
      faults.push({ name, error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
      continue;
    }
    if (typeof value !== 'string') {
      throw new HubSpotError(
        400,
        'VALIDATION_ERROR',
        `Invalid input JSON: Cannot deserialize value of type \`java.lang.String\` for property ${name}`,
      );
    }
    if (value !== '' && property.type === 'number' && !/^-?\d+(\.\d+)?$/.test(value)) {
      faults.push({ name, error: 'INVALID_DOUBLE', message: `"${value}" was not a valid number.` });
    }
    if (
      value !== '' &&
      property.type === 'enumeration' &&
      !(property.options ?? []).some((option) => option.value === value)
    ) {
      faults.push({ name, error: 'INVALID_OPTION', message: `"${value}" was not one of the allowed options` });
    }
    if (value !== '' && property.type === 'date' && !/^\d{4}-\d{2}-\d{2}$|^\d+$/.test(value)) {
      faults.push({ name, error: 'INVALID_DATE', message: `"${value}" was not a valid date.` });
    }
    values[name] = value;
  }
  if (faults.length > 0) throw invalidProperties(faults);
  return values;
}

function refuseKnownEmail(portal: Portal, email: string): void {
  const holder = emailIndexOf(portal.kernel).holder(email);
  if (holder !== null) throw new HubSpotError(409, 'CONFLICT', `Contact already exists. Existing ID: ${holder}`);
}

/** Who has an e-mail address: one index for each kernel, whatever the number of portals on it. */
const emailIndexes = new WeakMap<Kernel, EmailIndex>();

interface EmailIndex {
  add(email: string, id: string): void;
  /** Id of the contact that has the address now; null when none has. */
  holder(email: string): string | null;
}

function emailIndexOf(kernel: Kernel): EmailIndex {
  const known = emailIndexes.get(kernel);
  if (known) return known;
  const contacts = kernel.table<CrmRecord>('hubspot.contacts');
  const ids = new Map<string, Set<string>>();
  const index: EmailIndex = {
    add: (email, id) => {
      const key = email.toLowerCase();
      ids.set(key, (ids.get(key) ?? new Set()).add(id));
    },
    holder: (email) => {
      const key = email.toLowerCase();
      for (const id of ids.get(key) ?? []) {
        const record = contacts.get(id);
        // The index only grows: whoever changed the address, or is archived, has it no more.
        if (record && !record.archived && record.properties['email']?.toLowerCase() === key) return id;
      }
      return null;
    },
  };
  for (const { id, properties } of contacts.values()) if (properties['email']) index.add(properties['email'], id);
  emailIndexes.set(kernel, index);
  return index;
}
