import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Deliveries } from '../../../../webhooks/client/staypower-client.ts';
import { Choice } from '../../components/field.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded } from '../../components/states.tsx';
import { moment, NONE, whole } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';

type Delivery = Deliveries['deliveries'][number];

const STATES = ['all', 'waiting', 'delivered', 'failed'] as const;

/** Messages that were sent or wait, with what the endpoint answered last. */
export function DeliveryLog() {
  const client = useClient();
  const [state, setState] = useState<(typeof STATES)[number]>('all');
  const log = useQuery({
    queryKey: ['deliveries', state],
    queryFn: () => client.listDeliveries(state === 'all' ? {} : { state }),
  });
  return (
    <>
      <div className="form-row">
        <Choice
          label="State"
          value={state}
          options={STATES.map((value) => ({ value, label: inWords(value) }))}
          onChange={setState}
        />
      </div>
      <Loaded query={log} what="the log">
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <Empty title="There is no such message." />
          ) : (
            <Scroll label="Log of deliveries" className="scroll bounded">
              <table className="plain">
                <thead>
                  <tr>
                    <th scope="col">Since</th>
                    <th scope="col">Event</th>
                    <th scope="col">State</th>
                    <th scope="col" className="number">
                      Attempts
                    </th>
                    <th scope="col">Last answer</th>
                    <th scope="col">Next attempt</th>
                  </tr>
                </thead>
                <tbody>
                  {deliveries.map((each) => (
                    <tr key={`${each.eventId} ${each.endpointId}`}>
                      <td className="nowrap">{moment(each.enqueuedAt)}</td>
                      <th scope="row" className="nowrap">
                        {each.type}
                      </th>
                      <td className={each.state === 'failed' ? 'worse' : 'nowrap'}>{inWords(each.state)}</td>
                      <td className="number">{whole(each.attempts)}</td>
                      <td className="hint">{answerOf(each)}</td>
                      <td className="nowrap">{moment(each.nextAt)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Loaded>
    </>
  );
}

function answerOf({ lastStatus, lastError }: Delivery): string {
  if (lastStatus === null && lastError === null) return NONE;
  return [lastStatus, lastError].filter((part) => part !== null).join(': ');
}
