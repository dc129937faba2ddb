import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { QualityFixes as Fixes, NewQualityFix } from '../../../../webhooks/client/staypower-client.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Choice, Field } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Loaded, Problem } from '../../components/states.tsx';
import { counted, day } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';

const TRANSFORMS = {
  'divide-100': { label: 'Divide amounts by 100 (cents for euros)', transform: { do: 'scale', powerOfTen: -2 } },
  'divide-1000': { label: 'Divide amounts by 1,000', transform: { do: 'scale', powerOfTen: -3 } },
  'multiply-100': { label: 'Multiply amounts by 100', transform: { do: 'scale', powerOfTen: 2 } },
  'multiply-1000': { label: 'Multiply amounts by 1,000 (thousands)', transform: { do: 'scale', powerOfTen: 3 } },
} as const satisfies Record<string, { label: string; transform: NewQualityFix['transform'] }>;

type TransformName = keyof typeof TRANSFORMS;

/** Fixes to what connections say of their sales; admins make and undo them. */
export function QualityFixes({ connections }: { connections: readonly string[] }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const fixes = useQuery({ queryKey: ['quality-fixes'], queryFn: () => client.listQualityFixes() });
  const undo = useMutation({
    mutationFn: (fixId: string) => client.undoQualityFix(fixId),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Loaded query={fixes} what="the fixes">
      {({ fixes: all }) => (
        <>
          {all.length > 0 && <FixTable fixes={all} onUndo={may('admin') ? (id) => undo.mutate(id) : null} />}
          <Problem error={undo.error} />
          {may('admin') && connections.length > 0 && <NewFix connections={connections} />}
        </>
      )}
    </Loaded>
  );
}

function FixTable({ fixes, onUndo }: { fixes: Fixes['fixes']; onUndo: ((fixId: string) => void) | null }) {
  return (
    <>
      <h3>Fixes</h3>
      <Scroll label="Fixes">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Fix</th>
              <th scope="col">Connection</th>
              <th scope="col">Sales</th>
              <th scope="col">Why</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {fixes.map((fix) => (
              <tr key={fix.fixId}>
                <th scope="row">{transformInWords(fix.transform)}</th>
                <td>{fix.connectionId}</td>
                <td className="nowrap">
                  from {day(fix.from)}
                  {fix.until !== null && ` to ${day(fix.until)}`}
                </td>
                <td className="hint">
                  {fix.reason} ({fix.madeBy})
                </td>
                <td>
                  {fix.undoneAt !== null ? (
                    `Undone by ${fix.undoneBy}`
                  ) : onUndo ? (
                    <ConfirmButton
                      label="Undo"
                      question="The sales of this fix are counted as their source says again, from the next run on."
                      onConfirm={() => onUndo(fix.fixId)}
                    />
                  ) : (
                    'In force'
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

function NewFix({ connections }: { connections: readonly string[] }) {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const dayId = useId();
  const [connectionId, setConnection] = useState(connections[0] ?? '');
  const [name, setName] = useState<TransformName>('divide-100');
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const make = useMutation({
    mutationFn: () =>
      client.makeQualityFix({ connectionId, transform: TRANSFORMS[name].transform, from, until: null, reason }),
    onSuccess: () => {
      setReason('');
      return queries.invalidateQueries();
    },
  });
  return (
    <details>
      <summary>Set right what a connection says from a day on</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Choice
          label="Connection"
          value={connectionId}
          options={connections.map((value) => ({ value, label: value }))}
          onChange={setConnection}
        />
        <Choice
          label="What to do"
          value={name}
          options={(Object.keys(TRANSFORMS) as TransformName[]).map((value) => ({
            value,
            label: TRANSFORMS[value].label,
          }))}
          onChange={setName}
        />
        <div className="field">
          <label htmlFor={dayId}>First day of the sales it is about</label>
          <input id={dayId} type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
        </div>
        <Field label="Why" hint="Kept in the audit log." value={reason} onChange={setReason} />
        <div className="actions">
          <button type="submit" className="primary" disabled={make.isPending}>
            Make the fix
          </button>
        </div>
      </form>
      <p className="hint">
        What the source said stays on record: a fix can be undone. Hours and currencies: staypower quality fix.
      </p>
      {make.data && (
        <output>About up to {counted(make.data.sales, 'sale')} on record: the next run counts them by it.</output>
      )}
      <Problem error={make.error} />
    </details>
  );
}

function transformInWords(transform: Fixes['fixes'][number]['transform']): string {
  switch (transform.do) {
    case 'scale':
      return `Amounts ${transform.powerOfTen < 0 ? 'divided' : 'multiplied'} by ${10 ** Math.abs(transform.powerOfTen)}`;
    case 'shift-hours':
      return `Instants ${Math.abs(transform.hours)} hours ${transform.hours < 0 ? 'earlier' : 'later'}`;
    case 'currency':
      return `Currency ${transform.currency}`;
  }
}
