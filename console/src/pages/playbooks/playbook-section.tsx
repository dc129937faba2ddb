import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Playbook, PlaybookFile } from '../../../../webhooks/client/staypower-client.ts';
import { Choice } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, Loading } from '../../components/states.tsx';
import { percent, whole } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { PlaybookActions } from './playbook-actions.tsx';
import { Simulated } from './simulated.tsx';

const SPANS = ['30', '90', '180', '365'] as const;

/** One playbook: its rule, its runs, and for reps what it would have done. */
export function PlaybookSection({ playbook, file }: { playbook: Playbook; file: PlaybookFile | null }) {
  const { client, may } = useSignedIn();
  const { name, description, enabled, rule, holdoutShare, runs } = playbook;
  const text = file?.playbooks.find((each) => each.name === name);
  const [days, setDays] = useState<(typeof SPANS)[number]>('90');
  const simulation = useMutation({ mutationFn: () => client.simulatePlaybook(name, { days: Number(days) }) });
  return (
    <Section title={inWords(name)} {...(description !== '' && { hint: description })}>
      {!enabled && <p className="remarks">It is switched off: nobody enters it.</p>}
      <ul>
        {rule.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p>
        So far {whole(runs.fired)} acted on, {whole(runs.heldOut)} held out ({percent(holdoutShare)} at random),{' '}
        {whole(runs.queued)} queued for their owner’s capacity, {whole(runs.waiting)} waiting for a later step,{' '}
        {whole(runs.letGo)} let go.
      </p>
      {file !== null && text !== undefined && <PlaybookActions file={file} playbook={text} />}
      {may('rep') && (
        <form
          className="form-row"
          onSubmit={(event) => {
            event.preventDefault();
            simulation.mutate();
          }}
        >
          <Choice
            label="Over the last"
            value={days}
            options={SPANS.map((value) => ({ value, label: `${value} days` }))}
            onChange={setDays}
          />
          <button type="submit" disabled={simulation.isPending}>
            What would it have done?
          </button>
        </form>
      )}
      {simulation.isPending && <Loading what="the simulation" />}
      {simulation.error && <ErrorState error={simulation.error} />}
      {simulation.data && !simulation.isPending && <Simulated simulation={simulation.data} />}
    </Section>
  );
}
