import type { Field, ObjectType } from '../model/field.ts';
import type { Records } from './records.ts';

interface Grants {
  read: ReadonlySet<string>;
  edit: ReadonlySet<string>;
}

/**
 * Field-level security. Standard and required fields are open to everybody; any other custom field is invisible until the
 * FieldPermissions of a permission set assigned to the user grant it, also to the user who created the field.
 */
export class Access {
  readonly #records: Records;
  #version = '';
  readonly #grants = new Map<string, Grants>();

  constructor(records: Records) {
    this.#records = records;
  }

  canRead(userId: string, object: ObjectType, field: Field): boolean {
    return this.#open(field) || this.#of(userId).read.has(`${object.name}.${field.name}`);
  }

  canEdit(userId: string, object: ObjectType, field: Field): boolean {
    return this.#open(field) || this.#of(userId).edit.has(`${object.name}.${field.name}`);
  }

  /** The field of that name as far as the user sees it; undefined when there is none or it is hidden. */
  visibleField(userId: string, object: ObjectType, name: string): Field | undefined {
    const field = object.fields.get(name.toLowerCase());
    return field !== undefined && this.canRead(userId, object, field) ? field : undefined;
  }

  #open(field: Field): boolean {
    return !field.custom || (!field.nillable && field.type !== 'boolean');
  }

  #of(userId: string): Grants {
    const version = `${this.#records.changes('FieldPermissions')}/${this.#records.changes('PermissionSetAssignment')}`;
    if (version !== this.#version) {
      this.#grants.clear();
      this.#version = version;
    }
    let grants = this.#grants.get(userId);
    if (grants === undefined) {
      grants = this.#collect(userId);
      this.#grants.set(userId, grants);
    }
    return grants;
  }

  #collect(userId: string): Grants {
    const sets = new Set<unknown>();
    for (const assignment of this.#records.table('PermissionSetAssignment').values()) {
      if (assignment.AssigneeId === userId) sets.add(assignment.PermissionSetId);
    }
    const read = new Set<string>();
    const edit = new Set<string>();
    for (const permission of this.#records.table('FieldPermissions').values()) {
      if (!sets.has(permission.ParentId)) continue;
      const field = String(permission.Field);
      if (permission.PermissionsRead === true) read.add(field);
      if (permission.PermissionsEdit === true) edit.add(field);
    }
    return { read, edit };
  }
}
