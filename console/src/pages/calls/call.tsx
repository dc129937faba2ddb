import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { QueuedCall } from '../../../../webhooks/client/staypower-client.ts';
import { Problem } from '../../components/states.tsx';
import { day, money, percent } from '../../format.ts';
import { href } from '../../routing.ts';
import { useClient } from '../../session/session-context.ts';
import { FeedbackButtons } from '../customer/feedback.tsx';

/** One call: who, what is at stake, why, what to do; and where it is said that it is done. */
export function Call({ call, currency }: { call: QueuedCall; currency: string | null }) {
  const client = useClient();
  const queries = useQueryClient();
  const { customerId, actionKey, name, subject, dueOn, churnProbability, valueIfKept12m, valueAtRisk, boughtOn } = call;
  const finish = useMutation({
    mutationFn: () => client.finishCall({ customerId, actionKey }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['queue'] }),
  });
  return (
    <article className="call">
      <h3>
        <a href={href(['customers', customerId])}>{name ?? 'Customer without a name'}</a>
      </h3>
      <p>
        <strong>{money(valueAtRisk, currency)}</strong> at risk: {percent(churnProbability)} likely to leave, worth{' '}
        {money(valueIfKept12m, currency)} in 12 months if kept. Due {day(dueOn)}.
      </p>
      {boughtOn !== null && (
        <p className="remarks">Bought on {day(boughtOn)}, after this was opened: perhaps nothing is left to do.</p>
      )}
      <p className="state-title">{call.nextAction ?? subject}</p>
      {call.nextAction !== null && <p className="hint">{subject}</p>}
      {call.reasons.length > 0 && (
        <ul>
          {call.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <div className="actions">
        <button type="button" className="primary" disabled={finish.isPending} onClick={() => finish.mutate()}>
          Done
        </button>
        <FeedbackButtons customerId={customerId} />
      </div>
      <Problem error={finish.error} />
    </article>
  );
}
