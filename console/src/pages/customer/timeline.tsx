import { useMemo } from 'react';
import type { ChartOption } from '../../../../core/charts/chart-option.ts';
import type { Palette } from '../../../../core/charts/look.ts';
import type { Timeline } from '../../../../webhooks/client/staypower-client.ts';
import { Chart } from '../../components/chart.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { day, money, NONE, percent, whole } from '../../format.ts';
import { inWords } from '../../wording.ts';

/** Rows of the table; the chart shows all. */
const ROWS_SHOWN = 100;

/** Orders and events, with the scores of the time beneath. */
export function CustomerTimeline({ timeline }: { timeline: Timeline }) {
  const option = useMemo(() => (palette: Palette) => optionOf(timeline, palette), [timeline]);
  if (timeline.facts.length === 0) return <Empty title="Nothing is on record of this customer." />;
  const latest = timeline.facts.slice(-ROWS_SHOWN).reverse();
  return (
    <>
      {timeline.isCut && <p className="hint">Older facts are left out.</p>}
      <Chart
        title="Orders and events, and the scores of the time"
        description={`${timeline.facts.length} orders and events; scores of ${timeline.scores.length} days.`}
        heightPx={380}
        option={option}
        table={
          <Scroll label="Orders and events, the latest first">
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">Day</th>
                  <th scope="col">What</th>
                  <th scope="col" className="number">
                    Amount, {timeline.currency}
                  </th>
                </tr>
              </thead>
              <tbody>
                {latest.map((fact, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two facts of a day may be alike in everything.
                  <tr key={index}>
                    <td>{day(fact.day)}</td>
                    <td>{titleOf(fact)}</td>
                    <td className="number">{fact.amount === null ? NONE : money(fact.amount, timeline.currency)}</td>
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

function titleOf({ kind, channel, name }: Timeline['facts'][number]): string {
  if (kind !== 'event') return inWords(kind);
  return name === null || name === '' || name === channel
    ? inWords(channel ?? 'event')
    : `${inWords(channel ?? 'event')}: ${name}`;
}

function optionOf({ facts, scores, currency }: Timeline, palette: Palette): ChartOption {
  const text = { color: palette.muted, fontSize: 12 };
  const axis = { axisLabel: { ...text, hideOverlap: true }, splitLine: { lineStyle: { color: palette.line } } };
  const days = [...facts.map((fact) => fact.day), ...scores.map(({ asOf }) => asOf)].sort();
  const time = {
    type: 'time' as const,
    min: days[0] ?? '',
    max: days.at(-1) ?? '',
    ...axis,
    splitLine: { show: false },
  };
  const orders = facts.filter(({ kind, amount }) => kind !== 'event' && amount !== null);
  const events = facts.filter(({ kind }) => kind === 'event');
  return {
    legend: { bottom: 0, textStyle: { color: palette.text } },
    tooltip: { trigger: 'item' },
    grid: [
      { left: 64, right: 24, top: 28, height: 150 },
      { left: 64, right: 24, top: 218, height: 90 },
    ],
    xAxis: [
      { ...time, gridIndex: 0, axisLabel: { show: false } },
      { ...time, gridIndex: 1, name: 'Day', nameTextStyle: text },
    ],
    yAxis: [
      {
        type: 'value',
        gridIndex: 0,
        name: `Amount, ${currency}`,
        nameTextStyle: { ...text, align: 'left' },
        ...axis,
      },
      {
        type: 'value',
        gridIndex: 1,
        name: 'Scores, 0–100',
        nameTextStyle: { ...text, align: 'left' },
        min: 0,
        max: 100,
        interval: 50,
        ...axis,
      },
    ],
    series: [
      {
        name: 'Order',
        type: 'bar',
        barWidth: 4,
        itemStyle: { color: palette.accent },
        data: orders.map(({ day: on, amount, kind }) => [on, Number(amount) * (kind === 'order' ? 1 : -1)]),
        tooltip: { valueFormatter: (value) => money(Number(value), currency) },
      },
      {
        name: 'Event',
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 8,
        itemStyle: { color: palette.warn },
        data: events.map(({ day: on }) => [on, 0]),
        tooltip: { formatter: ({ dataIndex }) => eventTip(events[dataIndex]) },
      },
      {
        name: 'Churn risk, %',
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 1,
        itemStyle: { color: palette.bad },
        data: scores.map(({ asOf, churnProbability }) => [
          asOf,
          churnProbability === null ? null : 100 * churnProbability,
        ]),
        tooltip: { valueFormatter: (value) => percent(Number(value) / 100) },
      },
      {
        name: 'Engagement',
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 1,
        lineStyle: { type: 'dashed' },
        itemStyle: { color: palette.good },
        data: scores.map(({ asOf, engagement }) => [asOf, engagement]),
        tooltip: { valueFormatter: (value) => whole(Number(value)) },
      },
    ],
  };
}

function eventTip(fact: Timeline['facts'][number] | undefined): string {
  return fact === undefined ? '' : `${titleOf(fact)}, ${day(fact.day)}`;
}
