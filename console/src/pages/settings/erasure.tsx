import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Field } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Problem } from '../../components/states.tsx';
import { TypedConfirm } from '../../components/typed-confirm.tsx';
import { counted, whole } from '../../format.ts';
import { JobStatus } from '../../jobs/job-status.tsx';
import { isOpen, useJob, useJobStream, useStartJob } from '../../jobs/use-jobs.ts';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { downloadReceipt, Receipts } from './receipts.tsx';

/** Finds a person, shows what is held on them, removes it for good, and gives the signed receipt. */
export function Erasure() {
  const client = useClient();
  useJobStream();
  const [who, setWho] = useState('');
  const [jobId, setJobId] = useState<number | null>(null);
  const start = useStartJob();
  const job = useJob('erase');
  const mine = jobId !== null && job?.jobId === jobId ? job : null;
  const find = useMutation({ mutationFn: () => client.findPerson({ who }) });
  const receipt = useMutation({ mutationFn: (erasureId: string) => downloadReceipt(client, erasureId) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setJobId(null);
    find.mutate();
  };
  const person = find.data?.person ?? null;
  const erase = () => {
    if (person === null) return;
    start.mutate(
      { kind: 'erase', customerId: person.customerId },
      {
        onSuccess: (asked) => {
          setJobId(asked.jobId);
          setWho('');
          find.reset();
        },
      },
    );
  };
  const erased = mine?.result ?? null;
  return (
    <>
      <form className="form-row" onSubmit={submit}>
        <Field label="E-mail address, customer id, user id or record id" value={who} onChange={setWho} />
        <button type="submit" disabled={find.isPending}>
          Find the person
        </button>
      </form>
      {find.data && person === null && (
        <p role="alert">
          Nothing is held on such a person.
          {find.data.unrecognised > 0 &&
            ` ${counted(find.data.unrecognised, 'record')} that were read are not recognised yet: look again after the next cycle.`}
        </p>
      )}
      {person && (
        <div className="part">
          <h3>What is held on this person</h3>
          <Scroll label="What is held">
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col" className="number">
                    Rows
                  </th>
                </tr>
              </thead>
              <tbody>
                {Object.entries(person.rows).map(([table, rows]) => (
                  <tr key={table}>
                    <th scope="row">{inWords(table)}</th>
                    <td className="number">{whole(rows)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <div className="actions">
            <TypedConfirm
              label="Erase this person"
              question="Everything above is removed for good, and our fields on their records are cleared. The contact itself stays in the CRM, and does not come back with the next reading. Backups made before hold them still."
              word="erase"
              disabled={isOpen(job) || start.isPending}
              onConfirm={erase}
            />
          </div>
        </div>
      )}
      <JobStatus job={mine} what="Erasing" />
      {erased && (
        <div className="state">
          {erased.isComplete ? (
            <>
              <output>Erased.</output>
              <button type="button" className="primary" onClick={() => receipt.mutate(erased.erasureId)}>
                Download the signed receipt
              </button>
            </>
          ) : (
            <p>
              The store is clean. A vendor has not confirmed that our fields are cleared: the next cycle goes on with
              it, and then the receipt is below.
            </p>
          )}
        </div>
      )}
      <Problem error={find.error ?? start.error ?? receipt.error} />
      <Receipts />
    </>
  );
}
