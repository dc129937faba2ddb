import type { Kernel, Table } from '../../kernel/types.ts';
import { customField, type FieldMetadata } from '../model/custom-field.ts';
import type { ObjectType } from '../model/field.ts';
import { Model } from '../model/model.ts';
import { Access } from './access.ts';
import { bootstrap } from './bootstrap.ts';
import { Records, type Row } from './records.ts';

/** What POST /_sandbox/salesforce/settings sets; kept with the rest of the state. Page sizes in rows; null = the vendor's own. */
export interface Settings {
  bulkPageRows: number | null;
  queryPageRows: number | null;
  /** API calls per rolling 24 hours before REQUEST_LIMIT_EXCEEDED. */
  dailyApiRequests: number;
  /** Corporate currency of a multi-currency org; null = one currency and no CurrencyIsoCode. */
  corporateCurrency: string | null;
}

/** A custom field as it was created. `entity` is an object or "Activity". */
export interface CustomFieldRow {
  Id: string;
  entity: string;
  /** With `__c`. */
  name: string;
  metadata: FieldMetadata;
}

/** One change that outbound messages and events may be sent for. */
export interface Change {
  object: ObjectType;
  row: Row;
  /** The record as it was; undefined when it is new. */
  before: Row | undefined;
}

/** What a transaction changed, in order. */
export interface Committed {
  changes: readonly Change[];
  /** Whose write it was. */
  userId: string;
  /** By which API and client, as change events tell it; empty for the user interface. */
  origin: string;
}

const DEFAULTS: Settings = {
  bulkPageRows: null,
  queryPageRows: null,
  dailyApiRequests: 100_000,
  corporateCurrency: null,
};

/** The org: one per kernel, shared by the server and the seeder. */
export class Org {
  readonly kernel: Kernel;
  readonly model = new Model();
  readonly records: Records;
  readonly access: Access;
  readonly customFields: Table<CustomFieldRow>;
  /** Called after each transaction that is kept. */
  readonly listeners = new Set<(committed: Committed) => void>();
  readonly #settings: Table<Settings>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.records = new Records(kernel, this.model);
    this.access = new Access(this.records);
    this.customFields = kernel.table<CustomFieldRow>('salesforce.CustomField');
    this.#settings = kernel.table<Settings>('salesforce.settings');
    for (const row of this.customFields.values()) this.model.addField(row.entity, customField(row.name, row.metadata));
    const { corporateCurrency } = this.settings;
    if (corporateCurrency !== null) this.model.enableMultiCurrency(corporateCurrency);
  }

  get settings(): Settings {
    return this.#settings.get('org') ?? DEFAULTS;
  }

  /** Changes some settings. */
  configure(change: Partial<Settings>): Settings {
    const settings = { ...this.settings, ...change };
    this.#settings.set('org', settings);
    if (settings.corporateCurrency !== null) this.model.enableMultiCurrency(settings.corporateCurrency);
    return settings;
  }

  /** Adds a custom field. It stays invisible until field permissions grant it. */
  addCustomField(row: CustomFieldRow): void {
    this.model.addField(row.entity, customField(row.name, row.metadata));
    this.customFields.set(row.Id, row);
  }

  /** The sandbox's time in the kept form; Salesforce keeps whole seconds. */
  now(): Date {
    return new Date(Math.floor(this.kernel.now().getTime() / 1000) * 1000);
  }
}

const ORGS = new WeakMap<Kernel, Org>();

/** The org of a kernel, with its first users and tables. The server and the seeder get the same one. */
export function openOrg(kernel: Kernel): Org {
  let org = ORGS.get(kernel);
  if (org === undefined) {
    org = new Org(kernel);
    ORGS.set(kernel, org);
    bootstrap(org);
  }
  return org;
}
