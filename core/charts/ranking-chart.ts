import type { ChartOption } from './chart-option.ts';
import { barNames, type NumberAxis, numberAxis, type Palette } from './look.ts';

/** One bar: long names are broken. `tone` sets it apart. */
export interface RankedBar {
  name: string;
  value: number;
  tone?: 'plain' | 'aside' | 'bad';
}

/** Pixels that so many bars need, with the axis. */
export const rankingHeightPx = (bars: number) => 64 + 32 * bars;

/** Bars that lie under one another, the first on top, each with its number. */
export function rankingChart(
  {
    x,
    bars,
  }: {
    x: NumberAxis & { show: (value: number) => string };
    bars: readonly RankedBar[];
  },
  palette: Palette,
): ChartOption {
  const colours = { plain: palette.accent, aside: palette.muted, bad: palette.bad };
  return {
    grid: { left: 8, right: 64, top: 8, bottom: 44, containLabel: true },
    xAxis: numberAxis(x, 'x', palette),
    yAxis: barNames(
      bars.map(({ name }) => name),
      palette,
    ),
    series: [
      {
        type: 'bar',
        barWidth: 16,
        label: {
          show: true,
          position: 'right',
          color: palette.text,
          formatter: ({ dataIndex }) => x.show(bars[dataIndex]?.value ?? 0),
        },
        data: bars.map(({ value, tone = 'plain' }) => ({ value, itemStyle: { color: colours[tone] } })),
      },
    ],
  };
}
