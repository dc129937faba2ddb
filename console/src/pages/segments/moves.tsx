import type { SegmentMoves } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { counted, day, whole } from '../../format.ts';

/** From which segment to which customers moved, the most first; up where the later segment is the better one. */
export function Moves({ moves: { moves, names, since, historyFrom } }: { moves: SegmentMoves }) {
  if (since < historyFrom) {
    return (
      <Empty title="Not to be said yet.">
        <p>Scores are kept from {day(historyFrom)} on: there is nothing to compare with.</p>
      </Empty>
    );
  }
  const sum = (rows: SegmentMoves['moves']) => rows.reduce((total, { customers }) => total + customers, 0);
  const order = Object.keys(names);
  const stayed = sum(moves.filter(({ from, to }) => from === to));
  const moved = moves.filter(({ from, to }) => from !== to);
  return (
    <>
      <p>{counted(stayed, 'customer')} stayed where they were.</p>
      {moved.length > 0 && (
        <Scroll label="Moves between segments" className="scroll bounded">
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" className="number">
                  Customers
                </th>
              </tr>
            </thead>
            <tbody>
              {moved.map(({ from, to, customers }) => {
                const isUp = from === null || order.indexOf(to) < order.indexOf(from);
                return (
                  <tr key={`${from} ${to}`}>
                    <th scope="row">{from === null ? 'No segment yet' : (names[from] ?? from)}</th>
                    <td className={isUp ? 'better' : 'worse'}>
                      {isUp ? '▲ ' : '▼ '}
                      {names[to] ?? to}
                    </td>
                    <td className="number">{whole(customers)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}
