import { z } from 'zod';
import { operation } from '../operation.ts';
import { simulation } from './playbooks.ts';
import { name } from './schemas.ts';

/** YAML of one playbook; longer ones are no playbooks. */
const text = z.string().max(50_000);
const revision = z.string().describe('That of the file as it was read: a later one is not written over.');

const playbookText = name(
  'PlaybookText',
  z.object({
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    text: z.string().describe('YAML, as it was written.'),
  }),
);

export const getPlaybookFile = operation({
  id: 'getPlaybookFile',
  method: 'get',
  path: '/playbook-file',
  summary: 'The playbooks as they were written, and those that are shipped.',
  answer: name(
    'PlaybookFile',
    z.object({
      revision: z.string().nullable().describe('Null where there is no configuration file to change.'),
      playbooks: z.array(playbookText),
      shipped: z.array(playbookText),
    }),
  ),
});

export const validatePlaybook = operation({
  id: 'validatePlaybook',
  method: 'post',
  path: '/playbooks/validate',
  role: 'rep',
  summary:
    'Whether a playbook can be used, its problems by line, its rule in words, and what its task would say. Changes nothing.',
  body: name('PlaybookDraft', z.strictObject({ text })),
  answer: name(
    'PlaybookCheck',
    z.object({
      valid: z.boolean(),
      name: z.string().nullable().describe('Null where its form is wrong.'),
      problems: z.array(
        z.object({
          line: z.number().nullable(),
          path: z.string(),
          expected: z.string(),
          found: z.string().nullable(),
          remedy: z.string(),
        }),
      ),
      rule: z.array(z.string()),
      previews: z.array(
        z.object({
          customerId: z.uuid(),
          name: z.string().nullable(),
          isIn: z.boolean().describe('Whether the customer is in the state of the playbook; an example else.'),
          subject: z.string(),
          body: z.string(),
        }),
      ),
    }),
  ),
  refusals: [400],
});

export const simulateDraft = operation({
  id: 'simulateDraft',
  method: 'post',
  path: '/playbooks/simulation',
  role: 'rep',
  summary: 'What a playbook that is not in use would have done on the last days. Changes nothing.',
  body: name('DraftSimulation', z.strictObject({ text, days: z.number().int().min(1).max(365).default(90) })),
  answer: simulation,
  refusals: [400, 409],
});

export const savePlaybook = operation({
  id: 'savePlaybook',
  method: 'post',
  path: '/playbooks',
  summary: 'Puts a playbook into the configuration file, in the place of the one of its name; it takes effect at once.',
  body: name('SavedPlaybookText', z.strictObject({ text, revision })),
  answer: name('SavedPlaybook', z.object({ name: z.string(), revision: z.string() })),
  refusals: [400, 409],
});

const changed = name('ChangedPlaybooks', z.object({ revision: z.string() }));

export const switchPlaybook = operation({
  id: 'switchPlaybook',
  method: 'post',
  path: '/playbooks/:name/enabled',
  summary: 'Switches a playbook on or off.',
  params: z.object({ name: z.string() }),
  body: name('PlaybookSwitch', z.strictObject({ enabled: z.boolean(), revision })),
  answer: changed,
  refusals: [400, 409],
});

export const deletePlaybook = operation({
  id: 'deletePlaybook',
  method: 'delete',
  path: '/playbooks/:name',
  summary: 'Takes a playbook out of the configuration file; its runs and its effect stay.',
  params: z.object({ name: z.string() }),
  query: z.strictObject({ revision }),
  answer: changed,
  refusals: [400, 409],
});
