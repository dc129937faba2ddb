import { useQuery } from '@tanstack/react-query';
import { moment } from '../format.ts';
import { useClient } from '../session/session-context.ts';

/** The alarms whose condition lasts, with what to do; nothing while there is none. */
export function Alarms() {
  const client = useClient();
  const { data } = useQuery({ queryKey: ['alarms'], queryFn: () => client.listAlarms() });
  if (!data || data.alarms.length === 0) return null;
  return (
    <section className="alarms" aria-label="Alarms">
      <h2>{data.alarms.length === 1 ? 'An alarm' : `${data.alarms.length} alarms`}</h2>
      <ul>
        {data.alarms.map(({ alarmKey, message, remedy, raisedAt }) => (
          <li key={alarmKey}>
            <p>{message}</p>
            <p className="hint">
              Since {moment(raisedAt)}. What to do: {remedy}.
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
