import { useMemo } from 'react';
import type { ChartOption } from '../../../../core/charts/chart-option.ts';
import { barNames, type Palette } from '../../../../core/charts/look.ts';
import type { Explanation } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { groupName } from '../../wording.ts';

/** A score that can be explained: how it is called, and its numbers in words. */
export interface Explained {
  name: string;
  label: string;
  unit: string;
  show: (value: number) => string;
}

/** What makes a score, from the book's median customer to this one: each group of inputs adds or takes away. */
export function Waterfall({ score, explanation }: { score: Explained; explanation: Explanation }) {
  const { name, label, unit, show } = score;
  const baseline = explanation.baselines[name] ?? 0;
  const steps = useMemo(
    () =>
      (explanation.contributions[name] ?? [])
        .filter(({ contribution }) => contribution !== 0)
        .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)),
    [explanation, name],
  );
  const total = steps.reduce((sum, { contribution }) => sum + contribution, baseline);
  const rows = useMemo(
    () => [
      { title: 'Median customer', from: 0, to: baseline, isTotal: true },
      ...steps.reduce<{ title: string; from: number; to: number; isTotal: boolean }[]>(
        (made, { group, contribution }) => {
          const from = made.at(-1)?.to ?? baseline;
          made.push({ title: groupName(group), from, to: from + contribution, isTotal: false });
          return made;
        },
        [],
      ),
      { title: 'This customer', from: 0, to: total, isTotal: true },
    ],
    [steps, baseline, total],
  );
  const option = useMemo(() => (palette: Palette) => optionOf(rows, palette, score), [rows, score]);
  return (
    <Chart
      title={`${label} (${unit}): from the median customer to this one`}
      description={`${label}: ${show(baseline)} for the median customer, ${show(total)} for this one.`}
      heightPx={70 + 32 * rows.length}
      option={option}
      table={
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number">
                {unit}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ title, from, to, isTotal }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td className="number">{isTotal ? show(to) : signed(to - from, show)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}

function optionOf(
  rows: readonly { title: string; from: number; to: number; isTotal: boolean }[],
  palette: Palette,
  { label, unit, show, name }: Explained,
): ChartOption {
  // More churn risk is worse, more of anything else is better.
  const [up, down] = name === 'churn' ? [palette.bad, palette.good] : [palette.good, palette.bad];
  const text = { color: palette.muted, fontSize: 12 };
  return {
    grid: { left: 8, right: 56, top: 8, bottom: 32, containLabel: true },
    xAxis: {
      type: 'value',
      name: `${label}, ${unit}`,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: text,
      axisLabel: { ...text, hideOverlap: true, formatter: show },
      splitLine: { lineStyle: { color: palette.line } },
    },
    yAxis: barNames(
      rows.map(({ title }) => title),
      palette,
    ),
    series: [
      {
        type: 'bar',
        stack: 'steps',
        // A step across zero begins below it: by default what is below and above zero is stacked apart.
        stackStrategy: 'all',
        silent: true,
        itemStyle: { color: 'transparent' },
        data: rows.map(({ from, to }) => Math.min(from, to)),
      },
      {
        type: 'bar',
        stack: 'steps',
        stackStrategy: 'all',
        barWidth: 18,
        label: {
          show: true,
          position: 'right',
          color: palette.text,
          formatter: ({ dataIndex }) => {
            const row = rows[dataIndex];
            if (!row) return '';
            return row.isTotal ? show(row.to) : signed(row.to - row.from, show);
          },
        },
        data: rows.map(({ from, to, isTotal }) => ({
          value: Math.abs(to - from),
          itemStyle: { color: isTotal ? palette.accent : to > from ? up : down },
        })),
      },
    ],
  };
}

/** What is less than what can be shown has no sign. */
function signed(value: number, show: (value: number) => string): string {
  const text = show(Math.abs(value));
  if (text === show(0)) return `±${text}`;
  return text.startsWith('<') ? text : `${value > 0 ? '+' : '−'}${text}`;
}
