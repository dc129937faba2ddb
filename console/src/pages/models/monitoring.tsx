import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ChartOption } from '../../../../core/charts/chart-option.ts';
import type { Palette } from '../../../../core/charts/look.ts';
import { linesOver } from '../../../../core/charts/name-chart.ts';
import { warningSentence } from '../../../../core/evaluation/early-warning.ts';
import type { Monitoring as MonitoringAnswer } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty, Loaded } from '../../components/states.tsx';
import { day, NONE, percent, whole } from '../../format.ts';
import { useClient } from '../../session/session-context.ts';
import { Drift } from './drift.tsx';

type Report = NonNullable<MonitoringAnswer['report']>;

/** The last weekly look at what became of past scores, and at their inputs. */
export function Monitoring() {
  const client = useClient();
  const monitoring = useQuery({ queryKey: ['monitoring'], queryFn: () => client.getMonitoring() });
  return (
    <Loaded query={monitoring} what="how scores fared">
      {({ report }) =>
        report === null ? (
          <Empty title="Not to be said yet.">
            <p>The champion is too young: the first look is taken a week after its day.</p>
          </Empty>
        ) : (
          <Shown report={report} />
        )
      }
    </Loaded>
  );
}

function Shown({ report }: { report: Report }) {
  const { asOf, modelVersion, horizonDays, months, alarms, earlyWarning } = report;
  return (
    <>
      <p className="hint">
        As of {day(asOf)}, champion {modelVersion}.
      </p>
      {alarms.length === 0 ? (
        <p>No alarm.</p>
      ) : (
        <ul className="remarks">
          {alarms.map(({ message }) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      {months.length === 0 ? (
        <Empty title="No outcome is known yet.">
          <p>No score is {horizonDays} days old yet.</p>
        </Empty>
      ) : (
        <ForeseenAndLeft months={months} />
      )}
      {earlyWarning && (
        <>
          <h3>Early warning</h3>
          <p>{warningSentence(earlyWarning)}</p>
        </>
      )}
      <h3>Inputs now and when the champion was trained</h3>
      {report.inputs.length > 0 && <Drift inputs={report.inputs} />}
      <Inputs inputs={report.inputs} />
    </>
  );
}

function ForeseenAndLeft({ months }: { months: Report['months'] }) {
  const option = useMemo(() => (palette: Palette) => foreseenAndLeft(months, palette), [months]);
  return (
    <Chart
      title="Share who left, foreseen and real"
      description="The mean churn risk that records showed in each month, beside the share who then left."
      option={option}
      table={<Months months={months} />}
    />
  );
}

function foreseenAndLeft(months: Report['months'], palette: Palette): ChartOption {
  const inPercent = (share: number) => Number((share * 100).toFixed(1));
  return linesOver(
    {
      x: { name: 'Month of the score', names: months.map(({ month }) => month) },
      y: { name: 'Customers, %', min: 0 },
      series: [
        { name: 'Foreseen', data: months.map(({ meanProbability }) => inPercent(meanProbability)) },
        { name: 'Left', data: months.map(({ left, customers }) => inPercent(left / customers)) },
      ],
    },
    palette,
  );
}

function Months({ months }: { months: Report['months'] }) {
  const figure = (value: number | null) => (value === null ? NONE : value.toFixed(3));
  return (
    <Scroll label="How scores fared, by month">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Month</th>
            <th scope="col" className="number">
              Customers
            </th>
            <th scope="col" className="number">
              Foreseen
            </th>
            <th scope="col" className="number">
              Left
            </th>
            <th scope="col" className="number">
              AUC (1 is best)
            </th>
            <th scope="col" className="number">
              Brier score (0 is best)
            </th>
            <th scope="col" className="number">
              Calibration error (0 is best)
            </th>
            <th scope="col" className="number">
              In the 80 % interval
            </th>
          </tr>
        </thead>
        <tbody>
          {months.map((each) => (
            <tr key={each.month}>
              <th scope="row">{each.month}</th>
              <td className="number">{whole(each.customers)}</td>
              <td className="number">{percent(each.meanProbability)}</td>
              <td className="number">{percent(each.left / each.customers)}</td>
              <td className="number">{figure(each.auc)}</td>
              <td className="number">{figure(each.brier)}</td>
              <td className="number">{figure(each.calibrationError)}</td>
              <td className="number">{percent(each.intervalCoverage)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Inputs({ inputs }: { inputs: Report['inputs'] }) {
  if (inputs.length === 0) return <Empty title="There is no buyer whose inputs could be compared." />;
  return (
    <Scroll label="Inputs now and then">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col" className="number">
              Stability index (alarm above 0.25)
            </th>
            <th scope="col" className="number">
              Largest distance (KS, 0–1)
            </th>
            <th scope="col" className="number">
              Missing then
            </th>
            <th scope="col" className="number">
              Missing now
            </th>
          </tr>
        </thead>
        <tbody>
          {inputs.map(({ name, psi, ks, missingBefore, missingNow }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{psi.toFixed(3)}</td>
              <td className="number">{ks.toFixed(3)}</td>
              <td className="number">{percent(missingBefore)}</td>
              <td className="number">{percent(missingNow)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
