import { useMemo } from 'react';
import type { Palette } from '../../../../core/charts/look.ts';
import { linesAlong } from '../../../../core/charts/number-chart.ts';
import type { CustomerInsight } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { Empty } from '../../components/states.tsx';
import { percent } from '../../format.ts';

type Curve = NonNullable<CustomerInsight['staying']>;
const DAYS_A_MONTH = 365 / 12;

/** How likely the customer is still one over the next 12 months, beside the median customer. */
export function Staying({ staying }: { staying: CustomerInsight['staying'] }) {
  if (staying === null) return <Empty title="There is no churn risk that it could follow from." />;
  return <Shown curve={staying} />;
}

function Shown({ curve }: { curve: Curve }) {
  const option = useMemo(
    () => (palette: Palette) => {
      const month = (days: number) => Number((days / DAYS_A_MONTH).toFixed(2));
      const inPercent = (share: number) => Number((100 * share).toFixed(1));
      return linesAlong(
        {
          x: { name: 'Months from the day of the scores', min: 0, max: 12 },
          y: { name: 'Still a customer, %', min: 0, max: 100, show: (value) => `${Math.round(value)} %` },
          series: [
            {
              name: 'This customer',
              data: curve.map(({ days, probability }) => [month(days), inPercent(probability)] as const),
            },
            {
              name: 'Median customer',
              data: curve.map(({ days, median }) => [month(days), inPercent(median)] as const),
              isAside: true,
            },
          ],
        },
        palette,
      );
    },
    [curve],
  );
  const last = curve.at(-1);
  return (
    <Chart
      title="Still a customer, over the next 12 months"
      description={`In 12 months ${percent(last?.probability ?? null)} for this customer, ${percent(last?.median ?? null)} for the median customer.`}
      option={option}
      heightPx={260}
      table={
        <table className="plain">
          <thead>
            <tr>
              <th scope="col" className="number">
                Months
              </th>
              <th scope="col" className="number">
                This customer
              </th>
              <th scope="col" className="number">
                Median customer
              </th>
            </tr>
          </thead>
          <tbody>
            {curve.map(({ days, probability, median }, month) => (
              <tr key={days}>
                <td className="number">{month}</td>
                <td className="number">{percent(probability)}</td>
                <td className="number">{percent(median)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
