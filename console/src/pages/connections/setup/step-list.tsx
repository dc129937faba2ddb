import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { STEPS, type StepName, setupAddress } from './steps.ts';

const STATES: Readonly<Record<Setup['steps'][number]['state'], string>> = {
  open: 'To do',
  running: 'Under way',
  done: 'Done',
  problem: 'Needs you',
  again: 'Do it again',
};

/** All steps, with how far each is and what it found. */
export function StepList({ steps, shown }: { steps: Setup['steps']; shown: StepName }) {
  const done = steps.filter(({ state }) => state === 'done').length;
  return (
    <nav className="card steps" aria-label="Steps">
      <label>
        {done} of {steps.length} steps done
        <progress max={steps.length} value={done} />
      </label>
      <ol>
        {steps.map(({ step, state, found }) => (
          <li key={step}>
            <a href={setupAddress(step)} aria-current={step === shown ? 'step' : undefined}>
              {STEPS.find((each) => each.step === step)?.title}
            </a>{' '}
            <span className={`band step-${state}`}>{STATES[state]}</span>
            {found !== null && <span className="hint">{found}</span>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
