import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Traffic } from '../../../../webhooks/client/staypower-client.ts';
import { Field } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/states.tsx';
import { moment } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';

/** Says whether anything may leave; admins stop it and let it go on. */
export function PauseControl({ paused }: { paused: Traffic['paused'] }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const onSuccess = () => {
    setReason('');
    void queries.invalidateQueries({ queryKey: ['traffic'] });
    void queries.invalidateQueries({ queryKey: ['audit'] });
  };
  const pause = useMutation({ mutationFn: () => client.pauseWorkspace({ reason }), onSuccess });
  const resume = useMutation({ mutationFn: () => client.resumeWorkspace(), onSuccess });
  const problem = pause.error ?? resume.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pause.mutate();
  };
  return (
    <Section title={titleOf(paused)}>
      {paused === null ? (
        <p>Scores and tasks are written to the CRMs as they change.</p>
      ) : (
        <p>
          Since {moment(paused.since)}, by {paused.by}: {paused.reason}.{' '}
          {paused.held === 'before-first-load' ? 'Nothing is read by itself either.' : 'Reading and scoring go on.'}
        </p>
      )}
      {may('admin') &&
        (paused === null ? (
          <form className="form-row" onSubmit={submit}>
            <Field label="Reason for a pause" value={reason} onChange={setReason} />
            <button type="submit" className="danger" disabled={pause.isPending}>
              Pause
            </button>
          </form>
        ) : (
          <div className="actions">
            <button
              type="button"
              className={paused.held === 'before-first-load' ? undefined : 'primary'}
              disabled={resume.isPending}
              onClick={() => resume.mutate()}
            >
              {paused.held === 'before-first-load' ? 'Let it go on without the steps' : 'Resume'}
            </button>
          </div>
        ))}
      <Problem error={problem} />
    </Section>
  );
}

function titleOf(paused: Traffic['paused']): string {
  if (paused === null) return 'Writing and acting';
  return paused.held === 'before-first-load'
    ? 'New: nothing is read or written yet'
    : 'Paused: nothing is written to any CRM';
}
