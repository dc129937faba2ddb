import type { Simulation } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { counted, day, money, percent, whole } from '../../format.ts';
import { href } from '../../routing.ts';

/** What a playbook would have done. */
export function Simulated({ simulation }: { simulation: Simulation }) {
  const { from, to, historyFrom, entered, heldOut, letGo, waiting, opened, tasks, steps, currency } = simulation;
  const gone = letGo.withoutConsent + letGo.inCoolDown + letGo.leftState + letGo.withoutRecord + letGo.leftAlone;
  return (
    <>
      <h3>
        From {day(from)} to {day(to)} it would have opened {counted(opened, 'task')}
      </h3>
      <p>
        {counted(entered, 'customer')} entered: {whole(heldOut)} held out at random, {whole(gone)} let go (
        {whole(letGo.inCoolDown)} within the cool-down, {whole(letGo.leftState)} left the state first,{' '}
        {whole(letGo.withoutConsent)} must not be contacted, {whole(letGo.withoutRecord)} without a record that takes
        tasks{letGo.leftAlone > 0 && `, ${whole(letGo.leftAlone)} left alone since nothing would pay`}),{' '}
        {whole(waiting)} still waiting for an owner.
      </p>
      {Object.keys(steps).length > 0 && (
        <p>
          After them:{' '}
          {Object.entries(steps)
            .map(([kind, count]) => `${whole(count)} × ${kind}`)
            .join(', ')}{' '}
          (where the customer has a record at that connection).
        </p>
      )}
      {historyFrom > from && (
        <p className="hint">
          Scores are kept since {day(historyFrom)}. Before that it rests on what today’s model says of each week: a
          model that has learned from later days looks better than one of the time would have.
        </p>
      )}
      {tasks.length > 0 && (
        <Scroll label="Tasks it would have opened" className="scroll bounded">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">On</th>
                <th scope="col">Customer</th>
                <th scope="col">Owner</th>
                <th scope="col">Task</th>
                <th scope="col" className="number">
                  Churn risk
                </th>
                <th scope="col" className="number">
                  Value if kept, 12 months
                </th>
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <tr key={`${task.on} ${task.customerId}`}>
                  <td className="nowrap">{day(task.on)}</td>
                  <th scope="row">
                    <a href={href(['customers', task.customerId])}>{task.name ?? 'Customer without a name'}</a>
                  </th>
                  <td className="nowrap">{task.ownerId ?? 'nobody'}</td>
                  <td className="hint">{task.subject}</td>
                  <td className="number">{percent(task.churnProbability)}</td>
                  <td className="number">{money(task.valueIfKept12m, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {opened > tasks.length && <p className="hint">The first {whole(tasks.length)} are shown.</p>}
    </>
  );
}
