import { z } from 'zod';
import { playbookSchema } from './schema.ts';

/** The JSON Schema of a playbook file, as editors read it: what people write, defaults left out. */
export function playbookJsonSchema(): object {
  return { ...z.toJSONSchema(playbookSchema, { io: 'input', target: 'draft-7' }), title: 'Staypower playbook' };
}
