import type { Overview } from '../../../../webhooks/client/staypower-client.ts';
import { shortMoney, whole } from '../../format.ts';
import { href } from '../../routing.ts';
import { bandName } from '../../wording.ts';

const VALUE_BANDS = ['high', 'medium', 'low'] as const;
const CHURN_BANDS = ['low', 'medium', 'high', 'lapsed'] as const;
/** Steps of the colour; style/pages.css has one class for each. */
const HEAT_STEPS = 4;

/** Customers by value (rows) and risk (columns); each cell opens the list of its customers. */
export function ValueRiskGrid({ cells, currency }: { cells: Overview['grid']; currency: string | null }) {
  const cellOf = (valueBand: string, churnBand: string) =>
    cells.find((cell) => cell.valueBand === valueBand && cell.churnBand === churnBand) ?? {
      customers: 0,
      valueAtRisk: '0',
    };
  const most = Math.max(...cells.map(({ valueAtRisk }) => Number(valueAtRisk)), 0);
  const heat = (valueAtRisk: string) => (most === 0 ? 0 : Math.ceil((HEAT_STEPS * Number(valueAtRisk)) / most));
  return (
    <table className="grid">
      <caption className="visually-hidden">Customers and value at risk by band of value and of churn risk</caption>
      <thead>
        <tr>
          <th scope="col">Value ↓ Risk →</th>
          {CHURN_BANDS.map((band) => (
            <th key={band} scope="col">
              {bandName(band)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {VALUE_BANDS.map((valueBand) => (
          <tr key={valueBand}>
            <th scope="row">{bandName(valueBand)}</th>
            {CHURN_BANDS.map((churnBand) => {
              const { customers, valueAtRisk } = cellOf(valueBand, churnBand);
              return (
                <td key={churnBand} className={`heat-${heat(valueAtRisk)}`}>
                  {customers === 0 ? (
                    <span className="hint">none</span>
                  ) : (
                    <a href={href(['customers'], new URLSearchParams({ valueBand, churnBand }))}>
                      <strong>{whole(customers)}</strong>
                      <span>
                        {churnBand === 'lapsed' ? 'have left' : `${shortMoney(valueAtRisk, currency)} at risk`}
                      </span>
                    </a>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
