import type { ChartOption } from './chart-option.ts';
import type { Palette, Series } from './look.ts';
import { linesAlong, type Point } from './number-chart.ts';

/** Models by name with their tenths: the share foretold and the share that came. On the diagonal both agree. */
export function calibrationChart(
  models: readonly { name: string; bins: readonly { predicted: number; actual: number }[] }[],
  palette: Palette,
): ChartOption {
  const lines = models.map(({ name, bins }) => ({
    name,
    data: bins.map(({ predicted, actual }): Point => [predicted, actual]),
  }));
  return square('Churn risk foretold (share, 0–1)', 'Share that left (0–1)', 'Both agree', lines, palette);
}

/** Models by name with the share of all leavers among the customers of highest risk. The diagonal is picking by chance. */
export function gainChart(
  models: readonly { name: string; lift: readonly { share: number; captured: number }[] }[],
  palette: Palette,
): ChartOption {
  const lines = models.map(({ name, lift }) => ({
    name,
    data: [[0, 0] as Point, ...lift.map(({ share, captured }): Point => [share, captured])],
  }));
  return square(
    'Share of customers, highest risk first (0–1)',
    'Share of leavers found (0–1)',
    'By chance',
    lines,
    palette,
  );
}

function square(
  x: string,
  y: string,
  diagonal: string,
  lines: readonly Series<Point>[],
  palette: Palette,
): ChartOption {
  const ends: readonly Point[] = [
    [0, 0],
    [1, 1],
  ];
  return linesAlong(
    {
      x: { name: x, min: 0, max: 1 },
      y: { name: y, min: 0, max: 1 },
      series: [...lines, { name: diagonal, data: ends, isAside: true }],
    },
    palette,
  );
}
