import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { counted, moment } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';

/** Records in quarantine; admins put them back on their way. */
export function Quarantine() {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const quarantine = useQuery({ queryKey: ['quarantine'], queryFn: () => client.listQuarantine() });
  const replay = useMutation({
    mutationFn: () => client.replayQuarantine(),
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <>
      <Loaded query={quarantine} what="the rejected records">
        {({ records }) =>
          records.length === 0 ? (
            <Empty title="Nothing was rejected." />
          ) : (
            <>
              <Scroll label="Rejected records" className="scroll bounded">
                <table className="plain">
                  <thead>
                    <tr>
                      <th scope="col">Record</th>
                      <th scope="col">Where</th>
                      <th scope="col">What is wrong</th>
                      <th scope="col">What to do</th>
                      <th scope="col">Since</th>
                    </tr>
                  </thead>
                  <tbody>
                    {records.map((each) => (
                      <tr key={`${each.connectionId} ${each.stage} ${each.kind} ${each.externalId}`}>
                        <th scope="row" className="nowrap">
                          {each.kind} {each.externalId}
                        </th>
                        <td className="nowrap">
                          {each.connectionId}, {inWords(each.stage).toLowerCase()}
                        </td>
                        <td className="hint">
                          {each.message} ({each.code})
                        </td>
                        <td className="hint">{each.remedy}</td>
                        <td className="nowrap">{moment(each.firstAt)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              {may('admin') && (
                <div className="actions">
                  <button type="button" disabled={replay.isPending} onClick={() => replay.mutate()}>
                    Try them again
                  </button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
      {replay.data && (
        <output>
          {counted(replay.data.replayed, 'record')} {replay.data.replayed === 1 ? 'is' : 'are'} on their way again.
        </output>
      )}
      <Problem error={replay.error} />
    </>
  );
}
