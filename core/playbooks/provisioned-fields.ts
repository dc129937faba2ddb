import type { FieldDefinition } from '../domain/fields.ts';
import { PROVISIONED_FIELDS } from '../scores/fields.ts';
import type { Playbook } from './schema.ts';

/** The note that a flag step leaves on open cases and tickets. */
const FLAG_FIELD: FieldDefinition = {
  name: 'flag',
  label: 'Customer note',
  description: 'What a playbook has to say about the customer of this case.',
  type: { type: 'text', maxLength: 255 },
  on: ['case'],
};

/** Every field that a workspace needs: those that scores fill, and cases' and tickets' own only where a playbook flags them. */
export function provisionedFields(playbooks: readonly Playbook[]): readonly FieldDefinition[] {
  const flags = playbooks.some(({ enabled, steps }) => enabled && steps.some((step) => step.do === 'flag'));
  return flags ? [...PROVISIONED_FIELDS, FLAG_FIELD] : PROVISIONED_FIELDS;
}

/** Every field that was ever provisioned, whatever the playbooks say today: what an uninstall looks for. */
export const REMOVABLE_FIELDS: readonly FieldDefinition[] = [...PROVISIONED_FIELDS, FLAG_FIELD];
