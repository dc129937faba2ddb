import type { Group } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { money, percent, whole } from '../../format.ts';
import { href } from '../../routing.ts';

/** Groups of customers, each with what it is worth and what to do; a segment's name opens the list of its customers. */
export function Groups({
  groups,
  currency,
  link = false,
}: {
  groups: readonly Group[];
  currency: string;
  link?: boolean;
}) {
  return (
    <Scroll label={link ? 'Segments' : 'Clusters'}>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" className="number">
              Customers
            </th>
            <th scope="col" className="number">
              Expected value
            </th>
            <th scope="col" className="number">
              Mean churn risk
            </th>
            <th scope="col" className="number">
              Value at risk
            </th>
            <th scope="col" className="number">
              Gain
            </th>
            {link && <th scope="col">What to do</th>}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.id}>
              <th scope="row" className="name">
                {link ? (
                  <a href={href(['customers'], new URLSearchParams({ segment: group.id }))}>{group.name}</a>
                ) : (
                  group.name
                )}
              </th>
              <td className="number">
                {whole(group.customers)} ({percent(group.shareOfCustomers)})
              </td>
              <td className="number">
                {money(group.expectedValue, currency)} ({percent(group.shareOfValue)})
              </td>
              <td className="number">{percent(group.meanChurnProbability)}</td>
              <td className="number">{money(group.valueAtRisk, currency)}</td>
              <td className="number">{money(group.gainIfOneInTenStays, currency)}</td>
              {link && <td className="hint">{group.whatToDo}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
