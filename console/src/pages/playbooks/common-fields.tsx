import { useId } from 'react';
import { Field, LongField } from '../../components/field.tsx';
import { bandName } from '../../wording.ts';
import { type Draft, draftOf, type FieldPath } from './draft.ts';

const BANDS = ['high', 'medium', 'low'] as const;

/** A number of a playbook: where it stands, and what it says. Empty is left out, and the default holds. */
const NUMBERS: readonly { path: FieldPath; label: string; hint: string }[] = [
  {
    path: ['when', 'churn', 'atLeast'],
    label: 'Churn risk, at least',
    hint: 'Points, 0 to 100; 100 is most likely to leave.',
  },
  {
    path: ['when', 'valueIfKept12m', 'atLeast'],
    label: 'Value if kept, at least',
    hint: 'Of 12 months, in your currency.',
  },
  { path: ['when', 'silentDays', 'atLeast'], label: 'Silent for, at least', hint: 'Days since the last purchase.' },
  { path: ['when', 'silentDays', 'atMost'], label: 'Silent for, at most', hint: 'Days since the last purchase.' },
  { path: ['coolDownDays'], label: 'Left alone after a task', hint: 'Days; 30 when empty.' },
  { path: ['tasksPerOwnerPerDay'], label: 'Customers for an owner a day', hint: 'At most; 10 when empty.' },
  {
    path: ['holdoutShare'],
    label: 'Held out at random',
    hint: 'Share from 0 to 0.5; 0.1 when empty. Without it the effect cannot be measured.',
  },
  { path: ['task', 'dueInDays'], label: 'Task due in', hint: 'Days; 2 when empty.' },
];

const FILLED_IN =
  'In braces, filled in for each customer: name, valueIfKept, currency, churn, horizonDays, reasons, change, segment, engagement, engagementTrend, purchases, lastPurchaseOn, silentDays.';

/** The fields that most playbooks need, read from the text and written back into it. */
export function CommonFields({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const draft = draftOf(text);
  if (!draft.readable) return <p className="hint">The form is here again once the text can be read.</p>;
  const set = (path: FieldPath, value: unknown) => onChange(draft.with(path, value));
  return (
    <div className="playbook-form">
      <Text
        draft={draft}
        set={set}
        path={['name']}
        label="Name"
        hint="Lower-case letters, digits and dashes. A name that is in use is replaced."
      />
      <Text draft={draft} set={set} path={['description']} label="What it is for" />
      <Bands draft={draft} set={set} path={['when', 'churnBand']} label="Risk band" />
      <Bands draft={draft} set={set} path={['when', 'valueBand']} label="Value band" />
      <div className="filters">
        {NUMBERS.map(({ path, label, hint }) => (
          <Field
            key={path.join('.')}
            label={label}
            hint={hint}
            type="search"
            value={String(draft.get(path) ?? '')}
            onChange={(value) => set(...numberAt(draft, path, value))}
          />
        ))}
      </div>
      <Text draft={draft} set={set} path={['task', 'subject']} label="Subject of the task" />
      <LongField
        label="Text of the task"
        hint={FILLED_IN}
        rows={4}
        value={String(draft.get(['task', 'body']) ?? '')}
        onChange={(value) => set(['task', 'body'], value)}
      />
    </div>
  );
}

interface FieldProps {
  draft: Draft;
  set: (path: FieldPath, value: unknown) => void;
  path: FieldPath;
  label: string;
}

function Text({ draft, set, path, label, hint }: FieldProps & { hint?: string }) {
  return (
    <Field
      label={label}
      {...(hint !== undefined && { hint })}
      value={String(draft.get(path) ?? '')}
      onChange={(value) => set(path, value)}
    />
  );
}

function Bands({ draft, set, path, label }: FieldProps) {
  const id = useId();
  const given = draft.get(path);
  const chosen = Array.isArray(given) ? given : [];
  return (
    <fieldset className="choices">
      <legend>{label}</legend>
      {BANDS.map((band) => (
        <label key={band} htmlFor={`${id}-${band}`}>
          <input
            id={`${id}-${band}`}
            type="checkbox"
            checked={chosen.includes(band)}
            onChange={({ target }) => {
              const next = BANDS.filter((each) => (each === band ? target.checked : chosen.includes(each)));
              set(path, next.length === 0 ? undefined : next);
            }}
          />{' '}
          {bandName(band)}
        </label>
      ))}
      <small className="hint">None: whatever it is.</small>
    </fieldset>
  );
}

/** What a typed number means for the text: an end of a range that is emptied takes the range along where it was its only one. */
function numberAt(draft: Draft, path: FieldPath, value: string): [FieldPath, unknown] {
  if (value.trim() !== '') return [path, Number.isNaN(Number(value)) ? value : Number(value)];
  const range = path.slice(0, -1);
  const isRange = path[0] === 'when' && path.length > 2;
  const ends = isRange ? draft.get(range) : null;
  const isOnly = typeof ends === 'object' && ends !== null && Object.keys(ends).length <= 1;
  return [isRange && isOnly ? range : path, undefined];
}
