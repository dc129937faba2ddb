import type { ChartOption } from './chart-option.ts';
import {
  legendAbove,
  lineLook,
  type NumberAxis,
  numberAxis,
  type Palette,
  ROOM,
  type Series,
  seriesColours,
} from './look.ts';

/** A point: where on the x axis, and how high; null where it is not known. */
export type Point = readonly [number, number | null];

/** Lines over numbers, through their points or in steps. */
export function linesAlong(
  {
    x,
    y,
    series,
    isStepped = false,
  }: {
    x: NumberAxis;
    y: NumberAxis;
    series: readonly Series<Point>[];
    isStepped?: boolean;
  },
  palette: Palette,
): ChartOption {
  const { show } = y;
  return {
    color: seriesColours(palette),
    grid: ROOM,
    legend: legendAbove(
      palette,
      series.map(({ name }) => name),
    ),
    tooltip: { trigger: 'axis', ...(show && { valueFormatter: (value) => show(Number(value)) }) },
    xAxis: numberAxis(x, 'x', palette),
    yAxis: numberAxis(y, 'y', palette),
    series: series.map(({ name, data, isAside }) => ({
      type: 'line',
      name,
      data: data.map((point) => [...point]),
      ...lineLook(palette, { isAside, points: data.length }),
      ...(isStepped && { step: 'end' }),
    })),
  };
}

/** A survival curve with its interval, as steps down from 1 at time 0. */
export function survivalSteps(
  steps: readonly { time: number; survival: number; low: number; high: number }[],
  { x, y }: { x: string; y: string },
  palette: Palette,
): ChartOption {
  const line = (name: string, of: 'survival' | 'low' | 'high') => ({
    name,
    data: [[0, 1] as Point, ...steps.map((step): Point => [step.time, step[of]])],
    isAside: of !== 'survival',
  });
  return linesAlong(
    {
      x: { name: x },
      y: { name: y, min: 0, max: 1 },
      series: [line('survival', 'survival'), line('low', 'low'), line('high', 'high')],
      isStepped: true,
    },
    palette,
  );
}
