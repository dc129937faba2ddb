import type { RecordKind } from './records.ts';

/** Vendor-neutral type of a score field; each connector translates it to its own. */
export type FieldType =
  | { type: 'number'; scale: number }
  | { type: 'text'; maxLength: number }
  | { type: 'longText'; maxLength: number }
  | { type: 'enum'; options: readonly { value: string; label: string }[] }
  | { type: 'day' }
  | { type: 'instant' };

/** A field the suite adds to records. */
export interface FieldDefinition {
  /** Without the product's prefix, snake_case: "clv_12m" becomes staypower_clv_12m and Staypower_Clv_12m__c. */
  name: string;
  /** Says the direction where one could read it both ways. */
  label: string;
  description: string;
  type: FieldType;
  /** Which records carry it; contacts and accounts where absent. */
  on?: readonly FieldCarrier[];
}

/** Records that carry fields of ours: `case` is a support case (Salesforce) or ticket (HubSpot). */
export type FieldCarrier = Extract<RecordKind, 'contact' | 'account'> | 'case';

/** Whether records of a kind carry a field. */
export function isCarriedBy(carrier: FieldCarrier, field: FieldDefinition): boolean {
  return (field.on ?? ['contact', 'account']).includes(carrier);
}

/** The only value that empties a field. `undefined` (or an absent key) leaves a field alone; 0, false and "" are values. */
export const CLEAR = Object.freeze({ $clear: true } as const);
export type Clear = typeof CLEAR;

/** A value to write: numbers, text, ISO day or instant by the field's type. */
export type FieldValue = number | string | Clear;

/** True for CLEAR, also after a round trip through JSON. */
export function isClear(value: unknown): value is Clear {
  return typeof value === 'object' && value !== null && '$clear' in value;
}

/** One record to be updated; never created. */
export interface WriteRow {
  recordKind: Extract<RecordKind, 'contact' | 'account'>;
  externalId: string;
  /** Rows of one parent are kept together so that the vendor does not lock itself out; null when there is none. */
  parentExternalId: string | null;
  /** By FieldDefinition.name. */
  values: Readonly<Record<string, FieldValue>>;
}

/** What became of one row, in the order of the rows. */
export type WriteResult =
  | { status: 'written' }
  /** Will fail again until somebody acts: goes to quarantine. */
  | { status: 'rejected'; vendorCode: string; message: string; remedy: string }
  /** A passing fault of this row alone, e.g. a row lock. */
  | { status: 'retry'; vendorCode: string; message: string };
