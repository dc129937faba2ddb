import type { ChartOption } from './chart-option.ts';
import { type NameAxis, nameAxis, type Palette } from './look.ts';

/** A table of numbers as colours: the more, the darker on white and the lighter on black. Null is no cell. */
export function heatChart(
  {
    x,
    y,
    rows,
    show,
  }: {
    x: NameAxis;
    /** From above to below. */
    y: NameAxis;
    rows: readonly (readonly (number | null)[])[];
    show: (value: number) => string;
  },
  palette: Palette,
): ChartOption {
  const cells = rows.flatMap((row, down) =>
    row.flatMap((value, across) => (value === null ? [] : [[across, down, value] as const])),
  );
  return {
    grid: { left: 76, right: 12, top: 12, bottom: 96 },
    tooltip: {
      trigger: 'item',
      formatter: (given) => {
        const [across = 0, down = 0, value = 0] = (Array.isArray(given) ? given[0] : given)?.value as number[];
        return `${y.names[down]}, ${x.name} ${x.names[across]}: ${show(value)}`;
      },
    },
    xAxis: nameAxis(x, 'x', palette),
    yAxis: { ...nameAxis(y, 'y', palette), inverse: true },
    visualMap: {
      type: 'continuous',
      min: 0,
      max: Math.max(...cells.map(([, , value]) => value), Number.MIN_VALUE),
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: 120,
      itemWidth: 12,
      text: [show(Math.max(...cells.map(([, , value]) => value), 0)), show(0)],
      textStyle: { color: palette.muted, fontSize: 12 },
      inRange: { color: [palette.raised, palette.accent] },
    },
    series: [
      {
        type: 'heatmap',
        data: cells.map((cell) => [...cell]),
        itemStyle: { borderColor: palette.surface, borderWidth: 1 },
        label: { show: false },
      },
    ],
  };
}
