import type { ChartOption } from './chart-option.ts';
import { legendAbove, type NameAxis, type NumberAxis, nameAxis, numberAxis, type Palette, ROOM } from './look.ts';

/** What was foretold with its interval, and what came, over names in their order. */
export function forecastChart(
  {
    x,
    y,
    rows,
  }: {
    x: NameAxis;
    y: NumberAxis & { show: (value: number) => string };
    /** One for each name. */
    rows: readonly { low: number; expected: number; high: number; actual: number }[];
  },
  palette: Palette,
): ChartOption {
  const { show } = y;
  const interval = { type: 'bar' as const, stack: 'interval', barWidth: 10, silent: true };
  return {
    grid: ROOM,
    legend: legendAbove(palette, ['Interval (80 %)', 'Foretold', 'Came']),
    tooltip: {
      trigger: 'axis',
      formatter: (given) => {
        const [first] = Array.isArray(given) ? given : [given];
        const row = rows[first?.dataIndex ?? 0];
        if (!row) return '';
        return [
          x.names[first?.dataIndex ?? 0],
          `Foretold: ${show(row.expected)} (${show(row.low)} to ${show(row.high)})`,
          `Came: ${show(row.actual)}`,
        ].join('\n');
      },
    },
    xAxis: nameAxis(x, 'x', palette),
    yAxis: numberAxis(y, 'y', palette),
    series: [
      { ...interval, name: 'below', itemStyle: { color: 'transparent' }, data: rows.map(({ low }) => low) },
      {
        ...interval,
        name: 'Interval (80 %)',
        itemStyle: { color: palette.accent, opacity: 0.35 },
        data: rows.map(({ low, high }) => high - low),
      },
      {
        type: 'scatter',
        name: 'Foretold',
        symbol: 'rect',
        symbolSize: [14, 3],
        itemStyle: { color: palette.accent },
        data: rows.map(({ expected }) => expected),
      },
      {
        type: 'scatter',
        name: 'Came',
        symbol: 'diamond',
        symbolSize: 10,
        itemStyle: { color: palette.warn },
        data: rows.map(({ actual }) => actual),
      },
    ],
  };
}
