import { useMemo } from 'react';
import { forecastChart } from '../../../../core/charts/forecast-chart.ts';
import type { Palette } from '../../../../core/charts/look.ts';
import type { Cohorts } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { day, money, percent, shortMoney, whole } from '../../format.ts';

type Judged = NonNullable<Cohorts['forecast']>;

/** What the model would have foretold of each cohort a window ago, beside what came, and by how much it missed. */
export function CohortForecast({ cohorts: { forecast, currency } }: { cohorts: Cohorts }) {
  if (forecast === null) {
    return (
      <Empty title="Not to be said yet.">
        <p>It takes a window inside the past, and 200 customers who had bought twice by its first day.</p>
      </Empty>
    );
  }
  return <Shown forecast={forecast} currency={currency} />;
}

function Shown({ forecast, currency }: { forecast: Judged; currency: string }) {
  const { from, to, model, cohorts, total, inside, totalError, weightedError } = forecast;
  const option = useMemo(
    () => (palette: Palette) =>
      forecastChart(
        {
          x: { name: 'First order', names: cohorts.map(({ name }) => name) },
          y: { name: `Money in the window, ${currency}`, show: (value) => shortMoney(value, currency) },
          rows: cohorts.map(({ low, expected, high, actual }) => ({
            low: Number(low),
            expected: Number(expected),
            high: Number(high),
            actual: Number(actual),
          })),
        },
        palette,
      ),
    [cohorts, currency],
  );
  return (
    <>
      <p>
        Foretold on {day(from)} by {model}: {money(total.expected, currency)} ({money(total.low, currency)} to{' '}
        {money(total.high, currency)}) until {day(to)}. Came: {money(total.actual, currency)}
        {totalError !== null && `, ${missed(totalError)}`}.{' '}
        {weightedError !== null && `Errors of the cohorts, whatever their sign: ${percent(weightedError)}. `}
        {whole(inside)} of {whole(cohorts.length)} cohorts came inside their 80 % interval.
      </p>
      <Chart
        title="Foretold and what came, by first order"
        description={`Money of ${cohorts.length} cohorts from ${day(from)} to ${day(to)}: foretold with an 80 % interval, and what came.`}
        option={option}
        table={
          <Scroll label="Foretold and what came, by first order">
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">First order</th>
                  <th scope="col" className="number">
                    Customers
                  </th>
                  <th scope="col" className="number">
                    Foretold (80 % interval)
                  </th>
                  <th scope="col" className="number">
                    Came
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...cohorts, { name: 'All', ...total }].map((row) => (
                  <tr key={row.name}>
                    <th scope="row" className="nowrap">
                      {row.name}
                    </th>
                    <td className="number">{whole(row.customers)}</td>
                    <td className="number">
                      {money(row.expected, currency)} ({money(row.low, currency)} to {money(row.high, currency)})
                    </td>
                    <td className="number">{money(row.actual, currency)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        }
      />
    </>
  );
}

function missed(error: number): string {
  if (Math.abs(error) < 0.005) return 'as foretold';
  return `${percent(Math.abs(error))} ${error > 0 ? 'less' : 'more'} than foretold`;
}
