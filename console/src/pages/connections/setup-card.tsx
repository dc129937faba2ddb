import { useQuery } from '@tanstack/react-query';
import { Section } from '../../components/page.tsx';
import { Loaded } from '../../components/states.tsx';
import { useClient } from '../../session/session-context.ts';
import { firstLeft, STEPS, setupAddress } from './setup/steps.ts';

/** How far the workspace is set up, and where to go on. */
export function SetupCard() {
  const client = useClient();
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => client.getSetup() });
  return (
    <Section
      title="Set up"
      hint="From connecting an account to the first score on a record; nothing is written before you turn it on."
    >
      <Loaded query={setup} what="the steps">
        {({ steps, paused }) => {
          const left = firstLeft(steps);
          const done = steps.filter(({ state }) => state === 'done').length;
          const title = STEPS.find(({ step }) => step === left)?.title ?? '';
          return (
            <>
              <p>
                {done} of {steps.length} steps done{done < steps.length && paused?.held && `. Next: ${title}`}.
              </p>
              <div className="actions">
                <a className={paused?.held ? 'button primary' : 'button'} href={setupAddress(left)}>
                  {paused?.held ? 'Go on setting up' : 'See the steps'}
                </a>
              </div>
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
