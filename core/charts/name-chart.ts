import type { ChartOption } from './chart-option.ts';
import {
  legendAbove,
  lineLook,
  type NameAxis,
  type NumberAxis,
  nameAxis,
  numberAxis,
  type Palette,
  ROOM,
  type Series,
  seriesColours,
} from './look.ts';

/** What is drawn over names in their order: months, tenths, numbers of purchases. */
export interface NameChart {
  x: NameAxis;
  y: NumberAxis;
  series: readonly Series[];
}

/** Lines over names. */
export function linesOver({ x, y, series }: NameChart, palette: Palette): ChartOption {
  return {
    ...frame({ x, y, series }, palette),
    series: series.map(({ name, data, isAside }) => ({
      type: 'line',
      name,
      data: [...data],
      ...lineLook(palette, { isAside, points: data.length }),
    })),
  };
}

/** Bars over names, those of one name side by side. */
export function barsOver({ x, y, series }: NameChart, palette: Palette): ChartOption {
  return {
    ...frame({ x, y, series }, palette),
    series: series.map(({ name, data }) => ({ type: 'bar', name, data: [...data] })),
  };
}

function frame({ x, y, series }: NameChart, palette: Palette): ChartOption {
  const { show } = y;
  return {
    color: seriesColours(palette),
    grid: ROOM,
    legend: legendAbove(
      palette,
      series.map(({ name }) => name),
    ),
    tooltip: {
      trigger: 'axis',
      ...(show && {
        valueFormatter: (value) => (value === null || value === undefined ? '–' : show(Number(value))),
      }),
    },
    xAxis: nameAxis(x, 'x', palette),
    yAxis: numberAxis(y, 'y', palette),
  };
}
