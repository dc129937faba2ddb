import { type FormEvent, useId, useState } from 'react';
import type { MappingReport } from '../../../../../webhooks/client/staypower-client.ts';
import { Problem } from '../../../components/states.tsx';
import { JobStatus } from '../../../jobs/job-status.tsx';
import { isOpen, type JobOf, useStartJob } from '../../../jobs/use-jobs.ts';

type Slot = MappingReport['slots'][number];

/** A suggestion from this score on is likely. */
const LIKELY = 0.6;

/** Chooses which field holds what, and which records are purchases; what is sent is only what differs from what is chosen now. */
export function MappingForm({
  connectionId,
  report,
  job,
}: {
  connectionId: string;
  report: MappingReport;
  job: JobOf<'map'> | null;
}) {
  const start = useStartJob();
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [read, setRead] = useState<readonly string[]>([]);
  const changes = [...report.slots.flatMap((slot) => changeOf(slot, typed[slot.path])), ...read];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate(
      { kind: 'map', connectionId, changes },
      {
        onSuccess: () => {
          setTyped({});
          setRead([]);
        },
      },
    );
  };
  return (
    <form className="mapping" onSubmit={submit}>
      {report.purchases.map(({ what, setting }) =>
        setting === null ? null : (
          <label key={what} className="check">
            <input
              type="checkbox"
              checked={read.includes(setting)}
              onChange={(event) =>
                setRead(event.target.checked ? [...read, setting] : read.filter((each) => each !== setting))
              }
            />
            Read {what} as purchases, too
          </label>
        ),
      )}
      <div className="filters">
        {report.slots
          .filter(({ suggestions, chosen }) => suggestions.length > 0 || chosen.length > 0)
          .map((slot) => (
            <SlotField
              key={slot.path}
              slot={slot}
              value={typed[slot.path] ?? slot.chosen.join(', ')}
              onChange={(value) => setTyped({ ...typed, [slot.path]: value })}
            />
          ))}
      </div>
      <JobStatus job={job} what={`Keeping what is read of ${connectionId}`} />
      <div className="actions">
        <button type="submit" className="primary" disabled={isOpen(job) || start.isPending}>
          {changes.length === 0
            ? 'Keep it as it is'
            : `Keep ${changes.length === 1 ? 'the change' : `${changes.length} changes`}`}
        </button>
      </div>
      <Problem error={start.error} />
    </form>
  );
}

/** One thing to be chosen. Any name can be typed; the likeliest are offered, with the reasons. */
function SlotField({ slot, value, onChange }: { slot: Slot; value: string; onChange: (value: string) => void }) {
  const id = useId();
  const { path, meaning, standard, suggestions, stale, several } = slot;
  const [best] = suggestions;
  const offers = best !== undefined && best.score >= LIKELY && !value.split(/,\s*/).includes(best.field);
  return (
    <div className="field">
      <label htmlFor={id}>{meaning.charAt(0).toUpperCase() + meaning.slice(1)}</label>
      <input
        id={id}
        type="text"
        list={`${id}-offers`}
        value={value}
        autoComplete="off"
        placeholder={standard ?? 'not read'}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={`${id}-hint`}
      />
      <datalist id={`${id}-offers`}>
        {suggestions.map(({ field, label }) => (
          <option key={field} value={field}>
            {label}
          </option>
        ))}
      </datalist>
      <small id={`${id}-hint`} className="hint">
        <code>{path}</code>
        {several && ' (several, with commas between)'}
        {stale.length > 0 && `. ${stale.join(', ')} is calculated: it may be stale for up to a day.`}
        {best && `. ${best.field}: ${best.reasons.join('; ')}.`}
      </small>
      {offers && (
        <button
          type="button"
          onClick={() => onChange(several && value !== '' ? `${value}, ${best.field}` : best.field)}
        >
          Use {best.field}
        </button>
      )}
    </div>
  );
}

/** What a field that was typed changes, as the API takes it; none where nothing was typed, or the same. */
function changeOf({ path, several, chosen }: Slot, typed: string | undefined): readonly string[] {
  if (typed === undefined || typed.trim() === chosen.join(', ')) return [];
  const names = typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return [`${path}=${JSON.stringify(several ? names : (names[0] ?? null))}`];
}
