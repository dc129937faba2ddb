import { useMemo } from 'react';
import type { Palette } from '../../../../core/charts/look.ts';
import { calibrationChart, gainChart } from '../../../../core/charts/unit-square.ts';
import type { Models } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { Empty } from '../../components/states.tsx';
import { counted, percent, whole } from '../../format.ts';

type Judged = NonNullable<Models['churnJudged']>;

/** How the churn risk did on customers that it had not seen: whether shares are as foretold, and whom a list by risk finds. */
export function ChurnJudged({ judged, name }: { judged: Models['churnJudged']; name: string }) {
  if (judged === null) {
    return (
      <Empty title="Not to be said yet.">
        <p>Too few customers could be followed, or the model was trained by an earlier version.</p>
      </Empty>
    );
  }
  return <Shown judged={judged} name={name} />;
}

function Shown({ judged: { customers, left, calibration, lift }, name }: { judged: Judged; name: string }) {
  const asForetold = useMemo(
    () => (palette: Palette) => calibrationChart([{ name, bins: calibration }], palette),
    [name, calibration],
  );
  const gained = useMemo(() => (palette: Palette) => gainChart([{ name, lift }], palette), [name, lift]);
  const fifth = lift.find(({ share }) => Math.abs(share - 0.2) < 1e-9);
  return (
    <>
      <p>
        {counted(customers, 'customer')} whom it had not seen, {percent(left)} of whom left.
        {fifth &&
          ` The fifth with the highest risk holds ${percent(fifth.captured)} of the leavers, ${fifth.lift.toFixed(1)} times as many as by chance.`}
      </p>
      <div className="columns">
        <Chart
          title="Calibration: churn risk foretold, and who left"
          description={`Tenths of ${customers} customers by churn risk: the share foretold and the share that left.`}
          option={asForetold}
          heightPx={320}
          table={
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Customers
                  </th>
                  <th scope="col" className="number">
                    Foretold
                  </th>
                  <th scope="col" className="number">
                    Left
                  </th>
                </tr>
              </thead>
              <tbody>
                {calibration.map(({ rows, predicted, actual }) => (
                  <tr key={predicted}>
                    <td className="number">{whole(rows)}</td>
                    <td className="number">{percent(predicted)}</td>
                    <td className="number">{percent(actual)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          }
        />
        <Chart
          title="Gain: leavers found by calling the highest risks first"
          description="Share of all leavers among the customers with the highest churn risks, beside picking by chance."
          option={gained}
          heightPx={320}
          table={
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col" className="number">
                    Customers, highest risk first
                  </th>
                  <th scope="col" className="number">
                    Leavers found
                  </th>
                  <th scope="col" className="number">
                    Times as many as by chance
                  </th>
                </tr>
              </thead>
              <tbody>
                {lift.map(({ share, captured, lift: times }) => (
                  <tr key={share}>
                    <td className="number">{percent(share)}</td>
                    <td className="number">{percent(captured)}</td>
                    <td className="number">{times.toFixed(2)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          }
        />
      </div>
    </>
  );
}
