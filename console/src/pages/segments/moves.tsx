import type { SegmentMoves } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { counted, day, whole } from '../../format.ts';

/** Steps of the colour; style/pages.css has one class for each. */
const HEAT_STEPS = 4;
/** Rows of the list of largest moves. */
const LARGEST = 5;

/** Customers by the segment they were in (rows) and are in (columns), both from the best to the lost; and the largest moves in words. */
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
  const nameOf = (segment: string | null) => (segment === null ? 'No segment yet' : (names[segment] ?? segment));
  const isUp = ({ from, to }: SegmentMoves['moves'][number]) =>
    from === null || order.indexOf(to) < order.indexOf(from);
  return (
    <>
      <p>
        {counted(stayed, 'customer')} stayed where they were, {whole(sum(moved.filter(isUp)))} came or moved to a better
        segment, {whole(sum(moved.filter((each) => !isUp(each))))} to a worse one.
      </p>
      {moved.length > 0 && (
        <>
          <ul className="movements">
            {moved.slice(0, LARGEST).map((each) => (
              <li key={`${each.from} ${each.to}`}>
                <span>
                  {nameOf(each.from)} → {nameOf(each.to)}
                </span>
                <span className={isUp(each) ? 'better' : 'worse'}>
                  {isUp(each) ? '▲ ' : '▼ '}
                  {counted(each.customers, 'customer')}
                </span>
              </li>
            ))}
          </ul>
          <Matrix moves={moves} order={order} nameOf={nameOf} />
        </>
      )}
    </>
  );
}

function Matrix({
  moves,
  order,
  nameOf,
}: {
  moves: SegmentMoves['moves'];
  order: readonly string[];
  nameOf: (segment: string | null) => string;
}) {
  const rows = [...order, null].filter((from) => moves.some((each) => each.from === from));
  const columns = order.filter((to) => moves.some((each) => each.to === to));
  const most = Math.max(...moves.filter(({ from, to }) => from !== to).map(({ customers }) => customers), 1);
  return (
    <Scroll label="Moves between segments">
      <table className="grid moves">
        <caption className="visually-hidden">
          Customers by the segment they were in, downwards, and the one they are in, across
        </caption>
        <thead>
          <tr>
            <th scope="col">From ↓ To →</th>
            {columns.map((to) => (
              <th key={to} scope="col">
                {nameOf(to)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((from) => (
            <tr key={from}>
              <th scope="row">{nameOf(from)}</th>
              {columns.map((to) => {
                const customers = moves.find((each) => each.from === from && each.to === to)?.customers ?? 0;
                const isStayed = from === to;
                const heat = isStayed ? 0 : Math.ceil((HEAT_STEPS * customers) / most);
                return (
                  <td key={to} className={isStayed ? 'stayed' : `heat-${heat}`}>
                    {customers === 0 ? '' : whole(customers)}
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
