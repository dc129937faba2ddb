import type { ObjectType } from '../model/field.ts';
import type { Change, Committed, Org } from '../org/org.ts';
import type { Row } from '../org/records.ts';
import type { Bus } from './bus.ts';
import { bitmapsOf, CHANGE_TYPES, changeSchema, valuesOf } from './schema.ts';

type ChangeType = (typeof CHANGE_TYPES)[number];

interface Captured {
  object: ObjectType;
  changeType: ChangeType;
  /** Field names of the record that are in the event. */
  names: ReadonlySet<string>;
  row: Row;
  ids: string[];
}

const COMMIT_NUMBERS_FROM = 11_000_000_000_000;

/**
 * Change Data Capture: makes an event of each change of a selected object, and one of those that one transaction did alike to several
 * records. None are selected until the admin does so.
 * https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_message_structure.htm
 */
export class Capture {
  readonly #org: Org;
  readonly #bus: Bus;
  readonly #selected;

  constructor(org: Org, bus: Bus) {
    this.#org = org;
    this.#bus = bus;
    this.#selected = org.kernel.table<{ objects: readonly string[] }>('salesforce.changeDataCapture');
    org.listeners.add(this.#hear);
  }

  /** The objects whose changes are captured from now on. Throws a plain Error for an unknown one. */
  select(names: readonly string[]): readonly string[] {
    const objects = names.map((name) => this.#objectNamed(name).name);
    this.#selected.set('org', { objects });
    return objects;
  }

  /** What Salesforce sends when it cannot tell a change: without ids that more changed than it can tell of. */
  gap(name: string, ids: readonly string[], changeType: string, userId: string): void {
    const type = CHANGE_TYPES.find((each) => each === changeType && each.startsWith('GAP_'));
    if (type === undefined) throw new Error(`changeType must be one of ${CHANGE_TYPES.slice(4).join(', ')}`);
    const object = this.#objectNamed(name);
    const row = { Id: ids[0] ?? '' };
    this.#send([{ object, changeType: type, names: new Set(), row, ids: [...ids] }], userId, '');
  }

  #objectNamed(name: string): ObjectType {
    const object = this.#org.model.object(name);
    if (object === undefined || object.setup) throw new Error(`${name} is no object whose changes are captured`);
    return object;
  }

  readonly #hear = ({ changes, userId, origin }: Committed): void => {
    const selected = this.#selected.get('org')?.objects ?? [];
    const captured = new Map<string, Captured>();
    for (const change of changes) {
      if (!selected.includes(change.object.name)) continue;
      const changeType = typeOf(change);
      if (changeType === null) continue;
      const { object, row } = change;
      const names = changeType === 'DELETE' ? new Set<string>() : namesOf(change, changeType);
      if (changeType === 'UPDATE' && names.size === 0) continue;
      const values = [...names].map((name) => row[name] ?? null);
      // Created records differ at least in what they are: each has an event of its own.
      const key = JSON.stringify([
        object.name,
        changeType,
        [...names],
        values,
        changeType === 'CREATE' ? row.Id : null,
      ]);
      const alike = captured.get(key);
      if (alike) alike.ids.push(row.Id);
      else captured.set(key, { object, changeType, names, row, ids: [row.Id] });
    }
    this.#send([...captured.values()], userId, origin);
  };

  #send(events: readonly Captured[], userId: string, origin: string): void {
    const transactionKey = this.#bus.newKey();
    const { kernel } = this.#org;
    events.forEach(({ object, changeType, names, row, ids }, index) => {
      const nulled = new Set([...names].filter((name) => (row[name] ?? null) === null));
      const isUpdate = changeType === 'UPDATE';
      this.#bus.add(`/data/${object.name}ChangeEvent`, changeSchema(object), {
        ...valuesOf(object, row, names),
        ChangeEventHeader: {
          entityName: object.name,
          recordIds: ids,
          changeType,
          changeOrigin: origin,
          transactionKey,
          sequenceNumber: index + 1,
          commitTimestamp: kernel.now().getTime(),
          commitNumber: COMMIT_NUMBERS_FROM + kernel.nextNumber('salesforce.commits'),
          commitUser: userId,
          nulledFields: isUpdate ? bitmapsOf(object, nulled) : [],
          diffFields: [],
          changedFields: isUpdate ? bitmapsOf(object, names) : [],
        },
      });
    });
  }
}

function typeOf({ row, before }: Change): ChangeType | null {
  if (before === undefined) return 'CREATE';
  if (row.IsDeleted === true) return before.IsDeleted === true ? null : 'DELETE';
  return before.IsDeleted === true ? 'UNDELETE' : 'UPDATE';
}

/** The fields in the event: those that changed, or all that hold something. */
function namesOf({ object, row, before }: Change, changeType: ChangeType): ReadonlySet<string> {
  const names = [...object.fields.values()]
    .map(({ name }) => name)
    .filter((name) => !['Id', 'IsDeleted', 'SystemModstamp'].includes(name));
  const isUpdate = changeType === 'UPDATE';
  return new Set(
    names.filter((name) => {
      const value = row[name] ?? null;
      return isUpdate ? value !== (before?.[name] ?? null) : value !== null;
    }),
  );
}
