import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Setup } from '../../../../../webhooks/client/staypower-client.ts';
import { Page, Section } from '../../../components/page.tsx';
import { Empty, Loaded } from '../../../components/states.tsx';
import { useJobStream } from '../../../jobs/use-jobs.ts';
import { href, navigate } from '../../../routing.ts';
import { useSignedIn } from '../../../session/session-context.ts';
import { CheckStep } from './check-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import { FirstLoadStep } from './first-load-step.tsx';
import { MapStep } from './map-step.tsx';
import { PlanStep, ProvisionStep } from './provision-step.tsx';
import { ShadowStep } from './shadow-step.tsx';
import { StepList } from './step-list.tsx';
import { firstLeft, STEPS, type StepName, setupAddress } from './steps.ts';
import { TurnOnStep } from './turn-on-step.tsx';

/** The way from a configured workspace to one that writes: each step says what it found, can be left and come back to, and goes back. */
export default function SetupPage({ step }: { step: string | undefined }) {
  const { may } = useSignedIn();
  return (
    <Page
      title="Set up"
      actions={
        <a className="button" href={href(['connections'])}>
          Back to Connections
        </a>
      }
    >
      {may('admin') ? <Steps asked={step} /> : <Empty title="Setting up is for admins: ask one of yours." />}
    </Page>
  );
}

function Steps({ asked }: { asked: string | undefined }) {
  const { client } = useSignedIn();
  useJobStream();
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => client.getSetup() });
  return (
    <Loaded query={setup} what="the steps">
      {(state) => {
        const shown = STEPS.find(({ step }) => step === asked)?.step;
        if (shown === undefined) return <GoTo step={firstLeft(state.steps)} />;
        return (
          <div className="setup">
            <StepList steps={state.steps} shown={shown} />
            <Panel setup={state} shown={shown} />
          </div>
        );
      }}
    </Loaded>
  );
}

/** Puts the step where it goes on into the address, so that it stays there when it is done. */
function GoTo({ step }: { step: StepName }) {
  useEffect(() => navigate(setupAddress(step), { replace: true }), [step]);
  return null;
}

function Panel({ setup, shown }: { setup: Setup; shown: StepName }) {
  const index = STEPS.findIndex(({ step }) => step === shown);
  const { title, hint } = STEPS[index] ?? { title: '', hint: '' };
  const before = STEPS[index - 1];
  const next = STEPS[index + 1];
  const isDone = setup.steps[index]?.state === 'done';
  return (
    <Section title={`${index + 1}. ${title}`} hint={hint}>
      <StepContent setup={setup} shown={shown} />
      <nav className="actions step-ways" aria-label="Steps before and after">
        {before && (
          <a className="button" href={setupAddress(before.step)}>
            Back: {before.title}
          </a>
        )}
        {next && (
          <a className={isDone ? 'button primary' : 'button'} href={setupAddress(next.step)}>
            Next: {next.title}
          </a>
        )}
      </nav>
    </Section>
  );
}

function StepContent({ setup, shown }: { setup: Setup; shown: StepName }) {
  switch (shown) {
    case 'connect':
      return <ConnectStep setup={setup} />;
    case 'check':
      return <CheckStep />;
    case 'map':
      return <MapStep setup={setup} />;
    case 'plan':
      return <PlanStep />;
    case 'provision':
      return <ProvisionStep />;
    case 'first-load':
      return <FirstLoadStep />;
    case 'shadow':
      return <ShadowStep />;
    case 'turn-on':
      return <TurnOnStep setup={setup} />;
  }
}
