import type { CustomerInsight } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { counted, money, percent } from '../../format.ts';

/** What the customer is worth over 3, 12 and 36 months, in revenue and in margin. */
export function Horizons({ insight, currency }: { insight: CustomerInsight; currency: string }) {
  const { horizons, margin, value } = insight;
  if (horizons.length === 0) return <Empty title="Its value cannot be said yet." />;
  return (
    <>
      <Scroll label="Value over time">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Over</th>
              <th scope="col" className="number">
                Revenue
              </th>
              <th scope="col" className="number">
                80 % interval
              </th>
              <th scope="col" className="number">
                Margin
              </th>
            </tr>
          </thead>
          <tbody>
            {horizons.map((each) => (
              <tr key={each.months}>
                <th scope="row" className="nowrap">
                  {each.months} months
                </th>
                <td className="number">{money(each.revenue, currency)}</td>
                <td className="number">
                  {money(each.low, currency)} to {money(each.high, currency)}
                </td>
                <td className="number">{money(each.margin, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <p className="hint">
        Expected of the time to come, discounted{value && `, told by ${value.chosen}`}. Margin: {percent(margin.share)}{' '}
        of revenue, {FROM[margin.from]}
        {margin.from === 'book' && ` (${counted(margin.known, 'order')})`}.
      </p>
    </>
  );
}

const FROM: Readonly<Record<CustomerInsight['margin']['from'], string>> = {
  customer: 'by its own orders and the book’s',
  book: 'by orders of the book that tell it',
  planning: 'as configured: too few orders tell it',
};
