import type { SegmentMoves } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { whole } from '../../format.ts';
import { href } from '../../routing.ts';

const SCORES = [1, 2, 3, 4, 5] as const;
/** Steps of the colour; style/pages.css has one class for each. */
const HEAT_STEPS = 4;

/** Buyers by recency (rows, the latest first) and by frequency and money (columns); each cell opens the list of its segment. */
export function RfmGrid({ grid, names }: Pick<SegmentMoves, 'grid' | 'names'>) {
  const most = Math.max(...grid.map(({ customers }) => customers), 1);
  return (
    <Scroll label="Buyers by recency, and by frequency and money">
      <table className="grid wide">
        <caption className="visually-hidden">Buyers by recency, and by frequency and money, from 1 to 5</caption>
        <thead>
          <tr>
            <th scope="col">Lately ↓ Much →</th>
            {SCORES.map((worth) => (
              <th key={worth} scope="col">
                {worth}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {SCORES.toReversed().map((recency) => (
            <tr key={recency}>
              <th scope="row">{recency}</th>
              {SCORES.map((worth) => {
                const cell = grid.find((each) => each.recency === recency && each.worth === worth);
                return (
                  <td key={worth} className={`heat-${cell ? Math.ceil((HEAT_STEPS * cell.customers) / most) : 0}`}>
                    {cell ? (
                      <a href={href(['customers'], new URLSearchParams({ segment: cell.segment }))}>
                        <strong>{whole(cell.customers)}</strong>
                        <span>{names[cell.segment] ?? cell.segment}</span>
                      </a>
                    ) : (
                      <span className="hint">none</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
