import { useMutation, useQuery } from '@tanstack/react-query';
import type { StaypowerClient } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded, Problem } from '../../components/states.tsx';
import { counted, moment } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';

/** Who was erased, without names: each with its receipt once every vendor has confirmed. */
export function Receipts() {
  const client = useClient();
  const erasures = useQuery({ queryKey: ['erasures'], queryFn: () => client.listErasures() });
  const download = useMutation({ mutationFn: (erasureId: string) => downloadReceipt(client, erasureId) });
  return (
    <div className="part">
      <h3>Erasures</h3>
      <Loaded query={erasures} what="the erasures">
        {({ erasures: all }) =>
          all.length === 0 ? (
            <Empty title="Nobody was erased." />
          ) : (
            <Scroll label="Erasures" className="scroll bounded">
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">Erased</th>
                    <th scope="col">Asked by</th>
                    <th scope="col">Receipt</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map(({ erasureId, erasedAt, requestedBy, waiting }) => (
                    <tr key={erasureId}>
                      <th scope="row" className="nowrap">
                        {moment(erasedAt)}
                      </th>
                      <td>{requestedBy}</td>
                      <td>
                        {waiting > 0 ? (
                          `${counted(waiting, 'record')} to be cleared still`
                        ) : (
                          <button type="button" onClick={() => download.mutate(erasureId)}>
                            Download
                          </button>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
      <Problem error={download.error} />
    </div>
  );
}

/** Saves a receipt as the file that `staypower erase --verify` takes. */
export async function downloadReceipt(client: StaypowerClient, erasureId: string): Promise<void> {
  const receipt = await client.getReceipt(erasureId);
  const address = URL.createObjectURL(
    new Blob([`${JSON.stringify(receipt, null, 2)}\n`], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = `erasure-${erasureId}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
