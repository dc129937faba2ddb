import type { Segments } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { percent, whole } from '../../format.ts';

/** How much of the value the most valuable customers hold. */
export function Concentration({ parts }: { parts: Segments['concentration'] }) {
  return (
    <Scroll label="Concentration of value">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Most valuable</th>
            <th scope="col" className="number">
              Customers
            </th>
            <th scope="col" className="number">
              Share of the expected value
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ part, customers, shareOfValue }) => (
            <tr key={part}>
              <th scope="row">{Math.round(part * 100)} %</th>
              <td className="number">{whole(customers)}</td>
              <td className="number">{percent(shareOfValue)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
