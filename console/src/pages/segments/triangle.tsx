import { useMemo } from 'react';
import { heatChart } from '../../../../core/charts/heat-chart.ts';
import type { Palette } from '../../../../core/charts/look.ts';
import { Chart } from '../../components/chart.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { whole } from '../../format.ts';

/** A triangle of numbers: cohorts downwards, age across. */
export function Triangle({
  title,
  period,
  rows,
  from,
  show,
}: {
  title: string;
  period: 'month' | 'quarter';
  /** Stable between renders. The first value is of the period in which they came. */
  rows: readonly { name: string; customers: number; values: readonly number[] }[];
  /** The first period that is drawn; the table has all. */
  from: 0 | 1;
  /** Stable between renders. */
  show: (value: number) => string;
}) {
  const most = Math.max(...rows.map(({ values }) => values.length), 0);
  const option = useMemo(() => {
    const drawn = rows.filter(({ values }) => values.length > from);
    return (palette: Palette) =>
      heatChart(
        {
          x: {
            name: `${period === 'month' ? 'Months' : 'Quarters'} since`,
            names: Array.from({ length: Math.max(most - from, 0) }, (_, age) => String(age + from)),
          },
          y: { name: 'Came in', names: drawn.map(({ name }) => name) },
          rows: drawn.map(({ values }) => values.slice(from)),
          show,
        },
        palette,
      );
  }, [rows, most, from, period, show]);
  const ages = Array.from({ length: most }, (_, age) => age);
  return (
    <Chart
      title={title}
      description={`${title}: ${rows.length} rows, followed for ${most} ${period}s at most.`}
      option={option}
      heightPx={140 + 18 * rows.length}
      table={
        <Scroll label={title}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">Came in</th>
                <th scope="col" className="number">
                  Customers
                </th>
                {ages.map((age) => (
                  <th key={age} scope="col" className="number">
                    {age}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, customers, values }) => (
                <tr key={name}>
                  <th scope="row" className="nowrap">
                    {name}
                  </th>
                  <td className="number">{whole(customers)}</td>
                  {ages.map((age) => (
                    <td key={age} className="number">
                      {values[age] === undefined ? '' : show(values[age])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      }
    />
  );
}
