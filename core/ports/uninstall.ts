import type { FieldDefinition } from '../domain/fields.ts';

/** Something that stands at a vendor and came from us, or has a name of ours. */
export interface Installed {
  what: 'task' | 'ticket' | 'field' | 'group' | 'permission';
  /** As the vendor's admin reads it. */
  name: string;
  /** The object it stands on. */
  on: string;
  /** What the vendor knows it by. */
  id: string;
  /** Why it is left where it is, though its name is one of ours; null: it is removed. */
  leftBecause: string | null;
}

/** Ids of what was opened at a vendor, as the vendor knows them. */
export interface OpenedRecords {
  tasks: readonly string[];
  tickets: readonly string[];
}

/** Takes out of a vendor what was put there. */
export interface Uninstaller {
  /**
   * Looks at the vendor, in the order in which things can be removed. Reads only.
   *
   * @param opened the vendor's ids of tasks and tickets (cases) that were opened: those that are still open are listed
   */
  list(fields: readonly FieldDefinition[], opened: OpenedRecords): Promise<readonly Installed[]>;
  /** Removes one thing; what is gone already is no fault. */
  remove(item: Installed): Promise<void>;
  /** Ends our access to the account; null where only its admin can. */
  readonly leave: (() => Promise<void>) | null;
}
