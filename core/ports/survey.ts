import type { Stream } from '../domain/records.ts';

/** What a field holds, as far as mapping cares. `other` is what no setting can use: files, links, structures. */
export type FieldKind =
  | 'money'
  | 'number'
  | 'percent'
  | 'text'
  | 'day'
  | 'instant'
  | 'flag'
  | 'choice'
  | 'reference'
  | 'other';

/** A field as the connection's user sees it. */
export interface FieldDescription {
  /** The vendor's own name of it, as settings name it. */
  name: string;
  label: string;
  kind: FieldKind;
  /** A formula, roll-up or other value that changes without its record's time of modification: it goes stale silently. */
  calculated: boolean;
}

/** An object as the connection's user sees it. */
export interface ObjectDescription {
  name: string;
  fields: readonly FieldDescription[];
}

/** One thing to be chosen: which field holds what. */
export interface MappingSlot {
  /** Where it stands in the connection's settings, e.g. ["deals", "amountProperty"]. */
  path: readonly string[];
  /** In words, e.g. "what the sale was worth". */
  meaning: string;
  object: string;
  /** Stream whose records it decides. */
  stream: Stream;
  /** Kinds of field that can hold it. */
  kinds: readonly FieldKind[];
  /** What names and labels of such fields tend to say, the most telling first. */
  hints: readonly RegExp[];
  /** What names of fields say that hold something else of the kind, e.g. a tax; null where nothing misleads. */
  unlike: RegExp | null;
  /** The vendor's own field, read while none is chosen; null where then nothing is. */
  standard: string | null;
  /** What the settings say now; none where they leave it out. */
  chosen: readonly string[];
  /** Whether several fields may be chosen. */
  several: boolean;
}

/** A way in which purchases may be on record. */
export interface PurchaseCandidate {
  /** In words, e.g. "won deals". */
  what: string;
  /** How many there are. */
  count: number;
  /** Whether the settings read them. */
  isRead: boolean;
  /** What to set so that they are read, as "path=value"; null where nothing need be set. */
  setting: { path: readonly string[]; value: unknown } | null;
}

/** A stage that sales go through. */
export interface StageCount {
  /** As settings name it. */
  id: string;
  label: string;
  /** Records in it now. */
  count: number;
  /** Whether the vendor counts it as won. */
  isWon: boolean;
  /** Whether the settings read records in it as sales. */
  isRead: boolean;
}

/** A record's values by field, as text; null for an empty one. */
export type SampleRow = Readonly<Record<string, string | null>>;

/** A look into a source without pulling it: for the choice of a mapping. Reads only. */
export interface Survey {
  readonly slots: readonly MappingSlot[];
  /** The objects that slots name, as far as the user sees them. */
  describe(): Promise<readonly ObjectDescription[]>;
  purchases(): Promise<readonly PurchaseCandidate[]>;
  /** The stages of the object that stands for sales, those with most records first; none where they cannot be seen. */
  stages(): Promise<readonly StageCount[]>;
  /** Up to `rows` records of an object that the mapping would read, the latest first where the vendor sorts. */
  sample(object: string, fields: readonly string[], rows: number): Promise<readonly SampleRow[]>;
}
