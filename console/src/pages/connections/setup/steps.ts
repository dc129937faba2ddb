import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { href } from '../../../routing.ts';

/** What a step is called in addresses and by the API. */
export type StepName = Setup['steps'][number]['step'];

/** The steps as people read them, in their order. */
export const STEPS: readonly { step: StepName; title: string; hint: string }[] = [
  { step: 'connect', title: 'Connect', hint: 'Which accounts are read and written, and by which right.' },
  {
    step: 'check',
    title: 'Check',
    hint: 'Asks each account whether it lets us in, which rights we have, and what it has left today. Reads only.',
  },
  {
    step: 'map',
    title: 'Choose what is read',
    hint: 'Which records are purchases, and which field holds what. What may say who somebody is, is masked here.',
  },
  {
    step: 'plan',
    title: 'See which fields would be created',
    hint: 'A dry run: nothing is changed in any CRM.',
  },
  {
    step: 'provision',
    title: 'Create the fields',
    hint: 'Creates what is missing, and never changes a field that is there. It can be repeated.',
  },
  {
    step: 'first-load',
    title: 'Read and score',
    hint: 'Reads what there is, recognises customers, trains and scores. Nothing is written to any CRM.',
  },
  {
    step: 'shadow',
    title: 'Look at the scores',
    hint: 'Scores are made and nothing is written: this is what records would show.',
  },
  {
    step: 'turn-on',
    title: 'Turn it on',
    hint: 'From then on scores are written as they change, and playbooks act. It can be paused and taken back at any time.',
  },
];

/** The address of a step. */
export function setupAddress(step: StepName): string {
  return href(['connections', 'setup', step]);
}

/** Where to go on: the first step that is not done. */
export function firstLeft(steps: Setup['steps']): StepName {
  return steps.find(({ state }) => state !== 'done')?.step ?? 'turn-on';
}
