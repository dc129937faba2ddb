import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { PlaybookFile } from '../../../../webhooks/client/staypower-client.ts';
import { LongField } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, Loading, Problem } from '../../components/states.tsx';
import { href, navigate } from '../../routing.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { CommonFields } from './common-fields.tsx';
import { DraftCheck } from './draft-check.tsx';
import { Simulated } from './simulated.tsx';

/** After so long without a key the draft is checked. */
const PAUSE_MS = 400;
const SIMULATED_DAYS = 90;

/** One playbook being written: a form for what most need, the text for all of it, checked as it is typed, and tried on the past before it is saved. */
export function Editor({ file, initial }: { file: PlaybookFile; initial: string }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const [text, setText] = useState(initial);
  const [revision, setRevision] = useState(file.revision);
  const area = useRef<HTMLTextAreaElement>(null);
  const settled = usePaused(useDeferredValue(text), PAUSE_MS);
  const check = useQuery({
    queryKey: ['playbook-check', settled],
    queryFn: () => client.validatePlaybook({ text: settled }),
    placeholderData: (before) => before,
  });
  const simulation = useMutation({ mutationFn: () => client.simulateDraft({ text, days: SIMULATED_DAYS }) });
  const save = useMutation({
    mutationFn: () => client.savePlaybook({ text, revision: revision ?? '' }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      navigate(href(['playbooks']));
    },
  });
  const again = useMutation({
    mutationFn: () => client.getPlaybookFile(),
    onSuccess: (later) => {
      setRevision(later.revision);
      save.reset();
    },
  });
  const isChanged = text !== initial && !save.isSuccess;
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isChanged]);
  const isUsable = check.data?.valid === true && settled === text;
  return (
    <>
      <div className="columns">
        <Section title="Common fields">
          <CommonFields text={text} onChange={setText} />
        </Section>
        <Section title="Text" hint="All of it, as it stands in staypower.yaml. Comments are kept.">
          <LongField label="Playbook (YAML)" rows={24} mono value={text} onChange={setText} area={area} />
        </Section>
      </div>
      <Section title="As it stands">
        {check.error ? (
          <ErrorState error={check.error} onRetry={check.refetch} />
        ) : check.data ? (
          <DraftCheck check={check.data} onLine={(line) => selectLine(area, text, line)} />
        ) : (
          <Loading what="the check" />
        )}
        <div className="actions">
          <button
            type="button"
            disabled={!check.data?.name || simulation.isPending}
            onClick={() => simulation.mutate()}
          >
            What would it have done in {SIMULATED_DAYS} days?
          </button>
          {may('admin') && (
            <button
              type="button"
              className="primary"
              disabled={!isUsable || revision === null || save.isPending}
              onClick={() => save.mutate()}
            >
              Save
            </button>
          )}
          <a className="button" href={href(['playbooks'])}>
            Back without saving
          </a>
        </div>
        {revision === null && (
          <p className="hint">
            There is no configuration file that it could be saved to: make one with <code>staypower init</code>.
          </p>
        )}
        {may('admin') && <p className="hint">What is saved takes effect at once, and stands in the audit log.</p>}
        <Problem error={save.error ?? again.error} />
        {save.error && (
          <button type="button" disabled={again.isPending} onClick={() => again.mutate()}>
            Read the file again and keep my text
          </button>
        )}
        {simulation.isPending && <Loading what="the simulation" />}
        {simulation.error && <ErrorState error={simulation.error} />}
        {simulation.data && !simulation.isPending && <Simulated simulation={simulation.data} />}
      </Section>
    </>
  );
}

/** A value once it has been the same for so long. */
function usePaused(value: string, pauseMs: number): string {
  const [paused, setPaused] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return paused;
}

/** Shows a line of the text and selects it, so that what is typed replaces it. */
function selectLine(area: RefObject<HTMLTextAreaElement | null>, text: string, line: number): void {
  const lines = text.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const element = area.current;
  if (element === null) return;
  element.focus();
  element.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  element.scrollTop = (element.scrollHeight / lines.length) * Math.max(0, line - 4);
}
